/**
 * The open control lab, one for each run: an ordinary bridge with a host address, on a slice of a documentation
 * range (RFC 5737, RFC 3849), so that even a packet that leaks ends there and nowhere else. What the probes
 * reach here and not from a closed zone, closure has stopped.
 */
import { READY_MS } from '../deadline.ts';
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Recorder } from '../../history/events.ts';
import type { Engine, ImageRef, StartedContainer, StartedNetwork } from '../engine/engine.ts';
import { LineReader } from '../engine/lines.ts';
import { NodeProcess } from '../nodes/process.ts';
import { arrived, runProbes } from '../probes.ts';
import { takeSlice } from './slice.ts';
import type { Probe } from '../probes.ts';

const WITNESS_SCRIPT = readFileSync(new URL('./witness.pl', import.meta.url), 'utf8');
const HOST = 1;
const WITNESS = 10;
const PROBER = 11;
const PROBE_SECONDS = 1;
const TRIES = 5;
const EVERYBODY = '255.255.255.255';
const OUTSIDE_NAME = 'www.outside.example';

export interface ControlLab extends AsyncDisposable {
  /** addresses outside of every lab that the run holds: seen in a capture, the peer is `witness` */
  readonly witnesses: readonly string[];
  /** The probes that a closed zone must stop, with fresh nonces that end with `tag`. */
  probes(tag: string): readonly Probe[];
  /** ids of the probes that arrive when nothing stops them, with the reason for those that do not */
  readonly arriving: ReadonlyMap<string, { arrives: boolean; detail: string }>;
  /** Why it proves nothing any more: a witness that has ended hears nothing. Undefined while it is sound. */
  broken(): string | undefined;
  /** Was that text heard at a witness? True even if the answer was lost on its way. */
  heard(text: string): boolean;
}

interface Places {
  readonly host: string;
  readonly witness: string;
  readonly host6: string | undefined;
  readonly witness6: string | undefined;
  readonly port: number;
}

