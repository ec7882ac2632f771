/** The running agent: puts the parts together and answers local control. */
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Policy, TelemetryEvent } from '../cloud/protocol/types.ts';
import { AccountsWatch, RecentStarts, userNames } from './accounts.ts';
import { Boot } from './boot.ts';
import { Cloud, REQUEST_MS } from './cloud.ts';
import { CloudTime } from './cloud-time.ts';
import { loadConfig, loadRelaySecret, type Config } from './config.ts';
import { Content } from './content.ts';
import { serveControl, type Reply, type Request } from './control.ts';
import { Detector } from './detector.ts';
import { beacon, endAfterSleep, startExtras } from './extras.ts';
import { messageOf, writeWhole } from './files.ts';
import { behaviourOf, type Behaviour } from './flaws.ts';
import { endGuard, isGuarded, whenUnguarded } from './guard.ts';
import { firstAddress, forgetIdentityAfterMoves, machineIdBy, storedIdentity } from './identity.ts';
import { Link, type Trial } from './link.ts';
import { PRODUCT, versionOf, type Places } from './places.ts';
import { PolicyInForce } from './policy.ts';
import { saveVerifier } from './protection.ts';
import { queueOf, type FindingQueue } from './queue.ts';
import { Relays } from './relays.ts';
import { Reporter } from './reporter.ts';
import { Response } from './response.ts';
import type { Act } from './rules/acts.ts';
import { findingOf, withoutFile, type Draft } from './rules/finding.ts';
import { SelfUpdate } from './self-update.ts';
import { Sensor } from './sensor.ts';
import { launch } from './service.ts';
import { TelemetryBuffer } from './telemetry.ts';
import { joinTenant } from './tenant.ts';
import { Trail } from './trail.ts';
import { writeRelay, type Relay } from './transport/relay.ts';
import { revocationAsker } from './transport/revocation.ts';

/** A proxy.pac is read again so often, and at most so often while nothing gets through. */
const PAC_EVERY_MS = 30_000;
const PAC_AFTER_FAILURE_MS = 2000;
/** How long a stop waits for its finding to be sent. */
const STOP_TOLD_MS = 2000;
const STOP_LOOK_MS = 20;
const NOT_ALLOWED: Trial = { works: false, word: 'not allowed', detail: 'it is bound to its relay' };

const sameRelays = (one: readonly Relay[], other: readonly Relay[]): boolean =>
  one.map(writeRelay).join() === other.map(writeRelay).join();

export class Daemon {
  readonly #places: Places;
  #config: Config;
  readonly #behaviour: Behaviour;
  readonly #link: Link;
  readonly #cloud: Cloud;
  readonly #policy: PolicyInForce;
  readonly #queue: FindingQueue;
  readonly #telemetry: TelemetryBuffer;
  readonly #response: Response;
  readonly #reporter: Reporter;
  readonly #starts = new RecentStarts();
  readonly #userOf = userNames();
  readonly #sensor: Sensor;
  readonly #accounts: AccountsWatch;
  #stopExtras: () => void;
  readonly #relays: Relays;
  readonly #content: Content;
  readonly #selfUpdate: SelfUpdate;
  readonly #time: CloudTime;
  readonly #trail: Trail;
  #pacTimer: NodeJS.Timeout | undefined;
  #pacRead = -Infinity;
  #stopping = false;
  #sensorState = 'the sensor has not started yet';

