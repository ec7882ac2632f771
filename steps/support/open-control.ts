/**
 * The open control: before anything is judged in a closed network, each stimulus is played in an open one.
 * Whether a product reacts to it at all is detection quality, and not what is judged here.
 */
import { STIMULI, type StimulusId } from '../../mocks/workloads/stimuli.ts';
import type { LoadedProduct } from '../../products/load.ts';
import type { Baseline } from './applicability.ts';
import { until } from './ask.ts';
import { openSession } from './open-session.ts';
import type { RunContext } from './context.ts';
import type { PlayedAct, Session } from './session.ts';

export const OPEN_CONTROL = 'open-control';

export async function openControl(context: RunContext, product: LoadedProduct): Promise<Baseline> {
  const started = Date.now();
  const session = await openSession(context, product, {
    requirement: OPEN_CONTROL,
    scenario: 'Every stimulus in an open network',
    folder: OPEN_CONTROL,
    seed: context.options.seed,
  });
  const { history } = session;
  try {
    const baseline = await play(session);
    history.record('harness', { kind: 'baseline', ...baseline });
    return baseline;
  } finally {
    await session[Symbol.asyncDispose]();
    history.record('harness', { kind: 'scenario.finished', seconds: (Date.now() - started) / 1000 });
    await history.close();
  }
}

async function play(session: Session): Promise<Baseline> {
  await session.openLab('open network');
  const nothing = (reason: string): Baseline => ({ installed: false, seen: {}, reason });
  const installed = await session.hook('install');
  if (installed.kind === 'hook.finished' && installed.outcome !== 'ok')
    return nothing(
      `its install hook ended with ${installed.outcome} (${installed.exit ?? 'no status'}): ${installed.output}`,
    );
  const enrolled = await session.happens({
    check: 'enrolled',
    args: { within: session.within('enrol') },
    since: installed,
  });
  if (!enrolled) return nothing('it was installed but did not enrol, although the network is open');

  const policyBy = Date.now() + session.declared('policy');
  // Any agent may happen to log the shell that writes a line: only for who forwards logs is it a stimulus.
  const { stimuli } = session.product.product.statement;
  const played = STIMULI.filter((stimulus) => stimulus !== 'log-line' || stimuli.includes(stimulus));
  const seen = await playEach(session, session.random.shuffle(played));
  const missed = played.filter((stimulus) => !seen[stimulus] && stimuli.includes(stimulus));
  if (missed.length === 0) return { installed: true, seen, reason: '' };
  // The policy that names it may not have been in force yet: what the product declares gets a second try.
  await until(session.history, policyBy);
  return { installed: true, seen: { ...seen, ...(await playEach(session, missed)) }, reason: '' };
}

async function playEach(session: Session, stimuli: readonly StimulusId[]): Promise<Record<string, boolean>> {
  const acts: PlayedAct[] = [];
  for (const stimulus of stimuli) acts.push(await session.play(session.fresh(stimulus)));
  const seen = await Promise.all(
    acts.map(async ({ id, act, started }) => {
      const question = {
        check: 'detected',
        args: { act: id, within: session.within('detect') },
        since: started,
      } as const;
      return [act.stimulus, await session.happens(question)] as const;
    }),
  );
  return Object.fromEntries(seen);
}
