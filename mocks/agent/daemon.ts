/** The running agent: puts the parts together and answers local control. */
import { rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Policy, TelemetryEvent } from '../cloud/protocol/types.ts';
import { AccountsWatch, RecentStarts, userNames } from './accounts.ts';
import { Cloud } from './cloud.ts';
import { Commands } from './commands.ts';
import { hostPort, loadConfig, parseRelay, saveConfig, type Config } from './config.ts';
import { serveControl, type Reply, type Request } from './control.ts';
import { Detector } from './detector.ts';
import { startExtras } from './extras.ts';
import { messageOf, readState, writeWhole } from './files.ts';
import { behaviourOf, type Behaviour } from './flaws.ts';
import { machineId } from './identity.ts';
import { Link } from './link.ts';
import { PRODUCT, type Places } from './places.ts';
import { PolicyInForce } from './policy.ts';
import { Journal, NewestOnly, type FindingQueue } from './queue.ts';
import { Reporter } from './reporter.ts';
import type { Act } from './rules/acts.ts';
import { findingOf, type Draft } from './rules/finding.ts';
import { Sensor } from './sensor.ts';
import { TelemetryBuffer } from './telemetry.ts';

export class Daemon {
  readonly #places: Places;
  #config: Config;
  readonly #behaviour: Behaviour;
  readonly #link: Link;
  readonly #cloud: Cloud;
  readonly #policy: PolicyInForce;
  readonly #queue: FindingQueue;
  readonly #telemetry = new TelemetryBuffer();
  readonly #reporter: Reporter;
  readonly #starts = new RecentStarts();
  readonly #userOf = userNames();
  readonly #sensor: Sensor;
  readonly #accounts: AccountsWatch;
  readonly #stopExtras: () => void;
  #relay: string | null;
  #sensorState = 'the sensor has not started yet';

