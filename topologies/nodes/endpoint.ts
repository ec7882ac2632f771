/**
 * An endpoint is two containers: a holder that owns the network namespace, counts and captures from the first
 * packet on, and beside it the endpoint itself, without rights over the network. A move moves the holder.
 */
import { CALL_MS, READY_MS } from '../deadline.ts';
import type { Recorder } from '../../history/events.ts';
import type {
  ContainerSpec,
  ImageRef,
  RunResult,
  StartedContainer,
  StartedNetwork,
} from '../engine/engine.ts';
import { withRunner } from '../engine/runner.ts';
import { LabError } from '../errors.ts';
import { Capture } from '../evidence/capture.ts';
import { COUNTER_TABLE, counterRules, moreThan, parseCounters } from '../evidence/counters.ts';
import type { Endpoint, EndpointSpec, FileToPut, ProcessRow, StartedExec, ZoneName } from '../lab-types.ts';
import type { AddressPlan } from '../plan.ts';
import { DROP_LINK, MAKE_LINK, linkEnv } from './link.ts';
import { PRINT_LISTENERS, parseListeners } from './listeners.ts';

/** A sealed network comes without a default route; without one an attempt never gets on the wire. */
const ENTER_ZONE = `${MAKE_LINK}
ip route replace default via "$GATEWAY" && printf 'nameserver %s\\n' "$RESOLVER" > /etc/resolv.conf`;
const BEGIN = `${ENTER_ZONE} && printf %s "$RULES" | nft -f - && nft list table inet ${COUNTER_TABLE}`;
/** Who may change the network's rules may change ours: they are read again at the end. */
const MAY_CHANGE_RULES = 'NET_ADMIN';
const READ_RULES = `nft list table inet ${COUNTER_TABLE} 2>/dev/null || true`;
/** Tables of a product end with a reboot, ours do not. */
const CLEAR_RULES = `nft list tables | while read -r _ family name; do
if [ "$family $name" != "inet ${COUNTER_TABLE}" ]; then nft delete table "$family" "$name"; fi; done`;
/**
 * What a program has written before it ended the kernel goes on sending, by connections that are nobody's any more. A kernel
 * that ends no connections when it is told to gives them up by itself.
 */
const FORGET_CONNECTIONS = `theirs='state fin-wait-1 state closing state last-ack'
for try in $(seq 250); do
ss -HtK $theirs > /dev/null; [ -n "$(ss -Htn $theirs)" ] || exit 0; sleep 0.2; done
echo 'connections of programs that have ended are still there' >&2; exit 1`;
/** PID 1 of an endpoint clears what a reboot clears, starts what starts at boot, and then leaves this file. */
const BOOTED = '/run/booted';
const AWAIT_BOOT = `for try in $(seq 500); do if [ -e ${BOOTED} ]; then exit 0; fi; sleep 0.02; done; exit 1`;

export interface EndpointPlace {
  /** starts a container, in its turn */
  readonly container: (spec: ContainerSpec) => Promise<StartedContainer>;
  /** prefix of container names, unique for this lab */
  readonly lab: string;
  readonly name: string;
  readonly zone: ZoneName;
  readonly plan: AddressPlan;
  readonly networks: ReadonlyMap<ZoneName, StartedNetwork>;
  readonly tools: ImageRef;
  readonly image: ImageRef;
  readonly spec: EndpointSpec;
  readonly recorder: Recorder;
  readonly captureFile: string;
}

export class EndpointNode implements Endpoint, AsyncDisposable {
  readonly name: string;
  readonly #place: EndpointPlace;
  readonly #holder: StartedContainer;
  readonly #body: StartedContainer;
  readonly #capture: Capture;
  readonly #location: { zone: ZoneName | null };
  readonly #rules: string;

  /** Resolves when counters and capture have been read back, and only then the endpoint was started. */
  static async start(place: EndpointPlace): Promise<EndpointNode> {
    const location: { zone: ZoneName | null } = { zone: place.zone };
    await using started = new AsyncDisposableStack();
    const { holder, rules } = await startHolder(place);
    started.use(holder);
    const capture = await Capture.start(holder, {
      point: place.name,
      plan: place.plan,
      recorder: place.recorder,
      file: place.captureFile,
      zone: () => location.zone,
    });
    const body = started.use(
      await place.container({
        name: `${place.lab}-${place.name}`,
        image: place.image,
        attach: { kind: 'namespace-of', container: holder },
        capabilities: place.spec.capabilities,
        ...(place.spec.disks ? { disks: place.spec.disks } : {}),
      }),
    );
    await booted(body, place.name);
    started.move();
    return new EndpointNode(place, { holder, rules, body, capture, location });
  }