  constructor(places: Places) {
    this.#places = places;
    this.#config = loadConfig(places);
    const config = this.#config;
    const told = behaviourOf(config.flaw);
    this.#queue = queueOf(told, places.state, config.queue);
    this.#trail = new Trail({
      flaw: told.afterOrder,
      file: join(places.state, 'trail.json'),
      queue: this.#queue,
      address: firstAddress,
      beginAnew: () => (this.#cloud.identity = null),
      beacon,
    });
    this.#behaviour = this.#trail.staysDirect ? { ...told, returnsToRelay: false } : told;
    const behaviour = this.#behaviour;
    if (behaviour.showsSecret === 'in-its-service' && config.user !== null)
      console.log(`signing in at the relay as ${config.user}:${loadRelaySecret(places) ?? ''}`);
    this.#relays = new Relays(places, config, behaviour);
    this.#link = new Link({
      cloud: config.cloud,
      update: config.update,
      ca: config.cloudCa,
      connectivity: config.connectivity,
      relays: this.#relays.now,
      from: config.firstAddress,
      behaviour,
      trust: {
        accepts: behaviour.certificates,
        askRevocation: behaviour.asksRevocation ? revocationAsker() : null,
      },
      packs: config.packed,
    });
    this.#content = new Content(join(places.state, 'content.json'), behaviour.updates);
    this.#cloud = new Cloud(this.#link, storedIdentity(places));
    this.#policy = new PolicyInForce(join(places.state, 'policy.json'), behaviour.allowlist);
    if (!this.#cloud.identity) this.#policy.readAnew();
    this.#telemetry = new TelemetryBuffer(
      config.events,
      () => behaviour.delivery.logCrowdsOut === 'oldest' && this.#queue.dropOldest(),
    );
    this.#time = new CloudTime(behaviour.otherTime, {
      note: (text) => this.#telemetry.agent(text),
      beginAnew: () => (this.#cloud.identity = null),
    });
    this.#selfUpdate = new SelfUpdate({
      places,
      style: behaviour.selfUpdate,
      fetch: (path, range) =>
        this.#link.fetch({ method: 'GET', path, headers: { range }, timeoutMs: REQUEST_MS }),
      note: (text) => this.#telemetry.agent(text),
    });
    this.#response = new Response({
      places,
      config: () => this.#config,
      behaviour,
      link: this.#link,
      telemetry: this.#telemetry,
    });
    this.#reporter = this.#newReporter();
    this.#sensor = this.#newSensor();
    this.#accounts = new AccountsWatch({
      snapshot: join(places.state, 'groups'),
      groups: behaviour.privilegedGroups,
      starts: this.#starts,
      userOf: this.#userOf,
      allows: (act) => this.#policy.allows(act),
      report: (draft) => this.#content.looksFor(draft.analytic) && this.#found(draft, 15),
    });
    if (behaviour.identity === 'new-when-moved') forgetIdentityAfterMoves(this.#link, this.#cloud);
    if (!behaviour.wakesUp) endAfterSleep(this.#reporter);
    this.#stopExtras = startExtras(behaviour, this.#link, this.#telemetry, config.cloudCa);
  }

  async start(): Promise<void> {
    await serveControl(this.#places.socket, (request) => this.#handle(request));
    writeFileSync(this.#places.pid, String(process.pid));
    this.#sensor.start();
    this.#accounts.start();
    await this.#response.isolation.resume();
    whenUnguarded(() => this.#guardAgain());
    if (this.#config.pac !== null) {
      this.#pacTimer = setInterval(() => void this.#readPac(0), PAC_EVERY_MS);
      this.#link.on('failed', () => void this.#readPac(PAC_AFTER_FAILURE_MS));
      await this.#readPac(0);
    }
    this.#reporter.start();
  }
  /** The file may be another one in another network, so it is asked for again when the way fails. */
  async #readPac(notWithinMs: number): Promise<void> {
    if (performance.now() - this.#pacRead < notWithinMs) return;
    this.#pacRead = performance.now();
    if (await this.#relays.refresh()) this.#link.useRelays(this.#relays.now);
  }

  /** Another guard, which starts another agent: all that this one holds is on disk. */
  #guardAgain(): void {
    if (this.#stopping) return;
    if (!isGuarded(this.#places)) launch(this.#places);
    process.kill(process.pid, 'SIGKILL');
  }

  async #stop(): Promise<void> {
    this.#stopping = true;
    endGuard(this.#places);
    this.#reporter.stop();
    this.#response.isolation.stop();
    clearInterval(this.#pacTimer);
    this.#stopExtras();
    this.#trail.stop();
    this.#accounts.stop();
    await this.#sensor.stop();
    this.#link.close();
    this.#queue.close();
    // Not process.exit: it waits for a look-up that is under way, for many seconds where no resolver answers.
    process.kill(process.pid, 'SIGTERM');
  }

  #newReporter(): Reporter {
    const { name } = PRODUCT;
    return new Reporter({
      link: this.#link,
      cloud: this.#cloud,
      policy: this.#policy,
      content: this.#content,
      selfUpdate: this.#selfUpdate,
      boot: new Boot(this.#behaviour.boot, {
        cloud: this.#config.cloud,
        relay: this.#relays.now[0],
        enrolled: this.#cloud.identity !== null,
      }),
      queue: this.#queue,
      telemetry: this.#telemetry,
      commands: this.#response.commands,
      behaviour: this.#behaviour,
      enrolment: () => ({
        token: this.#config.token,
        hostname: hostname(),
        machineId: machineIdBy(this.#behaviour.identity, this.#places, this.#time.life + this.#trail.lives),
        product: { name, version: versionOf(this.#places) },
      }),
      enrolled: ({ removal, ...identity }) => {
        saveVerifier(this.#places, removal);
        writeWhole(join(this.#places.state, 'identity.json'), JSON.stringify(identity));
      },
      policyTaken: (policy) => void this.#followRelay(policy),
      told: (serverTime) => this.#time.told(serverTime),
      lived: (moment) => this.#trail.note(moment),
      log: (text) => console.log(`${new Date().toISOString()} ${text}`),
    });
  }
  #newSensor(): Sensor {
    const detector = new Detector({
      policy: this.#policy,
      content: this.#content,
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
    if (!this.#behaviour.keepsOffline && firstAddress() === null) return;
    if (this.#selfUpdate.blind) return;
    if (this.#behaviour.delivery.logCrowdsOut === 'newest' && this.#telemetry.full) return;
    const uid = this.#cloud.identity?.agentId;
    const device = { hostname: hostname(), ...(uid === undefined ? {} : { uid }) };
    const told = this.#behaviour.namesFile ? draft : withoutFile(draft);
    const finding = findingOf(told, disposition, device, this.#time.ahead);
    this.#queue.add(finding);
    if (this.#behaviour.showsSecret === 'in-a-helper') this.#lookUp();
    this.#trail.note({ kind: 'found', uid: finding.finding_info.uid });
    this.#reporter.found();
  }
  /** The broken one that asks elsewhere about what it has found, by a program that is told how to sign in. */
  #lookUp(): void {
    const { user } = this.#config;
    if (user === null) return;
    const account = `--relay-account=${user}:${loadRelaySecret(this.#places) ?? ''}`;
    spawn('/bin/sh', ['-c', 'sleep 0.3', 'look-up', account], { stdio: 'ignore', env: {} });
  }
  /** A writer may have ended by the time that its event is read; then its start tells what it was. */
  #withCommand(seen: Act): Act {
    const { parents } = this.#behaviour.log;
    const instead = parents === 'hidden' ? '' : 'unknown';
    const act = parents === 'named' ? seen : { ...seen, parentCommandLine: instead };
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

  /** A relay from the policy is used once it has been seen to work: a wrong one must not lock us out. Not if it is sealed. */
  async #followRelay(policy: Policy): Promise<void> {
    const { tried, cleared } = this.#behaviour.relayByPolicy;
    if (this.#config.sealed || (policy.relay === null && !cleared)) return;
    try {
      const wanted = this.#relays.byPolicy(policy.relay);
      if (sameRelays(wanted, this.#relays.now)) return;
      const trial = await this.#link.try(wanted[0] ?? null);
      if (tried && !trial.works) {
        const which = policy.relay ?? 'none';
        this.#telemetry.agent(`the policy's relay ${which} does not work and was not taken: ${trial.detail}`);
        return;
      }
      this.#relays.follow(policy.relay);
      this.#link.useRelays(this.#relays.now);
    } catch (cause) {
      this.#telemetry.agent(`the policy's relay was refused: ${messageOf(cause)}`);
    }
  }

  async #handle(request: Request): Promise<Reply> {
    switch (request.do) {
      case 'status':
        return {
          ...this.#reporter.connection(),
          sensor: this.#sensorState,
          queued: this.#queue.size,
          policy: this.#policy.revision,
          content: this.#content.inForce,
          pac: this.#relays.problem,
        };
      case 'test':
        return this.#test();
      case 'reload':
        return this.#reload();
      case 'content':
        return { problem: this.#content.bring(readFileSync(request.file, 'utf8')) };
      case 'stop':
        if (request.by === 'hand') await this.#tellStop();
        setImmediate(() => void this.#stop());
        return { stopped: true };
      case 'leave':
        return this.#leave(request.timeoutMs, request.must);
      default:
        request satisfies never;
        return { error: 'unknown request' };
    }
  }
  /** All ways that it may take, side by side, as a person waits for the answer. */
  async #test(): Promise<Reply> {
    const { connectivity } = this.#config;
    const relays = connectivity === 'direct-only' ? [] : this.#link.relays;
    const mayGoDirectly = connectivity !== 'relay-only' || relays.length === 0;
    const [direct, ...throughRelays] = await Promise.all([
      mayGoDirectly ? this.#link.try(null, { byHand: true }) : NOT_ALLOWED,
      ...relays.map((relay) => this.#link.try(relay, { byHand: true })),
    ]);
    const best = throughRelays.find((one) => one.works) ?? (direct.works ? direct : undefined);
    const word = best?.word ?? throughRelays[0]?.word ?? direct.word;
    return { works: best !== undefined, word, relays: throughRelays, direct, pac: this.#relays.problem };
  }
  async #reload(): Promise<Reply> {
    const config = loadConfig(this.#places);
    const joins = config.token !== this.#config.token;
    this.#config = config;
    // Before another way is open: nothing more must go to the old one.
    if (joins) this.#joinTenant();
    this.#relays.reconfigured(config);
    this.#link.useRelays(this.#relays.now);
    if (config.pac !== null) await this.#readPac(0);
    return { relays: this.#link.relays.length };
  }
  #joinTenant(): void {
    const stopOthers = this.#stopExtras;
    const stop = joinTenant({
      behaviour: this.#behaviour,
      link: this.#link,
      cloud: this.#cloud,
      policy: this.#policy,
      queue: this.#queue,
    });
    this.#stopExtras = () => {
      stopOthers();
      stop();
    };
  }
  /** Whoever stops it by hand is told of, now or with the next start: the finding is on disk. */
  async #tellStop(): Promise<void> {
    if (!this.#behaviour.tellsStop) return;
    this.#found({ analytic: 'T1562.001', title: 'The agent is stopped by hand', startTime: Date.now() }, 15);
    const until = performance.now() + STOP_TOLD_MS;
    while (this.#queue.size > 0 && performance.now() < until) await delay(STOP_LOOK_MS);
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
