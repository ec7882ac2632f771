/**
 * What the honest agent does at the few points where the deliberately broken ones differ, and the one
 * table of the broken ones. The rest of the agent asks the behaviour and knows no flaw by name.
 */
import type { NameStyle } from './names.ts';
import type { OrderFlaw } from './order.ts';
import type { RouteFailure } from './transport/failure.ts';
import type { SignInStyle } from './transport/sign-in.ts';
import type { TrustStyle } from './transport/trust.ts';

export interface Behaviour {
  /** `false`: the relay is in the configuration and is never used */
  readonly usesRelay: boolean;
  /** the installer also sets the system's proxy */
  readonly setsSystemProxy: boolean;
  /** sends a datagram to the default gateway's syslog port now and then */
  readonly beaconsToGateway: boolean;
  readonly namesHostInConnect: boolean;
  /** host:port that is asked of the relay though no channel needs it */
  readonly undeclaredDestination: string | null;
  /** analytics that get lost when the path is the relay */
  readonly losesBehindRelay: readonly string[];
  /** groups whose new members are reported */
  readonly privilegedGroups: readonly string[];
  /** findings kept on disk, only the newest one in memory once sending has failed, or written when it is stopped */
  readonly queue: 'durable' | 'durable-but-forgets-taken' | 'newest-only' | 'written-at-stop';
  /** findings that wait are given up after so many failed attempts in a row, but for the newest one */
  readonly givesUpAfter: number | null;
  /** a finding that cannot be written, as the disk is full, ends the agent */
  readonly endsWhenFull: boolean;
  readonly log: {
    /** who started a process is in the log and in the findings; or a word stands in its place */
    readonly parents: 'named' | 'hidden' | 'any-word';
    /** what was not sent is forgotten, without a word, when the cloud cannot be reached */
    readonly forgetsWhileAway: boolean;
  };
  /** what it makes of another time at the cloud: nothing but a note, its own time, or a reason to begin anew */
  readonly otherTime: 'noted' | 'taken' | 'new-identity';
  /** after the way was lost often in a short time, what was sent meanwhile is told again as if it were new */
  readonly tellsAgainAfterFlaps: boolean;
  /** a portal's page is as good as an answer of the cloud to `status` */
  readonly takesPortal: boolean;
  /** `status` says that it is connected when it is */
  readonly saysConnected: boolean;
  /** whoever sends it elsewhere is asked again at once */
  readonly hammersPortal: boolean;
  /** findings made while the endpoint is on no network at all are kept */
  readonly keepsOffline: boolean;
  /** what it enrols with: that of the machine; another after each move, or for each installation */
  readonly identity: 'of-the-machine' | 'new-when-moved' | 'new-at-install';
  /** a finding says "blocked" because it was refused, or because the mode says so */
  readonly refusesWhatItClaims: boolean;
  readonly allowlist: 'as-given' | 'ignored' | 'by-path-once-seen' | 'never-shrinks';
  /** direct connections leave from the address that the endpoint had at install */
  readonly bindsFirstAddress: boolean;
  /** failures of the relay that make it look for another way */
  readonly fallsBackOn: readonly RouteFailure[];
  /** a relay-only agent tries directly when its relay is away for this long, ms */
  readonly leaksAfter: number | null;
  readonly returnsToRelay: boolean;
  /** from the second relay to the first */
  readonly returnsToFirst: boolean;
  readonly signIn: SignInStyle;
  /** where others can read the account's secret: in the arguments of the service and its log, or of a helper that soon ends */
  readonly showsSecret: 'nowhere' | 'in-its-service' | 'in-a-helper';
  readonly certificates: TrustStyle['accepts'];
  /** the CA of an inspecting relay that the installer was given counts for the cloud's certificate */
  readonly trustsInspectionCa: boolean;
  /** a new CA or certificate of the relay is taken */
  readonly followsRelayCa: boolean;
  /** it waits for the certificate's OCSP responder, and asks it directly */
  readonly asksRevocation: boolean;
  /** a new address of the relay is used at once */
  readonly followsNewRelay: boolean;
  readonly relayByPolicy: {
    /** one from the policy is seen to work before it is used */
    readonly tried: boolean;
    /** the policy can take it away */
    readonly cleared: boolean;
  };
  /** how names become addresses; the others ask the endpoint's resolver each time */
  readonly names: NameStyle;
  /** after a sleep it goes on */
  readonly wakesUp: boolean;
  /** a relay that does not answer ping is lost */
  readonly needsPing: boolean;
  readonly boot: {
    /** after the first failed attempt since it was started it waits to be started again */
    readonly triesOnce: boolean;
    /** an enrolled agent whose relay is there waits until the local DNS knows the cloud */
    readonly waitsForName: boolean;
  };
  /** before it has enrolled, `status` says nothing of a relay that cannot be reached */
  readonly hidesUnreachable: boolean;
  /** the connectivity test is content with an open port */
  readonly testsPortOnly: boolean;
  readonly updatesBypassRelay: boolean;
  readonly updates: {
    /** findings go out only after a first update has been read */
    readonly neededFirst: boolean;
    /** findings go out only as long as the last update could be read, once there was one */
    readonly neededAlways: boolean;
    /** a page of the relay is taken for an update */
    readonly takesPages: boolean;
    /** an offline package is taken, and not only said to be */
    readonly takesPackages: boolean;
    /** what is shown of its age: when it was made, when it came, or nothing */
    readonly age: 'of-its-making' | 'of-its-coming' | 'hidden';
  };
  /** a newer version of the agent itself */
  readonly selfUpdate: {
    /** put in place when it is whole, or what has come of it when its way is cut */
    readonly takes: 'whole' | 'what-has-come';
    /** the old version looks for attacks until then */
    readonly detectsMeanwhile: boolean;
  };
  /** what `collect-log` does behind a relay: it fails */
  readonly collectsOnlyDirectly: boolean;
  readonly commands: {
    /** `kill-process` is carried out, not only acknowledged */
    readonly does: boolean;
    /** one whose result has not been acknowledged is not done again */
    readonly remembers: boolean;
    /** `kill-process` also ends programs of the same name elsewhere */
    readonly killsNamesakes: boolean;
  };
  /** work of an analyst on the endpoint, ordered by the cloud */
  readonly shell: {
    /** behind a port of its own */
    readonly listens: boolean;
    /** not where the owner of the endpoint has forbidden it */
    readonly obeysBan: boolean;
    /** the detailed log says who does what */
    readonly recorded: boolean;
  };
  readonly isolation: {
    readonly cuts: boolean;
    /** the way to the cloud stays open */
    readonly keepsRelay: boolean;
    /** in another network it is open there */
    readonly followsMoves: boolean;
    /** what comes in and what is already open is left alone */
    readonly leavesOpen: boolean;
    /** what is not TCP is left alone */
    readonly tcpOnly: boolean;
  };
  /** a finding names the file and the program that it is about */
  readonly namesFile: boolean;
  /** acts are refused also where the policy says to report only */
  readonly blocksAlways: boolean;
  /** where the policy says to report only, a reported file is taken away a moment later, without another word */
  readonly takesAwayLater: boolean;
  readonly poll: {
    /** how long the cloud may keep a question for commands, s */
    readonly waitS: number;
    /** a question that was cut is asked again only when its time is over */
    readonly mindsCuts: boolean;
  };
  readonly delivery: {
    /** a finding that is sent again has the uid that it had */
    readonly keepsUid: boolean;
    /** what an overflow has dropped is told to the cloud */
    readonly announcesLoss: boolean;
    /** what a finding says of when it happened */
    readonly startTime: 'of-the-act' | 'of-sending';
    readonly order: 'oldest-first' | 'newest-first';
    /** a full detailed log takes its room from the findings */
    readonly logCrowdsOut: 'oldest' | 'newest' | null;
    /** parts of a finding that are not sent */
    readonly omits: readonly ('severity' | 'techniques')[];
  };
  /** a batch that does not get through is made smaller */
  readonly shrinksBatches: boolean;
  /** by how much a wait before another attempt differs, as a part of it, each way */
  readonly retrySpread: number;
  /** as long as its way does not work it looks without a pause whether it does */
  readonly spinsWhileAway: boolean;
  /** bytes of chatter in the detailed log, every second */
  readonly chatterBytes: number;
  /** a local command has made it an endpoint of another customer of the cloud */
  readonly tenant: {
    /** it becomes one, and does not only take the relay that comes with it */
    readonly follows: boolean;
    /** findings that wait are told to the new one */
    readonly keepsQueue: boolean;
    /** the old one still hears that it lives */
    readonly tellsOld: boolean;
  };
  readonly stored: {
    /** every user may write the configuration */
    readonly openToUsers: boolean;
    /** what counts is a copy of the configuration that nobody is told of */
    readonly keepsCopy: boolean;
    /** what counts is what the installer wrote, until the endpoint is started again */
    readonly keptUntilBoot: boolean;
  };
  /** a proxy that a user of the endpoint has set for himself goes before its own relay */
  readonly takesProxyOfUsers: boolean;
  /** it is started again when it has ended without having been told to */
  readonly guarded: boolean;
  /** whoever stops it by hand is reported */
  readonly tellsStop: boolean;
  readonly upgrade: {
    readonly keepsIdentity: boolean;
    readonly keepsQueue: boolean;
    readonly keepsProtection: boolean;
    readonly keepsSecret: boolean;
  };
  readonly removal: {
    readonly asksForSecret: boolean;
    readonly obeysPolicy: boolean;
    readonly needsCloud: boolean;
    /** whether a token is right is the cloud's to say, each time */
    readonly asksCloudForToken: boolean;
    /** a removal that the cloud has not allowed is told to it again and again, by a process that stays */
    readonly leavesHeartbeat: boolean;
    /** how many findings go with it */
    readonly saysLost: boolean;
  };
  /** what it does wrong only after several things in a certain order */
  readonly afterOrder: OrderFlaw | null;
}