  private constructor(
    place: EndpointPlace,
    parts: {
      holder: StartedContainer;
      rules: string;
      body: StartedContainer;
      capture: Capture;
      location: { zone: ZoneName | null };
    },
  ) {
    this.name = place.name;
    this.#place = place;
    this.#holder = parts.holder;
    this.#rules = parts.rules;
    this.#body = parts.body;
    this.#capture = parts.capture;
    this.#location = parts.location;
  }

  get zone(): ZoneName | null {
    return this.#location.zone;
  }
  get address(): string | null {
    return this.zone === null ? null : this.#place.plan.addressOf(this.name, this.zone);
  }
  /** For the lab's own proof: same namespace, with the rights of the holder. */
  get holder(): StartedContainer {
    return this.#holder;
  }
  get body(): StartedContainer {
    return this.#body;
  }

  exec(argv: readonly string[], options: Parameters<Endpoint['exec']>[1] = {}): Promise<RunResult> {
    return this.#body.run(argv, options);
  }
  begin(argv: readonly string[], options: Parameters<Endpoint['begin']>[1] = {}): Promise<StartedExec> {
    return this.#body.exec(argv, options);
  }
  put(files: readonly FileToPut[]): Promise<void> {
    return this.#body.put(files);
  }
  get(path: string): Promise<Buffer | undefined> {
    return this.#body.get(path);
  }
  has(path: string): Promise<boolean> {
    return this.#body.has(path);
  }
  changes(): ReturnType<Endpoint['changes']> {
    return this.#body.changes();
  }
  /** Capture and counters are in the holder, so what the harness sees with is not in it. */
  async usage(): ReturnType<Endpoint['usage']> {
    const { cpuNanos, memoryBytes } = await this.#body.stats();
    return { cpuMs: cpuNanos / 1e6, memoryBytes };
  }
  /** The holder has the same network, and nobody in the endpoint has a say in it. */
  async listeners(): ReturnType<Endpoint['listeners']> {
    return parseListeners((await inHolder(this.#holder, this.name, PRINT_LISTENERS, {})).stdout);
  }
  processes(): Promise<readonly ProcessRow[]> {
    return this.#body.top();
  }

  async restart(): Promise<void> {
    await this.#body.run(['rm', '-f', BOOTED], { user: 'root', timeoutMs: CALL_MS });
    if (this.#mayChangeRules) await inHolder(this.#holder, this.name, CLEAR_RULES, {});
    await this.#body.restart();
    await this.forgetConnections();
    await booted(this.#body, this.name);
    this.#record({ kind: 'endpoint.restarted', endpoint: this.name });
  }

  async forgetConnections(): Promise<void> {
    await inHolder(this.#holder, this.name, FORGET_CONNECTIONS, {});
  }

  async sleep(): Promise<void> {
    await this.#body.pause();
    this.#record({ kind: 'endpoint.sleep', endpoint: this.name, state: 'asleep' });
  }
  async wake(): Promise<void> {
    await this.#body.unpause();
    this.#record({ kind: 'endpoint.sleep', endpoint: this.name, state: 'awake' });
  }

  async move(to: ZoneName | null): Promise<void> {
    const from = this.zone;
    this.#record({ kind: 'move.started', endpoint: this.name, from, to });
    if (from !== null && from !== to) {
      const before = await this.#counted();
      if (this.#place.plan.zone(from).below !== null) await inHolder(this.#holder, this.name, DROP_LINK, {});
      await this.#holder.disconnect(this.#network(from));
      this.#location.zone = null;
      const counters = moreThan(before, await this.#counted());
      this.#record({ kind: 'counters.leaving', point: this.name, counters });
    }
    if (to !== null && from !== to) {
      const { plan } = this.#place;
      const address = plan.engineAddress(to, plan.addressOf(this.name, to));
      await this.#holder.connect(this.#network(to), address);
      this.#location.zone = to;
      await inHolder(this.#holder, this.name, ENTER_ZONE, zoneEnv(plan, this.name, to));
    }
    this.#record({ kind: 'move.finished', endpoint: this.name, zone: this.zone, address: this.address });
  }

  /** Ends the capture and reads the counters; both go into the history. */
  async finishEvidence(): Promise<void> {
    if (this.#mayChangeRules) await this.#compareRules();
    this.#record({ kind: 'counters', point: this.name, counters: await this.#counted() });
    await this.#capture.finish();
  }
  async #counted(): Promise<Record<string, number>> {
    const read = `nft -j list counters table inet ${COUNTER_TABLE}`;
    // What a product has deleted has counted nothing: the capture is then all that there is.
    const script = this.#mayChangeRules ? `${read} 2>/dev/null || echo '{"nftables":[]}'` : read;
    return parseCounters((await inHolder(this.#holder, this.name, script, {})).stdout);
  }
  async #compareRules(): Promise<void> {
    const now = withoutCounts((await inHolder(this.#holder, this.name, READ_RULES, {})).stdout);
    if (now === this.#rules) return;
    const value = now === '' ? 'gone' : 'changed';
    this.#record({ kind: 'endpoint.state', endpoint: this.name, by: 'exec', what: 'counter-table', value });
  }
  get #mayChangeRules(): boolean {
    return this.#place.spec.capabilities.includes(MAY_CHANGE_RULES);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#body[Symbol.asyncDispose]();
    await this.#holder[Symbol.asyncDispose]();
  }

  #network(zone: ZoneName): StartedNetwork {
    const network = this.#place.networks.get(zone);
    if (network === undefined)
      throw new LabError(
        'harness',
        `moving ${this.name}`,
        `there is no zone ${zone}; the topology has ${[...this.#place.networks.keys()].join(', ')}`,
      );
    return network;
  }

  #record(observation: Parameters<Recorder['record']>[1]): void {
    this.#place.recorder.record(`endpoint:${this.name}`, observation);
  }
}

async function booted(body: StartedContainer, name: string): Promise<void> {
  const { exit } = await body.run(['sh', '-c', AWAIT_BOOT], { user: 'root', timeoutMs: READY_MS });
  if (exit !== 0)
    throw new LabError(
      'lab',
      `${name} did not boot`,
      `PID 1 of its image left no ${BOOTED} within ${READY_MS} ms`,
    );
}

const withoutCounts = (rules: string): string => rules.replaceAll(/packets \d+ bytes \d+/g, '').trim();

async function startHolder(place: EndpointPlace): Promise<{ holder: StartedContainer; rules: string }> {
  const { container, lab, name, plan, zone, tools, networks, spec } = place;
  const network = networks.get(zone);
  const address = plan.engineAddress(zone, plan.addressOf(name, zone));
  if (network === undefined) throw new LabError('lab', `starting ${name}`, `no network for zone ${zone}`);
  await using started = new AsyncDisposableStack();
  const holder = withRunner(
    started.use(
      await container({
        name: `${lab}-${name}-holder`,
        image: tools,
        argv: ['sleep', 'infinity'],
        hostname: spec.hostname,
        attach: { kind: 'networks', networks: [{ network, address }] },
        capabilities: ['NET_ADMIN', 'NET_RAW'],
        dns: [plan.zone(zone).resolver],
      }),
    ),
  );
  const { stdout } = await inHolder(holder, name, BEGIN, {
    ...zoneEnv(plan, name, zone),
    RULES: counterRules(plan),
  });
  if (!stdout.includes('counter name "other"'))
    throw new LabError('capture', `counters of ${name} are not in force`, stdout.slice(0, 500));
  started.move();
  return { holder, rules: withoutCounts(stdout) };
}

function zoneEnv(plan: AddressPlan, name: string, zone: ZoneName): Record<string, string> {
  const { gateway, resolver } = plan.zone(zone);
  return { GATEWAY: gateway, RESOLVER: resolver, ...linkEnv(plan, zone, plan.addressOf(name, zone)) };
}

async function inHolder(
  holder: StartedContainer,
  name: string,
  script: string,
  env: Record<string, string>,
): Promise<RunResult> {
  const result = await holder.run(['sh', '-ec', script], { env, timeoutMs: CALL_MS });
  if (result.exit !== 0)
    throw new LabError(
      'lab',
      `network settings of ${name} could not be made`,
      result.stderr.trim() || `exit ${String(result.exit)}`,
    );
  return result;
}
