/** The proof that a zone is closed: what arrives in the open control must not get out of here. */
import type { StartedContainer } from '../engine/engine.ts';
import type { ProbeFinding } from '../errors.ts';
import { arrived, runProbes } from '../probes.ts';
import type { Probe, ProbeResult } from '../probes.ts';
import type { ControlLab } from './control.ts';

const SECONDS = 1;
/** DNS: this name does not exist (RFC 1035) – the only right answer of a closed zone's resolver */
const NXDOMAIN = 'rcode 3';

/** A place from which escape is tried. */
export interface Vantage {
  readonly name: string;
  readonly container: StartedContainer;
  readonly user?: string;
}
/** Something in another zone; `control` has tried the same from inside that zone. */
export interface Neighbour {
  readonly probe: Probe;
  readonly control: Promise<readonly ProbeResult[]>;
}
export interface Attempt {
  readonly vantages: readonly Vantage[];
  readonly control: ControlLab;
  /** what is tried beside the addresses outside of every lab */
  readonly neighbours: readonly Neighbour[];
  /** fresh for this proof; nonces end with it and the place's name */
  readonly tag: string;
}

/** All probes from all places at once. */
export async function tryToEscape(attempt: Attempt): Promise<ProbeFinding[]> {
  const findings = await Promise.all(attempt.vantages.map((vantage, i) => escapeFrom(attempt, vantage, i)));
  return findings.flat();
}

async function escapeFrom(attempt: Attempt, vantage: Vantage, index: number): Promise<ProbeFinding[]> {
  const outside = attempt.control.probes(`${attempt.tag}x${index}`);
  const all = [...outside, ...attempt.neighbours.map(({ probe }) => probe)];
  const options = { seconds: SECONDS, ...(vantage.user === undefined ? {} : { user: vantage.user }) };
  const results = await runProbes(vantage.container, all, options);
  const neighbours = await Promise.all(
    attempt.neighbours.map(async ({ probe, control }) => {
      const found = (await control).find(({ id }) => id === probe.id);
      return [
        probe.id,
        { arrives: found !== undefined && arrived(found), detail: found?.outcome ?? 'not tried' },
      ] as const;
    }),
  );
  const control = new Map([...attempt.control.arriving, ...neighbours]);
  return results.flatMap((result) => {
    const probe = all.find(({ id }) => id === result.id);
    // A program that is not there (no perl in this endpoint) tried nothing; the holder's own try stands for it.
    if (probe === undefined || result.outcome === 'absent') return [];
    return [judge(vantage.name, probe, result, control.get(probe.id), attempt.control.heard(probe.text))];
  });
}

/** Pure: what one probe's result says. `heard`: its nonce was seen at a witness, whatever came back. */
export function judge(
  from: string,
  probe: Probe,
  result: ProbeResult,
  control: { arrives: boolean; detail: string } | undefined,
  heard: boolean,
): ProbeFinding {
  const got = `${result.outcome} ${result.detail}`.trim();
  const through = probe.kind === 'name' ? got !== `answered ${NXDOMAIN}` : arrived(result);
  const blocked = !through && !heard;
  const arrives = control?.arrives ?? false;
  return {
    probe: `${probe.id} from ${from}`,
    target: probe.port === 0 ? probe.address : `${probe.address}:${probe.port}`,
    arrivesInControl: arrives,
    blocked,
    detail: arrives
      ? `${got}${heard ? ', heard at the witness' : ''}`
      : `${got}; in the control: ${control?.detail ?? 'not tried'}`,
  };
}

/** Networks that a container is on, against those that the topology gives it. */
export async function compareNetworks(
  nodes: readonly { name: string; container: StartedContainer; networks: () => readonly string[] }[],
): Promise<ProbeFinding[]> {
  return Promise.all(
    nodes.map(async ({ name, container, networks }) => {
      const { networks: found } = await container.inspect();
      const [is, should] = [Object.keys(found).toSorted(), networks().toSorted()];
      return {
        probe: `networks of ${name}`,
        target: should.join(', ') || 'none of its own',
        // There is nothing that would have to arrive: engine and kernel are asked, not the wire.
        arrivesInControl: true,
        blocked: is.join() === should.join(),
        detail: is.join(', ') || 'none of its own',
      };
    }),
  );
}