  constructor(places: Places) {
    this.#places = places;
    this.#config = loadConfig(places);
    const config = this.#config;
    this.#behaviour = behaviourOf(config.flaw);
    const { cloud, ca, connectivity } = config;
    const behaviour = this.#behaviour;
    const fromPolicy = this.#policyRelay();
    this.#relay = fromPolicy === undefined ? config.relay : fromPolicy;
    const relay = this.#relay === null ? null : hostPort(this.#relay);
    this.#link = new Link({ cloud, ca, connectivity, relay, from: config.firstAddress, behaviour });
    this.#cloud = new Cloud(this.#link, this.#storedIdentity());
    this.#policy = new PolicyInForce(join(places.state, 'policy.json'), behaviour.allowlist);
    this.#queue =
      behaviour.queue === 'durable'
        ? new Journal(join(places.state, 'queue.jsonl'), config.queue)
        : new NewestOnly();
    this.#reporter = this.#newReporter();
    this.#sensor = this.#newSensor();
    this.#accounts = new AccountsWatch({
      snapshot: join(places.state, 'groups'),
      groups: behaviour.privilegedGroups,
      starts: this.#starts,
      userOf: this.#userOf,
      allows: (act) => this.#policy.allows(act),
      report: (draft) => this.#found(draft, 15),
    });
    this.#stopExtras = startExtras(
      behaviour,
      this.#link,
      () => (this.#relay === null ? null : hostPort(this.#relay)),
      ca,
    );
  }

  async start(): Promise<void> {
    await serveControl(this.#places.socket, (request) => this.#handle(request));
    writeFileSync(this.#places.pid, String(process.pid));
    this.#sensor.start();
    this.#accounts.start();
    this.#reporter.start();
  }

  async #stop(): Promise<void> {
    this.#reporter.stop();
    this.#stopExtras();
    this.#accounts.stop();
    await this.#sensor.stop();
    this.#link.close();
    this.#queue.close();
    // Not process.exit: it waits for a look-up that is under way, for many seconds where no resolver answers.
    process.kill(process.pid, 'SIGTERM');
  }

  #newReporter(): Reporter {
    const { name, version } = PRODUCT;
    return new Reporter({
      link: this.#link,
      cloud: this.#cloud,
      policy: this.#policy,
      queue: this.#queue,
      telemetry: this.#telemetry,
      commands: new Commands(this.#places.state, this.#telemetry),
      behaviour: this.#behaviour,
      enrolment: {
        token: this.#config.token,
        hostname: hostname(),
        machineId: machineId(),
        product: { name, version },
      },
      enrolled: (identity) => writeWhole(join(this.#places.state, 'identity.json'), JSON.stringify(identity)),
      policyTaken: (policy) => void this.#followRelay(policy),
      log: (text) => console.log(`${new Date().toISOString()} ${text}`),
    });
  }
  #newSensor(): Sensor {
    const detector = new Detector({
      policy: this.#policy,
      behaviour: this.#behaviour,
      quarantine: join(this.#places.state, 'quarantine'),
      userOf: this.#userOf,
      report: (draft, disposition) => this.#found(draft, disposition),
    });
    return new Sensor(this.#places.sensor, {
      decide: (seen) => {
        const act = this.#withCommand(seen);
        if (act.kind === 'exec') this.#starts.add(act);
        this.#telemetry.add(this.#telemetryOf(act));
        return detector.decide(act);
      },
      settled: (act, outcome) => detector.settled(act, outcome),
      state: (text) => {
        this.#sensorState = text;
        console.log(`${new Date().toISOString()} ${text}`);
        this.#telemetry.agent(text);
      },
    });
  }

  #found(draft: Draft, disposition: 2 | 15): void {
    const uid = this.#cloud.identity?.agentId;
    this.#queue.add(
      findingOf(draft, disposition, { hostname: hostname(), ...(uid === undefined ? {} : { uid }) }),
    );
    this.#reporter.found();
  }
  /** A writer may have ended by the time that its event is read; then its start tells what it was. */
  #withCommand(act: Act): Act {
    return act.commandLine === ''
      ? { ...act, commandLine: this.#starts.of(act.pid)?.commandLine ?? '' }
      : act;
  }
  #telemetryOf(act: Act): TelemetryEvent {
    return {
      time: act.time,
      activity: act.kind === 'exec' ? 'process' : 'file',
      path: act.path,
      commandLine: act.commandLine,
      user: this.#userOf(act.uid),
      pid: act.pid,
      parent: act.parentCommandLine,
      ...(act.sha256 === '' ? {} : { sha256: act.sha256 }),
      detail: act.kind,
    };
  }

  #storedIdentity() {
    const stored = readState(join(this.#places.state, 'identity.json'));
    const { agentId, key } = stored ?? {};
    return typeof agentId === 'string' && typeof key === 'string' ? { agentId, key } : null;
  }
  #policyRelay(): string | null | undefined {
    const relay = readState(join(this.#places.state, 'relay.json'))?.['relay'];
    return relay === null || typeof relay === 'string' ? relay : undefined;
  }
  /** A relay from the policy is used once it has been seen to work: a wrong one must not lock us out. */
  async #followRelay(policy: Policy): Promise<void> {
    try {
      const wanted =
        policy.relay === undefined
          ? this.#config.relay
          : policy.relay === null
            ? null
            : parseRelay(policy.relay);
      if (wanted === this.#relay) return;
      const works = await this.#link.works(wanted === null ? null : hostPort(wanted));
      if (works !== true) {
        this.#telemetry.agent(
          `the policy's relay ${wanted ?? 'none'} does not work and was not taken: ${works}`,
        );
        return;
      }
      writeWhole(join(this.#places.state, 'relay.json'), JSON.stringify({ relay: wanted }));
      this.#useRelay(wanted);
    } catch (cause) {
      this.#telemetry.agent(`the policy's relay was refused: ${messageOf(cause)}`);
    }
  }
  #useRelay(relay: string | null): void {
    this.#relay = relay;
    this.#link.useRelay(relay === null ? null : hostPort(relay));
  }

  async #handle(request: Request): Promise<Reply> {
    switch (request.do) {
      case 'status':
        return {
          ...this.#reporter.connection(),
          sensor: this.#sensorState,
          queued: this.#queue.size,
          policy: this.#policy.revision,
        };
      case 'test':
        return this.#test();
      case 'set-relay':
        return this.#setRelay(request.relay);
      case 'stop':
        setImmediate(() => void this.#stop());
        return { stopped: true };
      case 'leave':
        return this.#leave(request.timeoutMs, request.must);
      default:
        request satisfies never;
        return { error: 'unknown request' };
    }
  }
  async #test(): Promise<Reply> {
    const relay = this.#relay === null ? null : hostPort(this.#relay);
    const [throughRelay, directly] = await Promise.all([
      relay === null || this.#config.connectivity === 'direct-only'
        ? 'no relay is set'
        : this.#link.works(relay),
      this.#config.connectivity === 'relay-only' && relay !== null ? 'not allowed' : this.#link.works(null),
    ]);
    return { relay: throughRelay, direct: directly, works: throughRelay === true || directly === true };
  }
  #setRelay(relay: string | null): Reply {
    if (this.#config.sealed)
      return { error: 'the relay was set at install; install the agent again to change it' };
    this.#config = { ...this.#config, relay };
    saveConfig(this.#places, this.#config);
    rmSync(join(this.#places.state, 'relay.json'), { force: true });
    this.#useRelay(relay);
    return { relay };
  }
  async #leave(timeoutMs: number, must: boolean): Promise<Reply> {
    const problem = await this.#cloud.unenrol(timeoutMs).then(
      () => undefined,
      (cause: unknown) => messageOf(cause),
    );
    if (problem !== undefined && must) return { left: false, problem };
    setImmediate(() => void this.#stop());
    return { left: true, unenrolled: problem === undefined };
  }
}
