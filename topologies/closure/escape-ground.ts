/**
 * Where attempts to escape are seen arriving: an open bridge with a host address, a witness, a relay that lets
 * everything through, and ears there and in the host. It also keeps what a leaking lab would send inside this machine.
 */
import { randomBytes, randomInt } from 'node:crypto';
import type { Engine, ImageRef, NetworkSpec, StartedContainer, StartedNetwork } from '../engine/engine.ts';
import { bridgeAddress } from '../engine/subnets.ts';
import { LabError } from '../errors.ts';
import { METADATA, PUBLISHED_PORT } from './attempt.ts';
import type { Targets } from './attempt.ts';
import { takeSlice } from './slice.ts';
import { Ears } from './ears.ts';

const [HOST, WITNESS, PROBER, RELAY] = [1, 10, 11, 12];
const BROADCAST = 15;
const LINK_LOCAL = 'fe80::feed';
/** The pool from which labs have their addresses, and the host's metric for the routes that are made here. */
const POOL = '10.201.0.0/16';
const RELAY_PORT = 3128;
const SOCKS_PORT = 1080;
const SNI_PORT = 8443;
const ALLOWED = 'edr.cloud.test:443';
const ENGINE_PORTS = [2375, 2376];

export interface EscapeGround extends AsyncDisposable {
  readonly ears: Ears;
  readonly witness: StartedContainer;
  /** open counterpart of an endpoint, and of the host's own processes */
  readonly prober: StartedContainer;
  readonly host: StartedContainer;
  readonly targets: Targets;
  /** hardware address of the bridge of that network, which the host has if it is open */
  bridge(network: StartedNetwork, kind: NetworkSpec['kind']): Promise<string>;
}

