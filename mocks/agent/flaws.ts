/**
 * What the honest agent does at the few points where the deliberately broken ones differ, and the one
 * table of the broken ones. The rest of the agent asks the behaviour and knows no flaw by name.
 */
import type { RouteFailure } from './transport/failure.ts';

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
  /** findings kept on disk, or only the newest one in memory once sending has failed */
  readonly queue: 'durable' | 'newest-only';
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
  readonly removal: {
    readonly asksForSecret: boolean;
    readonly obeysPolicy: boolean;
    readonly needsCloud: boolean;
  };
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
  refusesWhatItClaims: true,
  allowlist: 'as-given',
  bindsFirstAddress: false,
  fallsBackOn: ['refused', 'silent', 'denied', 'name', 'closed', 'untrusted', 'unreachable'],
  leaksAfter: null,
  returnsToRelay: true,
  removal: { asksForSecret: true, obeysPolicy: true, needsCloud: false },
};

/** name of the flaw → what it does differently; `products/defects/*.yaml` say which requirement must see it */
export const FLAWS = {
  'ignores-relay': { usesRelay: false },
  'sets-system-proxy': { setsSystemProxy: true },
  'beacons-to-gateway': { beaconsToGateway: true },
  'connect-without-host': { namesHostInConnect: false },
  'asks-undeclared': { undeclaredDestination: 'stats.cloud.test:443' },
  'misses-group-behind-relay': { losesBehindRelay: ['T1098.007'] },
  'alarms-on-twin': { privilegedGroups: [...HONEST.privilegedGroups, 'users'] },
  'memory-queue': { queue: 'newest-only' },
  'claims-blocked': { refusesWhatItClaims: false },
  'ignores-allowlist': { allowlist: 'ignored' },
  'allowlists-path': { allowlist: 'by-path-once-seen' },
  'keeps-allowlist': { allowlist: 'never-shrinks' },
  'binds-first-address': { bindsFirstAddress: true },
  'retries-refused-forever': { fallsBackOn: ['silent', 'name', 'untrusted', 'unreachable'] },
  'leaks-when-moved': { leaksAfter: 2000 },
  'never-returns': { returnsToRelay: false },
  'removal-needs-cloud': { removal: { ...HONEST.removal, needsCloud: true } },
  'uninstalls-for-anyone': { removal: { ...HONEST.removal, asksForSecret: false } },
  'ignores-protection-off': { removal: { ...HONEST.removal, obeysPolicy: false } },
} as const satisfies Readonly<Record<string, Partial<Behaviour>>>;

export type Flaw = keyof typeof FLAWS;
export const isFlaw = (name: string): name is Flaw => Object.hasOwn(FLAWS, name);

export function behaviourOf(flaw: Flaw | null): Behaviour {
  return flaw === null ? HONEST : { ...HONEST, ...FLAWS[flaw] };
}
