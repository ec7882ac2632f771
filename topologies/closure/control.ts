/**
 * The open control lab, one for each run: an ordinary bridge with a host address, on a slice of a documentation
 * range (RFC 5737, RFC 3849), so that even a packet that leaks ends there and nowhere else. What the probes
 * reach here and not from a closed zone, closure has stopped.
 */
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Engine, ImageRef, StartedContainer, StartedNetwork } from '../engine/engine.ts';
import { LabError } from '../errors.ts';
import { LineReader } from '../nodes/lines.ts';
import { NodeProcess } from '../nodes/process.ts';
import { arrived, runProbes } from '../probes.ts';
import type { Probe } from '../probes.ts';

const WITNESS_SCRIPT = readFileSync(new URL('./witness.pl', import.meta.url), 'utf8');
const RANGES = ['198.51.100', '203.0.113'];
const SLICES = 16;
const HOST = 1;
const WITNESS = 10;
const PROBER = 11;
const READY_MS = 10_000;
const PROBE_SECONDS = 1;
const TRIES = 5;
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
  const outside = [places.witness, places.witness6].filter((address) => address !== undefined);
  const own = [places.host, places.host6].filter((address) => address !== undefined);
  await Promise.all([
    listen(
      witness,
      'witness',
      [...outside.flatMap(both(places.port)), `dns ${places.witness} 53`],
      { heard, ended },
      addAddress(places),
    ),
    listen(host, 'host', own.flatMap(both(places.port)), { heard, ended }, ''),
    prepareProber(prober, places.witness),
  ]);
  const arriving = await tryAll(prober, [...probesFor(places, 'control'), gatewayProbe(places.host)]);
  const stack = started.move();
  return {
    witnesses: [...outside, ...own],
    probes: (tag) => probesFor(places, tag),
    arriving,
    broken: () => (ended.length > 0 ? `a witness ended: ${ended.join('; ')}` : undefined),
    heard: (text) => [...heard].some((line) => line.includes(text)),
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

/** The engine refuses what overlaps with any other network, also of another run; then the next slice is tried. */
async function takeSlice(
  engine: Engine,
  name: string,
): Promise<{ network: StartedNetwork; ipv6: string | undefined }> {
  const first = randomInt(RANGES.length * SLICES);
  let last: unknown;
  for (let i = 0; i < RANGES.length * SLICES; i++) {
    const slice = (first + i) % (RANGES.length * SLICES);
    const subnet = `${RANGES[Math.floor(slice / SLICES)] ?? ''}.${(slice % SLICES) * 16}/28`;
    const ipv6 = `2001:db8:${randomInt(1, 0x10000).toString(16)}:${slice + 1}::/64`;
    for (const six of [ipv6, undefined])
      try {
        const spec = { name, kind: 'open' as const, subnet };
        return {
          network: await engine.network(six === undefined ? spec : { ...spec, ipv6: six }),
          ipv6: six,
        };
      } catch (cause) {
        last = cause;
        if (String(cause).includes('overlap')) break;
      }
  }
  throw new LabError('engine', 'the open control lab got no network', String(last), { cause: last });
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

/** Listens on the host's address of the open bridge and on nothing else; it has no rights there. */
function startHostListener(engine: Engine, tools: ImageRef, name: string): Promise<StartedContainer> {
  return engine.container({ name, image: tools, argv: ['sleep', 'infinity'], attach: { kind: 'host' } });
}

async function listen(
  node: StartedContainer,
  process: string,
  ways: readonly string[],
  seen: { heard: Set<string>; ended: string[] },
  prepare: string,
): Promise<void> {
  const lines = new LineReader((line) => seen.heard.add(line));
  const witness = await NodeProcess.start(node, {
    node: 'control',
    process: `witness-${process}`,
    argv: ['perl', '-e', WITNESS_SCRIPT, ...ways],
    prepare,
    // Nothing of the control lab belongs into a scenario's history, but whoever rests on it must know its end.
    recorder: {
      record: (source, observation) => {
        seen.ended.push(`${process} (${observation.kind})`);
        return { ...observation, n: 0, t: 0, source };
      },
    },
    onOutput: (chunk) => lines.push(chunk),
  });
  await witness.line(/^listening/, READY_MS);
}

async function prepareProber(prober: StartedContainer, resolver: string): Promise<void> {
  await prober.run(['sh', '-c', `echo nameserver ${resolver} > /etc/resolv.conf`]);
}

/** An IPv6 address of a new bridge is usable only after the kernel has looked for another holder (1 to 2 s). */
async function tryAll(prober: StartedContainer, probes: readonly Probe[]): Promise<ControlLab['arriving']> {
  const arriving = new Map<string, { arrives: boolean; detail: string }>();
  for (let tries = 0; tries < TRIES; tries++) {
    const open = probes.filter(({ id }) => arriving.get(id)?.arrives !== true);
    if (open.length === 0) break;
    for (const result of await runProbes(prober, open, { seconds: PROBE_SECONDS }))
      arriving.set(result.id, {
        arrives: arrived(result),
        detail: `${result.outcome} ${result.detail}`.trim(),
      });
  }
  return arriving;
}