export async function startEscapeGround(engine: Engine, tools: ImageRef): Promise<EscapeGround> {
  await using started = new AsyncDisposableStack();
  const name = `escape-${randomInt(1 << 24).toString(16)}`;
  const { network, ipv6 } = await takeSlice(engine, name);
  started.use(network);
  if (ipv6 === undefined)
    throw new LabError('engine', 'no open network with IPv6', 'half of the attempts could not be shown');
  const six = (index: number): string => ipv6.replace('/64', String(index));
  const at = (index: number): string => network.address(index);
  const node = async (suffix: string, index: number, more = {}): Promise<StartedContainer> =>
    started.use(
      await engine.container({
        name: `${name}-${suffix}`,
        image: tools,
        argv: ['sleep', 'infinity'],
        attach: { kind: 'networks', networks: [{ network, address: at(index) }] },
        capabilities: ['NET_ADMIN', 'NET_RAW'],
        dns: [at(WITNESS)],
        ...more,
      }),
    );
  const [witness, prober, relay, host] = await Promise.all([
    node('witness', WITNESS, { publish: { address: at(HOST), port: PUBLISHED_PORT } }),
    node('prober', PROBER),
    node('relay', RELAY, { sysctls: { 'net.ipv4.ip_forward': '1' } }),
    startInHost(engine, tools, `${name}-host`),
  ]);
  started.use(host);
  const bridge: EscapeGround['bridge'] = async (of, kind) =>
    kind === 'open' ? addressOfDevice(host, bridgeOf(of)) : bridgeAddress(of.subnet);
  const targets: Targets = {
    outside: at(WITNESS),
    outside6: six(WITNESS),
    port: randomInt(20_000, 25_000),
    host: at(HOST),
    host6: six(HOST),
    engineBridge: await engineBridge(host, at(HOST)),
    bridge: await bridge(network, 'open'),
    broadcast: at(HOST).replace(/\d+$/, (last) => String(Number(last) - HOST + BROADCAST)),
    gateway: at(HOST),
    other: at(WITNESS),
    app: at(WITNESS),
    resolver: at(WITNESS),
    relay: {
      address: at(RELAY),
      port: RELAY_PORT,
      socksPort: SOCKS_PORT,
      sniPort: SNI_PORT,
      tls: false,
      opensTls: false,
      saysYes: false,
    },
    socket: `${name}-${randomBytes(4).toString('hex')}`,
    allowed: ALLOWED,
  };
  await stayHere(started, host, bridgeOf(network));
  const ears = new Ears();
  await Promise.all([
    settle(
      witness,
      `ip addr add ${METADATA}/32 dev eth0; ip -6 addr add ${LINK_LOCAL}/64 dev eth0 nodad; ip -6 addr add ${six(WITNESS)}/64 dev eth0 nodad`,
    ),
    settle(prober, `ip route add ${METADATA}/32 dev eth0`),
  ]);
  await Promise.all([
    ears.listen(witness, 'outside', 'all'),
    ears.listen(host, 'host', 'up'),
    ears.answer(witness, 'witness', witnessed(targets)),
    ears.answer(host, 'host', answeredByHost(targets)),
    ears.relay(relay, openRelay(targets)),
    ears.socks(relay, openSocks(targets)),
    ears.sni(relay, openSni(targets)),
  ]);
  const stack = started.move();
  return { ears, witness, prober, host, targets, bridge, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

/** It may look at what the host is handed, and make the routes of `stayHere`. */
function startInHost(engine: Engine, image: ImageRef, name: string): Promise<StartedContainer> {
  return engine.container({
    name,
    image,
    argv: ['sleep', 'infinity'],
    attach: { kind: 'host' },
    capabilities: ['NET_ADMIN', 'NET_RAW'],
  });
}

function witnessed({ outside, outside6, port }: Targets): string[] {
  return [
    ...[outside, outside6].flatMap((address) => [`tcp ${address} ${port}`, `udp ${address} ${port}`]),
    ...[443, 123].map((other) => `udp ${outside} ${other}`),
    `tcp ${outside} 443`,
    `tcp ${outside} ${PUBLISHED_PORT}`,
    `ftp ${outside} ${port + 1}`,
    `dns ${outside} 53`,
    `tcp ${outside} 53`,
    `tcp ${METADATA} 80`,
    `udp ${METADATA} 80`,
  ];
}

function answeredByHost({ host, host6, engineBridge, port, socket }: Targets): string[] {
  return [
    ...[host, host6, engineBridge].flatMap((address) => [`tcp ${address} ${port}`, `udp ${address} ${port}`]),
    ...ENGINE_PORTS.map((engine) => `tcp ${host} ${engine}`),
    `unix @${socket} 0`,
  ];
}

/** squid, with everything allowed, and with the names that attempts use. */
function openRelay({ outside, relay, allowed }: Targets): { config: string; hosts: string } {
  const host = allowed.slice(0, allowed.lastIndexOf(':'));
  const names = ['www.outside.example', host, `${host}.outside.example`, `www.${host}`, 'undeclared.invalid'];
  return {
    config: [
      `http_port ${relay?.address ?? ''}:${relay?.port ?? 0}`,
      'http_access allow all',
      'access_log none',
      'cache_log /dev/stderr',
      'cache deny all',
      'hosts_file /tmp/hosts',
      `dns_nameservers ${outside}`,
      'pid_filename none',
      'netdb_filename none',
      'pinger_enable off',
      'shutdown_lifetime 0 seconds',
      'visible_hostname open',
      '',
    ].join('\n'),
    hosts: `${outside} ${names.join(' ')}\n`,
  };
}

/** haproxy, which leads every name to the witness. */
function openSni({ outside, relay }: Targets): string {
  return [
    'defaults',
    '  mode tcp',
    '  timeout connect 2s',
    '  timeout client 5s',
    '  timeout server 5s',
    'listen everything',
    `  bind ${relay?.address ?? ''}:${relay?.sniPort ?? 0}`,
    `  server witness ${outside}:443`,
    '',
  ].join('\n');
}

function openSocks({ relay }: Targets): string {
  return [
    'logoutput: stderr',
    `internal: ${relay?.address ?? ''} port = ${relay?.socksPort ?? 0}`,
    'external: eth0',
    'clientmethod: none',
    'socksmethod: none',
    'client pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }',
    'socks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 }',
    '',
  ].join('\n');
}

/**
 * While attempts run, whatever the host would answer to a lab's address ends on the open bridge, where nobody has it,
 * and the metadata service's address is the witness's: nothing finds the way to a real outside even where a lab
 * leaks. The routes go with that bridge, also when the run is killed.
 */
async function stayHere(stack: AsyncDisposableStack, host: StartedContainer, open: string): Promise<void> {
  const metric = randomInt(1_000_000, 4_000_000_000);
  const routes = [`${POOL} dev ${open} metric ${metric}`, `${METADATA}/32 dev ${open} metric ${metric}`];
  for (const route of routes) {
    await settle(host, `ip route add ${route}`);
    stack.defer(async () => {
      await host.run(['sh', '-c', `ip route del ${route}`]);
    });
  }
}

async function settle(node: StartedContainer, script: string): Promise<string> {
  const { exit, stdout, stderr } = await node.run(['sh', '-ec', script]);
  if (exit !== 0) throw new LabError('lab', `settings of ${node.name} could not be made`, stderr.trim());
  return stdout.trim();
}

/** As the engine names bridges where it is not told a name. */
const bridgeOf = ({ id }: Pick<StartedNetwork, 'id'>): string => `br-${id.slice(0, 12)}`;

function addressOfDevice(host: StartedContainer, device: string): Promise<string> {
  return settle(host, `cat /sys/class/net/${device}/address`);
}

/** The engine's own bridge, if it has one that is not the range of the host itself. */
async function engineBridge(host: StartedContainer, otherwise: string): Promise<string> {
  const { stdout } = await host.run(['sh', '-c', `ip -4 -o addr show dev docker0`]);
  return /inet (172\.\d+\.\d+\.\d+)\//.exec(stdout)?.[1] ?? otherwise;
}
