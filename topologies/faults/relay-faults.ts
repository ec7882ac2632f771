/** The faults of one relay, one at a time: seen in force before inject returns, and seen gone before heal does. */
import type { EventOf, Recorder } from '../../history/events.ts';
import { together } from '../deadline.ts';
import { FaultUnavailable, LabError } from '../errors.ts';
import type { FaultSettings, RelayFault } from '../lab-types.ts';
import { inRelay } from './acts.ts';
import type { Eye } from './eye.ts';
import { startSink } from './helper.ts';
import { FORGET_RULES, TABLE, cutCommand } from './rules.ts';
import type { Running, Scene } from './scene.ts';
import { settingsFor } from './settings.ts';
import type { Settings } from './settings.ts';
import { FAULTS, alive, allSeen } from './table.ts';
import type { FaultKind, Seen } from './table.ts';

/** What it takes until a fault is seen, or seen gone, on a busy machine. */
const TRIES = 5;

interface Current {
  readonly fault: RelayFault;
  readonly running: Running[];
}

export class RelayFaults {
  /** how things are now: who asks the relay, and as whom, may have changed since the last fault */
  readonly #scene: () => Scene;
  #current: Current | undefined;

  constructor(scene: () => Scene) {
    this.#scene = scene;
  }

  /** the one that is on */
  get fault(): RelayFault | undefined {
    return this.#current?.fault;
  }

  /** Throws FaultUnavailable, and changes nothing, where this fault cannot be had. */
  async inject(fault: RelayFault, given: FaultSettings = {}): Promise<void> {
    const kind: FaultKind = FAULTS[fault];
    const settings = settingsFor(fault, kind.takes, given);
    await this.heal();
    const scene = this.#scene();
    refuseImpossible(fault, kind, scene);
    const current: Current = { fault, running: [] };
    this.#current = current;
    try {
      await this.#begin(kind, scene, settings);
    } catch (error) {
      if (error instanceof FaultUnavailable) await this.finish();
      throw error;
    }
    record(scene, { kind: 'fault.injected', fault, target: scene.relay, ...shown(kind, settings) });
    await verify(scene, fault, 'in-force', (eye) => kind.inForce(eye, settings, current.running));
    for (const one of current.running) one.goOn?.();
  }

  /** A fault that is played to its end by itself is waited for. */
  async heal(): Promise<void> {
    const current = this.#current;
    if (current === undefined) return;
    const kind: FaultKind = FAULTS[current.fault];
    const scene = this.#scene();
    let begun = Date.now();
    try {
      for (const one of current.running) await one.over?.();
      begun = Date.now();
    } finally {
      await forgetRules(kind, scene);
      await this.finish();
    }
    await verify(scene, current.fault, 'gone', async (eye) =>
      allSeen(await alive(eye), ...(kind.gone === undefined ? [] : [await kind.gone(eye)])),
    );
    const ms = Date.now() - begun;
    record(scene, { kind: 'fault.healed', fault: current.fault, target: scene.relay, ms });
  }

  /** Ends what runs for a fault, so that the relay can be ended in order; the rules go with its container. */
  async finish(): Promise<void> {
    const running = this.#current?.running ?? [];
    this.#current = undefined;
    await together(running.map((one) => one.end()));
  }

  async #begin(kind: FaultKind, scene: Scene, settings: Settings): Promise<void> {
    const running = this.#current?.running ?? [];
    if (kind.begin !== undefined) running.push(await kind.begin(scene, settings));
    if (kind.sink === true) running.push(await startSink(scene));
    const script = [
      ...(kind.rules === undefined ? [] : ['nft -f - || exit 1']),
      ...(kind.cuts === true ? [`${cutCommand(scene.place)} >/dev/null`] : []),
    ];
    if (script.length === 0) return;
    const input = kind.rules?.(scene.place, settings) ?? '';
    const { exit, stderr } = await inRelay(scene.container, script.join('\n'), { input });
    if (exit !== 0) throw new LabError('relay', `the relay's packet filter took no rules`, stderr);
  }
}

function refuseImpossible(fault: RelayFault, { http }: FaultKind, { kind }: Scene): void {
  if (http !== true || !['socks5', 'sni', 'tls'].includes(kind)) return;
  throw new FaultUnavailable('lab', fault, `a relay of kind ${kind} gives no answer of HTTP in the clear`);
}

async function forgetRules({ rules, filters }: FaultKind, { container }: Scene): Promise<void> {
  if (rules === undefined && filters !== true) return;
  // What flaps has already taken its own away.
  const script = `${FORGET_RULES} 2>/dev/null; ! nft list table inet ${TABLE} 2>/dev/null`;
  const { exit, stderr } = await inRelay(container, script);
  if (exit !== 0) throw new LabError('relay', `the relay's packet filter keeps the rules of a fault`, stderr);
}

async function verify(
  scene: Scene,
  fault: RelayFault,
  state: 'in-force' | 'gone',
  look: (eye: Eye) => Promise<Seen>,
): Promise<void> {
  let detail = '';
  for (let tries = 0; tries < TRIES; tries++) {
    const seen = await together(scene.eyes.map(async (eye) => ({ ...(await look(eye)), zone: eye.zone })));
    detail = seen.map((one) => `${one.zone}: ${one.detail}`).join('; ');
    if (seen.every(({ ok }) => ok)) {
      record(scene, { kind: 'fault.verified', fault, target: scene.relay, state, detail });
      return;
    }
  }
  const error = new LabError(
    'relay',
    `fault ${fault} being ${state} at ${scene.relay} could not be verified`,
    `a node of the lab in the zone saw: ${detail}`,
  );
  record(scene, { kind: 'lab.failed', blame: error.blame, what: error.what, cause: error.why });
  throw error;
}

function shown({ takes }: FaultKind, settings: Settings): Pick<EventOf<'fault.injected'>, 'settings'> {
  const entries = Object.entries(settings).filter(([name]) => name in takes);
  return entries.length === 0 ? {} : { settings: Object.fromEntries(entries) };
}

function record({ recorder }: Scene, observation: Parameters<Recorder['record']>[1]): void {
  recorder.record('lab', observation);
}
