/** All checks by name. What each means is in docs/checks.md. */
import { backlogDrains } from './backlog.ts';
import { blockPageShown } from './block-page.ts';
import { certificateRefused, inspectionAsDeclared, revocationClean } from './certificate.ts';
import { channelsAtRelay, channelsUsed } from './channels.ts';
import { sameIdentity, timesRight } from './clock.ts';
import { allDelivered, eachInTime } from './delivered.ts';
import { minimalAllowlist } from './destinations.ts';
import { contentAge } from './content-age.ts';
import { detected } from './detected.ts';
import { actSucceeded } from './act-succeeded.ts';
import { dispositionTrue } from './disposition.ts';
import { addressForm, enrolled, policyRead, staysOut } from './enrolled.ts';
import { goneForGood } from './gone-for-good.ts';
import { exactlyOnce } from './exactly-once.ts';
import { incomplete, type Check, type Finding, type View } from './finding.ts';
import { allBack, spreadOut } from './herd.ts';
import { oneIdentity } from './identity.ts';
import { commandsInTime, reconnectsBounded } from './idle.ts';
import { isolated } from './isolation.ts';
import { keptOrSaid } from './kept.ts';
import { editedConfiguration, ownRelayOnly } from './led-astray.ts';
import { relayLoad } from './load.ts';
import { inLog, logContext } from './log.ts';
import { noSystemProxy } from './no-system-proxy.ts';
import { wholeFindings } from './ocsf.ts';
import { inOrder } from './order.ts';
import { detectionsOutlive } from './outlive.ts';
import { overflowAnnounced } from './overflow.ts';
import { connectivityClass } from './reach.ts';
import { connectedAgain } from './reconnected.ts';
import { noneDoubled } from './once.ts';
import { answeredBy } from './answered.ts';
import { recovery } from './recovery.ts';
import { refusedListed } from './refused.ts';
import { onlyDeclared, strictConnect } from './relay.ts';
import { relayKind } from './relay-kind.ts';
import { removed } from './removed.ts';
import { commandDone, endedOnce, programEnded } from './response.ts';
import { secretHidden } from './secrets.ts';
import { testsTruthfully } from './self-test.ts';
import { noNewListener, orderRefused, shellRecorded } from './shell.ts';
import { signedIn, signInsBounded, turnedAway } from './sign-in.ts';
import { silent } from './silent.ts';
import { refused, saysDisconnected } from './status.ts';
import { tamperingAnswered } from './tampering-answered.ts';
import { tenantChanged } from './tenant.ts';
import { unknownToDns } from './names.ts';
import { strangerGotNothing } from './stranger.ts';
import { keptAsDeclared } from './retention.ts';
import { reportedThrough } from './through.ts';
import { timeOfAct } from './time-of-act.ts';
import { outageUse } from './usage.ts';
import { wrongRelayVisible } from './visible.ts';
import { updatedWhole } from './updated-whole.ts';
import { upgraded } from './upgraded.ts';
import { directStops, noPacketsTo, wireClean } from './wire.ts';

export type { Finding, Remark, State, View } from './finding.ts';

export const checks = {
  enrolled,
  'stays-out': staysOut,
  'policy-read': policyRead,
  detected,
  'all-delivered': allDelivered,
  'each-in-time': eachInTime,
  'log-context': logContext,
  'in-log': inLog,
  'kept-as-declared': keptAsDeclared,
  'same-identity': sameIdentity,
  'times-right': timesRight,
  'exactly-once': exactlyOnce,
  'time-of-act': timeOfAct,
  'in-order': inOrder,
  'overflow-announced': overflowAnnounced,
  'detections-outlive': detectionsOutlive,
  'whole-findings': wholeFindings,
  'none-doubled': noneDoubled,
  'kept-or-said': keptOrSaid,
  silent,
  'wire-clean': wireClean,
  'no-packets-to': noPacketsTo,
  'direct-stops': directStops,
  'no-system-proxy': noSystemProxy,
  'address-form': addressForm,
  'strict-connect': strictConnect,
  'only-declared': onlyDeclared,
  'disposition-true': dispositionTrue,
  'act-succeeded': actSucceeded,
  recovery,
  'one-identity': oneIdentity,
  'tenant-changed': tenantChanged,
  'stranger-got-nothing': strangerGotNothing,
  'says-disconnected': saysDisconnected,
  refused,
  removed,
  'gone-for-good': goneForGood,
  upgraded,
  'updated-whole': updatedWhole,
  'content-age': contentAge,
  'own-relay-only': ownRelayOnly,
  'tampering-answered': tamperingAnswered,
  'edited-configuration': editedConfiguration,
  'channels-used': channelsUsed,
  'channels-at-relay': channelsAtRelay,
  'unknown-to-dns': unknownToDns,
  'connected-again': connectedAgain,
  'wrong-relay-visible': wrongRelayVisible,
  'tests-truthfully': testsTruthfully,
  'refused-listed': refusedListed,
  'connectivity-class': connectivityClass,
  'certificate-refused': certificateRefused,
  'inspection-as-declared': inspectionAsDeclared,
  'revocation-clean': revocationClean,
  'relay-load': relayLoad,
  'outage-use': outageUse,
  'all-back': allBack,
  'spread-out': spreadOut,
  'signed-in': signedIn,
  'turned-away': turnedAway,
  'sign-ins-bounded': signInsBounded,
  'secret-hidden': secretHidden,
  'relay-kind': relayKind,
  'commands-in-time': commandsInTime,
  'command-done': commandDone,
  'program-ended': programEnded,
  'ended-once': endedOnce,
  isolated,
  'no-new-listener': noNewListener,
  'shell-recorded': shellRecorded,
  'order-refused': orderRefused,
  'answered-by': answeredBy,
  'reconnects-bounded': reconnectsBounded,
  'backlog-drains': backlogDrains,
  'minimal-allowlist': minimalAllowlist,
  'block-page-shown': blockPageShown,
  'reported-through': reportedThrough,
} as const satisfies Readonly<Record<string, Check>>;

export type CheckName = keyof typeof checks;

export const isCheck = (name: string): name is CheckName => Object.hasOwn(checks, name);

/** A check that throws is a mistake of the harness, never a pass and never the product's fault. */
export function runCheck(name: CheckName, view: View, args: unknown): Finding {
  try {
    return checks[name].run(view, args);
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    return incomplete('harness', {
      en: `The check ${name} broke: ${cause}`,
      ja: `チェック ${name} が異常終了しました：${cause}`,
    });
  }
}
