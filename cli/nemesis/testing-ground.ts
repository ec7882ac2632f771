/**
 * For tests: a closed office with a product in it, without a lab and with a clock of its own. The product is a few
 * lines; what its flaws do is decided by the code of the reference agent (order.ts), and judged by the same checks.
 */
import type { HistoryEvent } from '../../history/events.ts';
import { live, NOTHING_YET, type Memory, type Moment, type OrderFlaw } from '../../mocks/agent/order.ts';
import { runCheck } from '../../steps/checks/index.ts';
import { AGENT, Story } from '../../steps/checks/testing.ts';
import type { Question } from '../../steps/support/ask.ts';
import { CheckViolated, LabBroken } from '../../steps/support/errors.ts';
import { playSequence, type Ground } from '../../steps/support/nemesis/play.ts';
import { after, BEGIN, wayOf, type Step, type Verb } from '../../steps/support/nemesis/verbs.ts';

type Path = 'relay' | 'direct';
interface Finding {
  readonly uid: string;
  readonly act: string;
  readonly startTime: number;
}

/** ms; what a verb takes, how often the product looks, and what it declares for anything */
const VERB = 800;
const LOOK = 500;
const DECLARED = 3000;
const ALLOWANCE = 2000;
const SILENT: readonly unknown[] = ['silent', 'paused'];

export class SimulatedGround implements Ground {
  readonly point = 'pc';
  readonly goesDirect = true;
  readonly keeps = 1000;
  readonly story = Story.closed();
  readonly #product: SimulatedProduct;
  #state = BEGIN;
  #acts = 0;

  constructor(flaw: OrderFlaw | null) {
    this.#product = new SimulatedProduct(flaw, this.story, () => this.#state);
  }
  declared(): number {
    return DECLARED;
  }
  within(): number {
    return DECLARED + ALLOWANCE;
  }
  get last(): HistoryEvent {
    const event = this.story.events.at(-1);
    if (!event) throw new Error('nothing has happened yet');
    return event;
  }

  install(): HistoryEvent {
    this.story.after(VERB).hook('install');
    const installed = this.last;
    this.#product.start();
    this.#product.look();
    return installed;
  }
  note(text: string): HistoryEvent {
    this.story.see({ kind: 'step', text });
    return this.last;
  }
  do(verb: Verb): Promise<void> {
    const next = after(this.#state, verb);
    if (!next) throw new Error(`${verb.do} cannot be done here`);
    this.#state = next;
    this.story.after(VERB);
    if (verb.do === 'move') {
      this.story.moved(verb.to);
      this.#product.live({ kind: 'moved' });
    }
    if (verb.do === 'restart') {
      this.story.see({ kind: 'endpoint.restarted', endpoint: this.point });
      this.#product.start();
      return this.rest();
    }
    return Promise.resolve();
  }
  attack(): Promise<{ id: string; started: HistoryEvent }> {
    const id = `a${++this.#acts}`;
    this.story.act(id);
    const started = this.last;
    this.story.after(100).acted(id);
    this.#product.found(id);
    return Promise.resolve({ id, started });
  }
  rest(): Promise<void> {
    for (let waited = 0; waited < DECLARED; waited += LOOK) this.#pass();
    return Promise.resolve();
  }
  ask({ check, args = {}, since }: Question): Promise<void> {
    const anchor = typeof since === 'number' ? since : since.n;
    for (;;) {
      const finding = runCheck(check, this.story.view(anchor), args);
      if (finding.state === 'undecided') {
        this.#pass();
        continue;
      }
      this.story.ask(check, args, { since: anchor });
      if (finding.state === 'satisfied') return Promise.resolve();
      const { en } = finding.reason;
      return Promise.reject(
        finding.state === 'violated' ? new CheckViolated(en) : new LabBroken(en, finding.blame ?? 'lab'),
      );
    }
  }
  finishEvidence(): Promise<void> {
    this.story.endCapture();
    return Promise.resolve();
  }
  #pass(): void {
    this.story.after(LOOK);
    this.#product.look();
  }
}

/** It sees what has become of its way only when it looks; that its address has changed it sees at once. */
class SimulatedProduct {
  readonly #flaw: OrderFlaw | null;
  readonly #story: Story;
  readonly #world: () => typeof BEGIN;
  #memory: Memory = NOTHING_YET;
  #agent = AGENT;
  #enrolled = false;
  #way: Path = 'relay';
  #state: 'unknown' | 'up' | 'down' = 'unknown';
  #staysDirect = false;
  #waiting: Finding[] = [];
  #atCloud = new Map<string, number>();
  #uids = 0;

