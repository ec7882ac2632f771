/** An endpoint was started again: what its product does from then on is seen by an attack. */
import type { HistoryEvent } from '../../history/events.ts';
import type { StimulusId } from '../../mocks/workloads/stimuli.ts';
import { until } from './ask.ts';
import type { PlayedAct, Session } from './session.ts';

/**
 * The product gets the time that it declares, and another attack in case it took a little longer. On a slow machine
 * that time may be over before one that began too early has ended, so the last one begins after it. It decides
 * nothing: by the time that it resolves, the last attack was reported, or has had its time.
 */
export async function firstAttack(
  session: Session,
  stimulus: StimulusId,
  restarted: HistoryEvent,
): Promise<PlayedAct> {
  await until(session.history, restarted.t + session.declared('reconnect'));
  const within = session.within('detect');
  for (;;) {
    const last = Date.now() >= restarted.t + session.within('reconnect');
    const played = await session.play(session.fresh(stimulus));
    const { id: act, started: since } = played;
    const reported = await session.happens({ check: 'detected', args: { act, within }, since });
    if (reported || last) return played;
  }
}
