/** The ground of a play in a real lab. */
import type { HistoryEvent } from '../../../history/events.ts';
import type { StimulusId } from '../../../mocks/workloads/stimuli.ts';
import { exchanges } from '../../checks/exchanges.ts';
import { ofKind } from '../../checks/window.ts';
import type { TimingKey } from '../../../products/schema.ts';
import { seen, until, type Question } from '../ask.ts';
import type { Session } from '../session.ts';
import type { Ground } from './play.ts';
import type { Verb } from './verbs.ts';

/** Shorter than the fault is by itself: a play has more to do than to wait for it. */
const FLAPPING = { seconds: 0.5, times: 6 };

export class SessionGround implements Ground {
  readonly #session: Session;
  readonly #kinds: readonly StimulusId[];

  /** `kinds`: attacks that the product reports in the open */
  constructor(session: Session, kinds: readonly StimulusId[]) {
    this.#session = session;
    this.#kinds = kinds;
  }
  get point(): string {
    return this.#session.endpoint.name;
  }
  get goesDirect(): boolean {
    return this.#session.product.product.statement.connectivity !== 'relay-only';
  }
  get keeps(): number | undefined {
    return this.#session.product.product.statement.queue?.detections;
  }
  declared(key: TimingKey): number {
    return this.#session.declared(key);
  }
  within(key: TimingKey): number {
    return this.#session.within(key);
  }

  note(text: string): HistoryEvent {
    return this.#session.history.record('harness', { kind: 'step', text });
  }
  async do(verb: Exclude<Verb, { do: 'attack' }>): Promise<void> {
    const session = this.#session;
    switch (verb.do) {
      case 'lose-relay':
        await session.loseRelay(verb.fault, verb.fault === 'flapping' ? FLAPPING : {});
        return;
      case 'heal-relay':
        await session.healRelay();
        return;
      case 'break-cloud':
        await session.changeCloud(`the cloud's fault ${verb.fault}`, (cloud) =>
          cloud.fault({ kind: verb.fault, operations: ['sendDetections'] }),
        );
        return;
      case 'heal-cloud':
        await session.changeCloud('healing the cloud', (cloud) => cloud.heal());
        return;
      case 'move':
        await session.move(verb.to);
        return;
      case 'restart': {
        // What it has not even seen before it ends is not queued, and no queue could keep it.
        const last = ofKind(session.history.events, 'act.finished').at(-1);
        if (last) await until(session.history, last.t + this.declared('detect'));
        const { t } = await session.restart();
        // What happens before it has had its time to start it need not see.
        await until(session.history, t + this.declared('reconnect'));
        return;
      }
      default:
        verb satisfies never;
    }
  }
  async attack(): Promise<{ id: string; started: HistoryEvent }> {
    const session = this.#session;
    const kind = this.#kinds[session.random.integer(0, this.#kinds.length - 1)];
    if (kind === undefined) throw new Error('an attack is played, but of no kind');
    return session.play(session.fresh(kind));
  }

  async rest(way: 'relay' | 'direct' | null): Promise<void> {
    const { history } = this.#session;
    if (way === null) return until(history, Date.now() + this.declared('detect'));
    // What is heard at once may have been on its way before.
    await until(history, Date.now() + this.declared('retry'));
    const { n } = history.events.at(-1) ?? { n: 0 };
    const longest = Math.max(
      this.declared('reconnect'),
      this.declared(way === 'relay' ? 'return' : 'fallback'),
    );
    // A connectivity test comes before the exchange that it is for: a product stopped in between has not noticed.
    await seen(history, Date.now() + longest, (event) =>
      exchanges([event]).some((one) => one.kind !== 'cloud.request' && one.n > n && one.via === way),
    );
  }
  ask(question: Question): Promise<void> {
    return this.#session.ask(question);
  }
  finishEvidence(): Promise<void> {
    return this.#session.finishEvidence();
  }
}
