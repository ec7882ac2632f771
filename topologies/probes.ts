/** Small questions that the lab asks the network from one of its own nodes, all in parallel, each bounded. */
import { readFileSync } from 'node:fs';
import type { StartedContainer } from './engine/engine.ts';
import { LabError } from './errors.ts';

/**
 * tcp, udp: connect, send the nonce, wait for an answer. broadcast: send it to everybody on the network. icmp: echo. dns: ask that server for that name.
 * name: ask the resolver of the namespace. neighbour: does anybody answer for this address on the wire?
 * connect: HTTP CONNECT through that relay to `name`, a host:port.
 */
export type ProbeKind = 'tcp' | 'udp' | 'broadcast' | 'icmp' | 'dns' | 'name' | 'neighbour' | 'connect';
export interface Probe {
  readonly id: string;
  readonly kind: ProbeKind;
  readonly address: string;
  readonly port: number;
  /** what is sent, or the name that is asked for */
  readonly text: string;
}
/**
 * answered: something came back (in `detail`). refused: somebody said no, so it arrived. silent: nothing within
 * the time. unreachable: the own kernel or a router says that there is no way. absent: there is no right to
 * try it in this container, and nothing was sent.
 */
export type Outcome = 'answered' | 'refused' | 'silent' | 'unreachable' | 'absent';
export interface ProbeResult {
  readonly id: string;
  readonly outcome: Outcome;
  readonly detail: string;
}

const SCRIPT = readFileSync(new URL('./closure/probe.pl', import.meta.url), 'utf8');
const OUTCOMES: ReadonlySet<string> = new Set<Outcome>([
  'answered',
  'refused',
  'silent',
  'unreachable',
  'absent',
]);
/** beyond the probes' own bound: time to start on a busy machine */
const SPARE_MS = 20_000;

/** Runs all of them at once in that container; `seconds` bounds each of them. */
export async function runProbes(
  container: StartedContainer,
  probes: readonly Probe[],
  options: { seconds: number; user?: string },
): Promise<readonly ProbeResult[]> {
  const lines = probes
    .map(({ id, kind, address, port, text }) => `${id} ${kind} ${address} ${port} ${text}\n`)
    .join('');
  const { seconds, ...as } = options;
  const result = await container.run(['perl', '-e', SCRIPT, String(seconds)], {
    ...as,
    input: lines,
    timeoutMs: seconds * 1000 + SPARE_MS,
  });
  const results = parseProbeResults(result.stdout);
  const missing = probes.filter((probe) => !results.some(({ id }) => id === probe.id));
  if (missing.length > 0)
    throw new LabError(
      'lab',
      `probes in ${container.name} gave no result`,
      `${missing.map(({ id }) => id).join(', ')}; ${result.stderr.trim()}`,
    );
  return results;
}

export function parseProbeResults(stdout: string): ProbeResult[] {
  return stdout.split('\n').flatMap((line) => {
    const [, id, outcome, detail] = /^(\S+) (\S+) ?(.*)$/.exec(line) ?? [];
    return id !== undefined && outcome !== undefined && OUTCOMES.has(outcome)
      ? [{ id, outcome: outcome as Outcome, detail: detail ?? '' }]
      : [];
  });
}

/** Did the probe get to where it was sent? */
export const arrived = ({ outcome }: ProbeResult): boolean => outcome === 'answered' || outcome === 'refused';