  constructor(flaw: OrderFlaw | null, story: Story, world: () => typeof BEGIN) {
    this.#flaw = flaw;
    this.#story = story;
    this.#world = world;
  }
  start(): void {
    this.#way = 'relay';
    this.#state = 'unknown';
    this.#staysDirect = false;
    this.live({ kind: 'started' });
  }
  found(act: string): void {
    const finding = { uid: `uid-${++this.#uids}`, act, startTime: this.#story.now };
    this.#waiting.push(finding);
    this.live({ kind: 'found', uid: finding.uid });
    if (this.#state === 'up' && this.#open() === this.#way) this.#send();
  }
  look(): void {
    if (this.#world().relay === 'flapping') this.#goes();
    const open = this.#open();
    const usable = open === 'relay' && this.#way === 'direct' && this.#staysDirect ? null : open;
    if (usable !== this.#way) this.#goes();
    if (usable === null) return;
    this.#way = usable;
    if (!this.#enrolled) this.#story.enrol(usable, this.#agent);
    this.#enrolled = true;
    this.#say(usable === 'relay' ? 'relay' : 'cloud', 100);
    if (this.#state !== 'up') this.live({ kind: 'back', via: usable });
    this.#state = 'up';
    this.#send();
  }

  live(moment: Moment): void {
    if (this.#flaw === null) return;
    const { memory, wrong } = live(this.#flaw, this.#memory, moment);
    this.#memory = memory;
    const meant = ({ uid }: Finding): boolean =>
      wrong !== undefined && 'uids' in wrong && wrong.uids.includes(uid);
    const renamed = (): Finding[] =>
      this.#waiting.filter(meant).map((finding) => ({ ...finding, uid: `uid-${++this.#uids}` }));
    switch (wrong?.do) {
      case 'forget':
        this.#waiting = this.#waiting.filter((finding) => !meant(finding));
        return;
      case 'tell-again':
        this.#waiting = [...this.#waiting, ...renamed()];
        return;
      case 'rename':
        this.#waiting = [...this.#waiting.filter((finding) => !meant(finding)), ...renamed()];
        return;
      case 'begin-anew':
        this.#agent = `${this.#agent}-again`;
        this.#enrolled = false;
        return;
      case 'stay-direct':
        this.#staysDirect = true;
        return;
      case 'beacon':
        this.#say('gateway', 24);
        return;
      case undefined:
        return;
      default:
        wrong satisfies never;
    }
  }

  /** The way that is open now; one that comes and goes is open whenever it is looked at. */
  #open(): Path | null {
    const state = this.#world();
    return wayOf(state.relay === 'flapping' ? { ...state, relay: null } : state, true);
  }
  #goes(): void {
    const { zone, relay } = this.#world();
    if (zone !== null) this.#say('cloud', 0);
    if (this.#state !== 'down')
      this.live({ kind: 'lost', silent: zone === 'closed' && SILENT.includes(relay) });
    this.#state = 'down';
  }
  #send(): void {
    const { cloud } = this.#world();
    const uids = this.#waiting.map(({ uid }) => uid);
    if (uids.length === 0) return;
    if (cloud === '5xx') {
      this.live({ kind: 'unsent', uids, refused: true });
      return;
    }
    for (const { uid, act, startTime } of this.#waiting) {
      const copy = (this.#atCloud.get(uid) ?? 0) + 1;
      this.#atCloud.set(uid, copy);
      this.#story.report(act, { uid, startTime, copy, agent: this.#agent, via: this.#way });
    }
    if (cloud !== null) {
      this.live({ kind: 'unsent', uids, refused: false });
      return;
    }
    this.#waiting = [];
    this.live({ kind: 'sent', uids });
  }
  #say(peer: 'relay' | 'cloud' | 'gateway', payload: number): void {
    this.#story.packet(peer, { payload, zone: this.#world().zone });
  }
}

/** A whole play: what happened, to be judged as what happened in a lab. `breaks`: the lab breaks in the middle of it. */
export async function playSimulated(
  flaw: OrderFlaw | null,
  steps: readonly Step[],
  breaks = false,
): Promise<readonly HistoryEvent[]> {
  const ground = new SimulatedGround(flaw);
  const { story } = ground;
  let completed = false;
  try {
    const installed = ground.install();
    if (breaks) story.see({ kind: 'lab.failed', blame: 'engine', what: 'a move', cause: 'it broke' });
    else await playSequence(ground, steps, installed);
    completed = !breaks;
  } catch (cause) {
    if (!(cause instanceof CheckViolated)) throw cause;
  }
  return story.finish(completed).events;
}
