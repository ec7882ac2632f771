import { readdirSync, writeFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { expect } from 'chai';
import { scratch } from '../../history/scratch.ts';
import { gate } from '../deadline.ts';
import { openEngine } from '../engine/docker.ts';
import type { Engine, NetworkSpec, StartedNetwork } from '../engine/engine.ts';
import { toolsImage, toolsNodeImage } from '../engine/images/index.ts';
import { blockOf, toText } from '../engine/subnets.ts';
import { createLabFactory } from '../factory.ts';
import { ENDPOINT, MemoryHistory, labSpec, watched } from '../lab-fixture.ts';
import type { AppSpec, LabFactory, StartedLab } from '../lab-types.ts';
import { EndpointNode } from '../nodes/endpoint.ts';
import { runProbes } from '../probes.ts';
import { loadTopology } from '../schema.ts';
import type { Topology } from '../schema.ts';
import type { RelayTarget, Targets } from './attempt.ts';
import { ATTEMPTS } from './attempts.ts';
import { startEscapeGround } from './escape-ground.ts';
import type { EscapeGround } from './escape-ground.ts';
import { tryAll } from './escape.ts';
import type { Outcome, Vantage } from './escape.ts';
import { closurePage } from './page.ts';
import type { Tried } from './page.ts';

const PAGE = 'docs/closure.md';
const AT_ONCE = 2;
const ROUNDS = 4;
const EAR_MS = 15_000;
/** From a home with a router these are no escape: the router's zone is where it leads. */
const LED_BY_ROUTER = ['app-direct-tcp', 'app-direct-udp', 'dns-beyond'];
const ids = readdirSync('topologies').flatMap((file) => /^(.*)\.yaml$/.exec(file)?.[1] ?? []);

describe('escape', () => {
  const held = new AsyncDisposableStack();
  let opened: Engine;
  let engine: ReturnType<typeof watched>;
  const networks = new Map<string, { network: StartedNetwork; kind: NetworkSpec['kind'] }>();
  let labs: LabFactory;
  let ground: EscapeGround;
  let cloud: Cloud;
  let other: { lab: StartedLab; history: MemoryHistory };
  const shown = new Map<string, Outcome>();

  before(async () => {
    opened = held.use(await openEngine());
    engine = watched({
      ...opened,
      network: async (spec) => {
        const network = await opened.network(spec);
        networks.set(spec.name, { network, kind: spec.kind });
        return network;
      },
      [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
    });
    labs = held.use(await createLabFactory(engine.engine));
    await opened.image(ENDPOINT);
    ground = held.use(await startEscapeGround(engine.engine, await opened.image(toolsImage)));
    cloud = await makeCloud(ground);
    const history = new MemoryHistory();
    other = { lab: held.use(await labs.start(specOf(loadTopology('closed-office'), history))), history };
    const holder = endpointOf(other.lab).holder;
    await ground.ears.listen(holder, 'other lab', 'all');
  });
  after(async () => {
    // Also if the beginning failed: the host's routes are to go.
    await held.disposeAsync();
  });

  const specOf = (topology: Topology, history: MemoryHistory): ReturnType<typeof labSpec> => {
    const spec = labSpec(topology.id, history);
    const pc = { image: ENDPOINT, capabilities: [], hostname: 'pc-001' };
    return {
      ...spec,
      trust: cloud.cert,
      apps: Object.fromEntries(
        Object.keys(topology.apps).map((name) => [
          name,
          { ...cloud.app, names: name === 'cloud' ? ['edr.cloud.test'] : [] },
        ]),
      ),
      endpoints: Object.fromEntries(Object.keys(topology.endpoints).map((name) => [name, pc])),
      evidence: scratch('escape'),
    };
  };
  const endpointOf = (lab: StartedLab, name?: string): EndpointNode => {
    const endpoint = lab.endpoint(name);
    if (!(endpoint instanceof EndpointNode)) throw new Error('this is not a container');
    return endpoint;
  };
  /** Heard by those outside, and then by every ear of this lab. */
  const sentinel =
    (lab: StartedLab | undefined, zones: readonly string[]) =>
    async (text: string): Promise<void> => {
      const say = (address: string): Parameters<typeof runProbes>[1] => [
        { id: address, kind: 'udp', address, port: ground.targets.port, text },
      ];
      const own = zones.map((zone) => `gateway-${zone}`);
      await Promise.all([
        runProbes(ground.prober, say(ground.targets.outside), { seconds: 1 }),
        runProbes(ground.prober, say(ground.targets.host), { seconds: 1 }),
        runProbes(endpointOf(other.lab).holder, say('127.0.0.1'), { seconds: 1 }),
        ...own.map((name) =>
          runProbes(engine.container(`${lab?.id ?? ''}-${name}`), say('127.0.0.1'), { seconds: 1 }),
        ),
      ]);
      const places = ['outside', 'host', 'other lab', ...zones.map((zone) => `${lab?.id ?? ''} ${zone}`)];
      await ground.ears.until(text, places, EAR_MS);
    };

  it('is seen arriving in the open, attempt by attempt', async () => {
    const from: Vantage = (as, kind) => ({
      container: kind === 'unix' ? ground.host : ground.prober,
      user: as === 'nobody' ? 'nobody' : 'root',
    });
    for (let round = 0; round < ROUNDS; round++) {
      const open = ATTEMPTS.filter(({ id }) => shown.get(id)?.result !== 'escaped');
      const batch = { from, targets: ground.targets, ears: ground.ears, sentinel: sentinel(undefined, []) };
      for (const outcome of await tryAll(open, batch)) shown.set(outcome.id, outcome);
    }
    const missing = ATTEMPTS.filter(
      ({ id, notShown }) => notShown === undefined && shown.get(id)?.result !== 'escaped',
    ).map(({ id }) => `${id}: ${shown.get(id)?.result ?? ''} ${shown.get(id)?.detail ?? ''}`);
    expect(missing, 'these prove nothing').to.deep.equal([]);
    expect(ATTEMPTS.filter(({ notShown }) => notShown === undefined).length).to.be.at.least(40);
  });

  it('succeeds from no endpoint of no topology', async () => {
    const narrow = gate(AT_ONCE);
    const results = await Promise.allSettled(ids.map((id) => narrow(() => tryTopology(id, labs))));
    const tried = results.flatMap((one) => (one.status === 'fulfilled' ? one.value : []));
    const broken = results.flatMap((one, i) =>
      one.status === 'rejected' ? [`${ids[i] ?? ''}: ${one.reason}`] : [],
    );
    const escaped = tried.flatMap(escapesOf);
    const mute = tried.filter(isMute).map(({ topology, place }) => `${place} of ${topology}`);
    expect(escaped).to.deep.equal([]);
    expect(mute, 'a relay that said nothing was not tried').to.deep.equal([]);
    expect(broken, 'there nothing was tried').to.deep.equal([]);
    expect(new Set(tried.map(({ topology }) => topology)).size).to.equal(ids.length);
    if (process.env['HEIIKI_WRITE_DOCS']) writeFileSync(PAGE, closurePage(ATTEMPTS, shown, tried));
  });

  const tryTopology = async (id: string, factory: LabFactory): Promise<Tried[]> => {
    const tried: Tried[] = [];
    const topology = loadTopology(id);
    const history = new MemoryHistory();
    await using lab = await factory.start(specOf(topology, history));
    const zones = Object.keys(topology.zones);
    await using ears = new AsyncDisposableStack();
    for (const zone of zones) {
      const ear = await engine.engine.container({
        name: `${lab.id}-ear-${zone}`,
        image: await opened.image(toolsImage),
        argv: ['sleep', 'infinity'],
        attach: { kind: 'namespace-of', container: engine.container(`${lab.id}-gateway-${zone}`) },
        capabilities: ['NET_RAW'],
      });
      ears.use(ear);
      await ground.ears.listen(ear, `${lab.id} ${zone}`, 'all');
    }
    for (const [name, zone] of placesOf(topology)) {
      const endpoint = endpointOf(lab, name);
      if (endpoint.zone !== zone) await endpoint.move(zone);
      for (const relay of relaysOf(topology, zone)) {
        const place = `${name} in ${zone}${relay === undefined ? '' : ` by ${relay}`}`;
        const once = async (): Promise<Tried> => ({
          topology: id,
          place,
          outcomes: await tryFrom(endpoint, { lab, history, topology, zone, relay }),
        });
        let found = await once();
        // Beside other labs a relay may answer too late to be heard; what got out the first time counts all the same.
        for (let again = 1; again < ROUNDS && isMute(found) && escapesOf(found).length === 0; again++)
          found = await once();
        tried.push(found);
      }
    }
    return tried;
  };

  const tryFrom = async (
    endpoint: EndpointNode,
    at: {
      lab: StartedLab;
      history: MemoryHistory;
      topology: Topology;
      zone: string;
      relay: string | undefined;
    },
  ): Promise<readonly Outcome[]> => {
    const { lab, topology, zone } = at;
    const beyond = Object.keys(topology.zones).filter((name) => name !== zone);
    const from: Vantage = (as) => ({
      container: as === 'raw' ? endpoint.holder : endpoint.body,
      user: as === 'nobody' ? 'nobody' : 'root',
    });
    const led = topology.zones[zone]?.router === undefined ? [] : LED_BY_ROUTER;
    return tryAll(
      ATTEMPTS.filter(({ id }) => !led.includes(id)),
      {
        from,
        targets: await targetsOf(endpoint, at),
        ears: ground.ears,
        own: `${lab.id} ${zone}`,
        sentinel: sentinel(lab, beyond),
      },
    );
  };

  const targetsOf = async (
    endpoint: EndpointNode,
    { lab, history, topology, zone, relay }: Parameters<typeof tryFrom>[1],
  ): Promise<Targets> => {
    const { nodes } = history.of('lab.ready')[0]!;
    const addressOf = (name: string, there: string): string =>
      nodes.find((node) => node.name === name)?.addresses[there] ?? '';
    const { network, kind } = networks.get(`${lab.id}-${zone}`)!;
    const block = blockOf(network.subnet);
    const internet = Object.keys(topology.zones).find((name) => topology.apps['cloud']?.zone === name) ?? '';
    expect(endpoint.zone).to.equal(zone);
    return {
      ...ground.targets,
      bridge: await ground.bridge(network, kind),
      broadcast: toText(block.first + block.size - 1),
      gateway: toText(blockOf(`${addressOf(`gateway-${zone}`, zone)}/32`).first - 1),
      other: other.lab.endpoint().address ?? '',
      app: addressOf('cloud', internet),
      resolver: addressOf(`gateway-${internet}`, internet),
      relay: relay === undefined ? undefined : relayTarget(lab, topology, zone, relay),
    };
  };

  it('is found in a lab that leaks', async () => {
    await using leaky = await createLabFactory(engine.engine, { networkKind: 'open' });
    const escaped = (await tryTopology('closed-office', leaky)).flatMap(escapesOf).join('\n');
    for (const id of ['host-tcp', 'host-udp', 'engine-bridge-udp', 'broadcast', 'frame-host', 'arp-request'])
      expect(escaped).to.contain(`${id} from`);
  });
});

interface Cloud {
  readonly app: Omit<AppSpec, 'names'>;
  /** what its certificate leads to */
  readonly cert: string;
}
/** Relays that read TLS are ready only when a cloud behind them speaks it. */
async function makeCloud({ witness }: EscapeGround): Promise<Cloud> {
  const made = await witness.run([
    ...[
      'openssl',
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '30',
      '-subj',
      '/CN=edr.cloud.test',
    ],
    ...[
      '-addext',
      'subjectAltName=DNS:edr.cloud.test',
      '-keyout',
      '/tmp/cloud.key',
      '-out',
      '/tmp/cloud.pem',
    ],
  ]);
  expect(made.exit, made.stderr).to.equal(0);
  const [key, cert] = await Promise.all(
    ['/tmp/cloud.key', '/tmp/cloud.pem'].map((path) => witness.get(path)),
  );
  const files = { '/tmp/cloud.key': String(key), '/tmp/cloud.pem': String(cert) };
  const argv = ['node', '-e', CLOUD];
  return { app: { image: toolsNodeImage(), argv, files }, cert: String(cert) };
}
const CLOUD = `const read = (name) => require('fs').readFileSync('/tmp/cloud.' + name);
const identity = { key: read('key'), cert: read('pem') };
require('https').createServer(identity, (_, response) => response.end('cloud')).listen(443, () => console.log('{"n":1,"kind":"ready"}'));
process.stdin.on('end', () => process.exit(0)).resume();`;

/** The outcome of whatever was asked of the relay is that it said nothing: then it was not asked. */
const isMute = ({ place, outcomes }: Tried): boolean =>
  place.includes(' by ') &&
  outcomes
    .filter(({ id, result }) => id.startsWith('relay-') && result !== 'absent')
    .every(({ detail }) => /^(silent|ended|the relay:)/.test(detail));

const escapesOf = ({ topology, place, outcomes }: Tried): string[] =>
  outcomes
    .filter(({ result }) => result === 'escaped')
    .map(({ id, heard, detail }) => `${id} from ${place} of ${topology}: ${heard.join(', ')} ${detail}`);

/** Endpoints of closed zones, and of those that have a closed one's addresses; where none starts the first goes there. */
function placesOf({ zones, endpoints }: Topology): (readonly [string, string])[] {
  const [first = ''] = Object.keys(endpoints);
  return Object.entries(zones)
    .filter(([, { kind, sameAddressesAs }]) => kind === 'closed' || sameAddressesAs !== undefined)
    .flatMap(([zone]) => {
      const there = Object.keys(endpoints).filter((name) => endpoints[name]?.zone === zone);
      return (there.length > 0 ? there : [first]).map((name) => [name, zone] as const);
    });
}

function relaysOf({ relays }: Topology, zone: string): readonly (string | undefined)[] {
  const here = Object.keys(relays).filter((name) => relays[name]?.serves.includes(zone));
  return here.length > 0 ? here : [undefined];
}

function relayTarget(lab: StartedLab, topology: Topology, zone: string, name: string): RelayTarget {
  const { user, password, kind, ...access } = lab.relay(name).access(zone);
  const { port } = access;
  const [address = ''] = access.address.split(':');
  const { blockPage, inspects, tls } = topology.relays[name]!;
  const opensTls = inspects !== undefined;
  const account = kind === 'basic' ? { account: `${user ?? ''}:${password ?? ''}` } : {};
  return {
    ...{ address, port, socksPort: port, sniPort: port, tls, opensTls },
    saysYes: opensTls || blockPage,
    ...account,
  };
}
