/** All checks by name. What each means is in docs/checks.md. */
import { allDelivered, eachInTime } from './delivered.ts';
import { detected } from './detected.ts';
import { dispositionTrue } from './disposition.ts';
import { addressForm, enrolled, policyRead, staysOut } from './enrolled.ts';
import { incomplete, type Check, type Finding, type View } from './finding.ts';
import { noSystemProxy } from './no-system-proxy.ts';
import { recovery } from './recovery.ts';
import { onlyDeclared, strictConnect } from './relay.ts';
import { removed } from './removed.ts';
import { silent } from './silent.ts';
import { refused, saysDisconnected } from './status.ts';
import { directStops, noPacketsTo, wireClean } from './wire.ts';

export type { Finding, Remark, State, View } from './finding.ts';

export const checks = {
  enrolled,
  'stays-out': staysOut,
  'policy-read': policyRead,
  detected,
  'all-delivered': allDelivered,
  'each-in-time': eachInTime,
  silent,
  'wire-clean': wireClean,
  'no-packets-to': noPacketsTo,
  'direct-stops': directStops,
  'no-system-proxy': noSystemProxy,
  'address-form': addressForm,
  'strict-connect': strictConnect,
  'only-declared': onlyDeclared,
  'disposition-true': dispositionTrue,
  recovery,
  'says-disconnected': saysDisconnected,
  refused,
  removed,
} as const satisfies Readonly<Record<string, Check>>;

export type CheckName = keyof typeof checks;

export const isCheck = (name: string): name is CheckName => Object.hasOwn(checks, name);

/** A check that throws is a mistake of the harness, never a pass and never the product's fault. */
export function runCheck(name: CheckName, view: View, args: unknown): Finding {
  try {
    return checks[name].run(view, args);
  } catch (error) {
    return incomplete(
      'harness',
      `The check ${name} broke: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