export const HONEST: Behaviour = {
  usesRelay: true,
  setsSystemProxy: false,
  beaconsToGateway: false,
  namesHostInConnect: true,
  undeclaredDestination: null,
  losesBehindRelay: [],
  privilegedGroups: ['sudo', 'wheel', 'adm', 'root'],
  queue: 'durable',
  givesUpAfter: null,
  endsWhenFull: false,
  log: { parents: 'named', forgetsWhileAway: false },
  otherTime: 'noted',
  tellsAgainAfterFlaps: false,
  takesPortal: false,
  saysConnected: true,
  hammersPortal: false,
  keepsOffline: true,
  identity: 'of-the-machine',
  refusesWhatItClaims: true,
  allowlist: 'as-given',
  bindsFirstAddress: false,
  fallsBackOn: ['refused', 'silent', 'denied', 'credentials', 'name', 'closed', 'untrusted', 'unreachable'],
  leaksAfter: null,
  returnsToRelay: true,
  returnsToFirst: true,
  signIn: { restMs: 5000, digest: 'right', unasked: false },
  showsSecret: 'nowhere',
  certificates: 'nothing-wrong',
  trustsInspectionCa: true,
  followsRelayCa: true,
  asksRevocation: false,
  followsNewRelay: true,
  relayByPolicy: { tried: true, cleared: true },
  names: 'asked-each-time',
  wakesUp: true,
  needsPing: false,
  boot: { triesOnce: false, waitsForName: false },
  hidesUnreachable: false,
  testsPortOnly: false,
  updatesBypassRelay: false,
  updates: {
    neededFirst: false,
    neededAlways: false,
    takesPages: false,
    takesPackages: true,
    age: 'of-its-making',
  },
  selfUpdate: { takes: 'whole', detectsMeanwhile: true },
  collectsOnlyDirectly: false,
  commands: { does: true, remembers: true, killsNamesakes: false },
  shell: { listens: false, obeysBan: true, recorded: true },
  isolation: { cuts: true, keepsRelay: true, followsMoves: true, leavesOpen: false, tcpOnly: false },
  namesFile: true,
  blocksAlways: false,
  takesAwayLater: false,
  poll: { waitS: 2, mindsCuts: true },
  delivery: {
    keepsUid: true,
    announcesLoss: true,
    startTime: 'of-the-act',
    order: 'oldest-first',
    logCrowdsOut: null,
    omits: [],
  },
  shrinksBatches: true,
  retrySpread: 0.5,
  spinsWhileAway: false,
  chatterBytes: 0,
  tenant: { follows: true, keepsQueue: true, tellsOld: false },
  stored: { openToUsers: false, keepsCopy: false, keptUntilBoot: false },
  takesProxyOfUsers: false,
  guarded: true,
  tellsStop: true,
  upgrade: { keepsIdentity: true, keepsQueue: true, keepsProtection: true, keepsSecret: true },
  removal: {
    asksForSecret: true,
    obeysPolicy: true,
    needsCloud: false,
    asksCloudForToken: false,
    leavesHeartbeat: false,
    saysLost: true,
  },
  afterOrder: null,
};