export async function startControlLab(engine: Engine, tools: ImageRef): Promise<ControlLab> {
  await using started = new AsyncDisposableStack();
  const name = `control-${randomInt(1 << 24).toString(16)}`;
  const { network, ipv6 } = await takeSlice(engine, name);
  started.use(network);
  const six = (index: number): string | undefined =>
    ipv6 === undefined ? undefined : ipv6.replace('/64', String(index));
  const places: Places = {
    host: network.address(HOST),
    witness: network.address(WITNESS),
    host6: six(HOST),
    witness6: six(WITNESS),
    port: randomInt(20_000, 30_000),
  };
  const heard = new Set<string>();
  const ended: string[] = [];
  const [witness, host, prober] = await Promise.all([
    startNode(engine, tools, network, `${name}-witness`, network.address(WITNESS)),
    startHostListener(engine, tools, `${name}-host`),
    startNode(engine, tools, network, `${name}-prober`, network.address(PROBER)),
  ]);
  for (const node of [witness, host, prober]) started.use(node);
  const recorder = whoTells(ended);
  const outside = [places.witness, places.witness6].filter((address) => address !== undefined);
  const own = [places.host, places.host6].filter((address) => address !== undefined);
  await Promise.all([
    listen(
      witness,
      'witness',
      [...outside.flatMap(both(places.port)), `dns ${places.witness} 53`],
      { heard, recorder },
      addAddress(places),
    ),
    listen(
      host,
      'host',
      [...own.flatMap(both(places.port)), `udp ${EVERYBODY} ${places.port}`],
      { heard, recorder },
      '',
    ),
    prepareProber(prober, places.witness),
  ]);
  const wasHeard = (text: string): boolean => [...heard].some((line) => line.includes(text));
  const arriving = await tryAll(
    prober,
    [...probesFor(places, 'control'), gatewayProbe(places.host)],
    wasHeard,
  );
  const stack = started.move();
  return {
    witnesses: [...outside, ...own],
    probes: (tag) => probesFor(places, tag),
    arriving,
    broken: () => (ended.length > 0 ? `a witness ended: ${ended.join('; ')}` : undefined),
    heard: wasHeard,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

/** Does anybody answer for a gateway's address? On a sealed network nobody does before our own node takes it. */
export function gatewayProbe(address: string): Probe {
  return { id: 'gateway-address', kind: 'neighbour', address, port: 0, text: '-' };
}

const both =
  (port: number) =>
  (address: string): string[] => [`tcp ${address} ${port}`, `udp ${address} ${port}`];

function probesFor({ host, witness, host6, witness6, port }: Places, tag: string): Probe[] {
  const probe = (
    id: string,
    kind: Probe['kind'],
    address: string,
    to = port,
    text = `${id}-${tag}`,
  ): Probe => ({
    id,
    kind,
    address,
    port: to,
    text,
  });
  return [
    probe('host-tcp', 'tcp', host),
    probe('host-udp', 'udp', host),
    // Also the host's: on a bridge it is one of those to whom a broadcast goes.
    probe('host-broadcast', 'broadcast', EVERYBODY),
    probe('host-icmp', 'icmp', host, 0),
    probe('outside-tcp', 'tcp', witness),
    probe('outside-udp', 'udp', witness),
    probe('outside-icmp', 'icmp', witness, 0),
    probe('outside-dns', 'dns', witness, 53, `${tag}.${OUTSIDE_NAME}`),
    probe('outside-name', 'name', 'resolver', 0, `${tag}.${OUTSIDE_NAME}`),
    ...(host6 === undefined ? [] : [probe('host-ipv6-tcp', 'tcp', host6)]),
    ...(witness6 === undefined
      ? []
      : [probe('outside-ipv6-tcp', 'tcp', witness6), probe('outside-ipv6-udp', 'udp', witness6)]),
  ];
}

function startNode(
  engine: Engine,
  tools: ImageRef,
  network: StartedNetwork,
  name: string,
  address: string,
): Promise<StartedContainer> {
  return engine.container({
    name,
    image: tools,
    argv: ['sleep', 'infinity'],
    attach: { kind: 'networks', networks: [{ network, address }] },
    capabilities: ['NET_ADMIN', 'NET_RAW'],
  });
}

/** The engine gives IPv6 addresses in the order of starting, which we do not know. */
function addAddress({ witness6 }: Places): string {
  return witness6 === undefined ? '' : `ip -6 addr add ${witness6}/64 dev eth0 nodad`;
}

/** Listens on the host's address of the open bridge, and for broadcasts. */
function startHostListener(engine: Engine, tools: ImageRef, name: string): Promise<StartedContainer> {
  return engine.container({
    name,
    image: tools,
    argv: ['sleep', 'infinity'],
    attach: { kind: 'host' },
  });
}

/** Nothing of the control lab belongs into a scenario's history, but whoever rests on it must know its end. */
function whoTells(ended: string[]): Recorder {
  return {
    record: (source, observation) => {
      if (observation.kind === 'process.ended') ended.push(`${observation.process} (${observation.kind})`);
      else ended.push(observation.kind);
      return { ...observation, n: 0, t: 0, source };
    },
  };
}

async function listen(
  node: StartedContainer,
  process: string,
  ways: readonly string[],
  seen: { heard: Set<string>; recorder: Recorder },
  prepare: string,
): Promise<void> {
  const lines = new LineReader((line) => seen.heard.add(line));
  const witness = await NodeProcess.start(node, {
    node: 'control',
    process: `witness-${process}`,
    argv: ['perl', '-e', WITNESS_SCRIPT, ...ways],
    prepare,
    recorder: seen.recorder,
    onOutput: (chunk) => lines.push(chunk),
  });
  await witness.line(/^listening/, READY_MS);
}

async function prepareProber(prober: StartedContainer, resolver: string): Promise<void> {
  await prober.run(['sh', '-c', `echo nameserver ${resolver} > /etc/resolv.conf`]);
}

/** An IPv6 address of a new bridge is usable only after the kernel has looked for another holder (1 to 2 s). */
async function tryAll(
  prober: StartedContainer,
  probes: readonly Probe[],
  heard: (text: string) => boolean,
): Promise<ControlLab['arriving']> {
  const arriving = new Map<string, { arrives: boolean; detail: string }>();
  for (let tries = 0; tries < TRIES; tries++) {
    const open = probes.filter(({ id }) => arriving.get(id)?.arrives !== true);
    if (open.length === 0) break;
    for (const result of await runProbes(prober, open, { seconds: PROBE_SECONDS }))
      arriving.set(result.id, {
        arrives: arrived(result) || heard(probes.find(({ id }) => id === result.id)?.text ?? ''),
        detail: `${result.outcome} ${result.detail}`.trim(),
      });
  }
  return arriving;
}