/**
 * name of the flaw → what it does differently; `products/defects/*.yaml` say which requirement must see it, and
 * `products/nemesis/*.yaml` which invariant it breaks where no requirement's scenario plays what it takes
 */
export const FLAWS = {
  'ignores-relay': { usesRelay: false },
  'sets-system-proxy': { setsSystemProxy: true },
  'beacons-to-gateway': { beaconsToGateway: true },
  'connect-without-host': { namesHostInConnect: false },
  'asks-undeclared': { undeclaredDestination: 'stats.cloud.test:443' },
  'misses-group-behind-relay': { losesBehindRelay: ['T1098.007'] },
  'alarms-on-twin': { privilegedGroups: [...HONEST.privilegedGroups, 'users'] },
  'memory-queue': { queue: 'newest-only' },
  'gives-up-reports': { givesUpAfter: 4 },
  'loses-queue-at-kill': { queue: 'written-at-stop' },
  'tells-again-at-start': { queue: 'durable-but-forgets-taken' },
  'ends-when-disk-is-full': { endsWhenFull: true },
  'hides-parents': { log: { ...HONEST.log, parents: 'hidden' } },
  'names-any-parent': { log: { ...HONEST.log, parents: 'any-word' } },
  'forgets-log-in-outage': { log: { ...HONEST.log, forgetsWhileAway: true } },
  'takes-cloud-time': { otherTime: 'taken' },
  'new-identity-at-other-time': { otherTime: 'new-identity' },
  'renames-when-sent-again': { delivery: { ...HONEST.delivery, keepsUid: false } },
  'hides-overflow': { delivery: { ...HONEST.delivery, announcesLoss: false } },
  'dates-at-sending': { delivery: { ...HONEST.delivery, startTime: 'of-sending' } },
  'sends-newest-first': { delivery: { ...HONEST.delivery, order: 'newest-first' } },
  'log-crowds-out-findings': { delivery: { ...HONEST.delivery, logCrowdsOut: 'oldest' } },
  'log-keeps-findings-out': { delivery: { ...HONEST.delivery, logCrowdsOut: 'newest' } },
  'omits-severity': { delivery: { ...HONEST.delivery, omits: ['severity'] } },
  'names-no-technique': { delivery: { ...HONEST.delivery, omits: ['techniques'] } },
  'claims-blocked': { refusesWhatItClaims: false },
  'ignores-allowlist': { allowlist: 'ignored' },
  'allowlists-path': { allowlist: 'by-path-once-seen' },
  'keeps-allowlist': { allowlist: 'never-shrinks' },
  'binds-first-address': { bindsFirstAddress: true },
  'retries-refused-forever': { fallsBackOn: ['silent', 'name', 'untrusted', 'unreachable'] },
  'leaks-when-moved': { leaksAfter: 2000 },
  'never-returns': { returnsToRelay: false },
  'removal-needs-cloud': { removal: { ...HONEST.removal, needsCloud: true } },
  'asks-cloud-for-token': { removal: { ...HONEST.removal, asksCloudForToken: true } },
  'uninstalls-for-anyone': { removal: { ...HONEST.removal, asksForSecret: false } },
  'configuration-for-everyone': { stored: { ...HONEST.stored, openToUsers: true } },
  'takes-proxy-of-users': { takesProxyOfUsers: true },
  'ignores-edited-configuration': { stored: { ...HONEST.stored, keepsCopy: true } },
  'keeps-configuration-until-boot': { stored: { ...HONEST.stored, keptUntilBoot: true } },
  'keeps-old-tenant': { tenant: { ...HONEST.tenant, follows: false } },
  'empties-queue-for-tenant': { tenant: { ...HONEST.tenant, keepsQueue: false } },
  'tells-old-tenant': { tenant: { ...HONEST.tenant, tellsOld: true } },
  'stays-dead': { guarded: false },
  'stops-silently': { tellsStop: false },
  'upgrades-to-new-identity': { upgrade: { ...HONEST.upgrade, keepsIdentity: false } },
  'upgrade-empties-queue': { upgrade: { ...HONEST.upgrade, keepsQueue: false } },
  'upgrade-forgets-secret': { upgrade: { ...HONEST.upgrade, keepsSecret: false } },
  'upgrade-drops-protection': { upgrade: { ...HONEST.upgrade, keepsProtection: false } },
  'updates-bypass-relay': { updatesBypassRelay: true },
  'waits-for-dns': { boot: { ...HONEST.boot, waitsForName: true } },
  'gives-up-at-boot': { boot: { ...HONEST.boot, triesOnce: true } },
  'hides-unreachable-relay': { hidesUnreachable: true },
  'tests-port-only': { testsPortOnly: true },
  'needs-first-update': { updates: { ...HONEST.updates, neededFirst: true } },
  'installs-half-update': { selfUpdate: { ...HONEST.selfUpdate, takes: 'what-has-come' } },
  'stops-while-updating': { selfUpdate: { ...HONEST.selfUpdate, detectsMeanwhile: false } },
  'collects-only-directly': { collectsOnlyDirectly: true },
  'acknowledges-only': { commands: { ...HONEST.commands, does: false } },
  'repeats-commands': { commands: { ...HONEST.commands, remembers: false } },
  'kills-namesakes': { commands: { ...HONEST.commands, killsNamesakes: true } },
  'shell-listens': { shell: { ...HONEST.shell, listens: true } },
  'shell-ignores-the-ban': { shell: { ...HONEST.shell, obeysBan: false } },
  'hides-the-shell': { shell: { ...HONEST.shell, recorded: false } },
  'isolates-nothing': { isolation: { ...HONEST.isolation, cuts: false } },
  'isolates-from-cloud': { isolation: { ...HONEST.isolation, keepsRelay: false } },
  'isolates-in-place': { isolation: { ...HONEST.isolation, followsMoves: false } },
  'isolates-new-connections-only': { isolation: { ...HONEST.isolation, leavesOpen: true } },
  'isolates-tcp-only': { isolation: { ...HONEST.isolation, tcpOnly: true } },
  'names-no-program': { namesFile: false },
  'blocks-always': { blocksAlways: true },
  'quarantines-later': { takesAwayLater: true },
  'shows-relay-secret': { showsSecret: 'in-its-service' },
  'helper-shows-relay-secret': { showsSecret: 'in-a-helper' },
  'miscounts-digest': { signIn: { ...HONEST.signIn, digest: 'without-method' } },
  'stays-on-second-relay': { returnsToFirst: false },
  'misses-cut-tunnels': { poll: { waitS: 60, mindsCuts: false } },
  'keeps-batch-size': { shrinksBatches: false },
  'stops-without-updates': { updates: { ...HONEST.updates, neededAlways: true } },
  'ignores-offline-package': { updates: { ...HONEST.updates, takesPackages: false } },
  'hides-content-age': { updates: { ...HONEST.updates, age: 'hidden' } },
  'dates-content-by-arrival': { updates: { ...HONEST.updates, age: 'of-its-coming' } },
  'takes-block-page': { updates: { ...HONEST.updates, takesPages: true } },
  'keeps-first-relay-ca': { followsRelayCa: false },
  'hammers-sign-in': { signIn: { ...HONEST.signIn, restMs: 0 } },
  'keeps-old-relay': { followsNewRelay: false },
  'trusts-any-issuer': { certificates: 'any-issuer-behind-relay' },
  'trusts-any-name': { certificates: 'any-name' },
  'ignores-relay-ca': { trustsInspectionCa: false },
  'asks-ocsp-directly': { asksRevocation: true },
  chatters: { chatterBytes: 20_000 },
  'leaves-heartbeat': { removal: { ...HONEST.removal, leavesHeartbeat: true } },
  'retries-in-step': { retrySpread: 0 },
  'spins-while-away': { spinsWhileAway: true },
  'tells-again-after-flaps': { tellsAgainAfterFlaps: true },
  'takes-portal-for-cloud': { takesPortal: true },
  'never-says-connected': { saysConnected: false },
  'hammers-portal': { hammersPortal: true },
  'loses-offline': { keepsOffline: false },
  'new-identity-when-moved': { identity: 'new-when-moved' },
  'new-identity-at-install': { identity: 'new-at-install' },
  'shows-account-unasked': { signIn: { ...HONEST.signIn, unasked: true } },
  'needs-ping': { needsPing: true },
  'takes-relay-untried': { relayByPolicy: { ...HONEST.relayByPolicy, tried: false } },
  'keeps-cleared-relay': { relayByPolicy: { ...HONEST.relayByPolicy, cleared: false } },
  'keeps-first-resolver': { names: 'relay-by-first-resolver' },
  'remembers-names-by-address': { names: 'cloud-by-address' },
  'stays-asleep': { wakesUp: false },
  'drops-queue-silently': { removal: { ...HONEST.removal, saysLost: false } },
  'ignores-protection-off': { removal: { ...HONEST.removal, obeysPolicy: false } },
  'forgets-second-outage': { afterOrder: 'forgets-second-outage' },
  'tells-twice-out-of-silence': { afterOrder: 'tells-twice-out-of-silence' },
  'new-identity-from-cold-start': { afterOrder: 'new-identity-from-cold-start' },
  'stays-where-it-started': { afterOrder: 'stays-where-it-started' },
  'forgets-refused-at-start': { afterOrder: 'forgets-refused-at-start' },
  'renames-unanswered-when-moved': { afterOrder: 'renames-unanswered-when-moved' },
  'beacons-after-return': { afterOrder: 'beacons-after-return' },
} as const satisfies Readonly<Record<string, Partial<Behaviour>>>;

export type Flaw = keyof typeof FLAWS;
export const isFlaw = (name: string): name is Flaw => Object.hasOwn(FLAWS, name);

export function behaviourOf(flaw: Flaw | null): Behaviour {
  return flaw === null ? HONEST : { ...HONEST, ...FLAWS[flaw] };
}
