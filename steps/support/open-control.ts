/**
 * The open control: before anything is judged in a closed network, each stimulus is played in an open one.
 * Whether a product reacts to it at all is detection quality, and not what is judged here.
 */
import { STIMULI, type StimulusId } from '../../mocks/workloads/stimuli.ts';
import { both, NONE, type Both } from '../../history/both.ts';
import type { HistoryEvent } from '../../history/events.ts';
import type { LoadedProduct } from '../../products/load.ts';
import type { Statement } from '../../products/schema.ts';
import { stalledOver } from '../checks/health.ts';
import type { Baseline } from './applicability.ts';
import { until, type Question } from './ask.ts';
import { LabBroken } from './errors.ts';
import { openSession } from './open-session.ts';
import type { RunContext } from './context.ts';
import type { PlayedAct, Session } from './session.ts';

export const OPEN_CONTROL = 'open-control';
const OPEN_ZONE = 'internet';

type Relay = 'none' | 'of the network';

/**
 * What the installer is told. Without a relay nothing but the product itself can lose what it should report. Only a
 * product that is bound to its relay, and does not work without one in the open either, is given the network's.
 */
export const relaysToTry = (connectivity: Statement['connectivity']): readonly [Relay, ...Relay[]] =>
  connectivity === 'relay-only' ? ['none', 'of the network'] : ['none'];

export function openControl(context: RunContext, product: LoadedProduct): Promise<Baseline> {
  const relays = relaysToTry(product.product.statement.connectivity);
  return seenToStart(relays, (relay) => control(context, product, relay));
}

/** Nothing is known of a product that does not start here: before that is said, it is seen at least twice. */
export async function seenToStart(
  relays: readonly [Relay, ...Relay[]],
  control: (relay: Relay) => Promise<Baseline>,
): Promise<Baseline> {
  const [first, ...others] = relays;
  const baseline = await control(first);
  if (baseline.installed) return baseline;
  for (const relay of [...others, first]) {
    const again = await control(relay);
    if (again.installed) return again;
  }
  return baseline;
}

async function control(context: RunContext, product: LoadedProduct, relay: Relay): Promise<Baseline> {
  const started = Date.now();
  const session = await openSession(context, product, {
    requirement: OPEN_CONTROL,
    scenario: 'Every stimulus in an open network',
    folder: OPEN_CONTROL,
    seed: context.options.seed,
  });
  const { history } = session;
  try {
    const baseline = await play(session, relay);
    history.record('harness', { kind: 'baseline', ...baseline });
    return baseline;
  } finally {
    await session[Symbol.asyncDispose]();
    history.record('harness', { kind: 'scenario.finished', seconds: (Date.now() - started) / 1000 });
    await history.close();
  }
}

async function play(session: Session, relay: Relay): Promise<Baseline> {
  await session.openLab('open network');
  const nothing = (reason: Both): Baseline => ({ installed: false, seen: {}, reason });
  const installed = await session.hook('install', {
    relay: relay === 'none' ? 'none' : session.lab.relay().address(OPEN_ZONE),
  });
  if (installed.kind === 'hook.finished' && installed.outcome !== 'ok')
    return nothing(
      both(
        `its install hook ended with ${installed.outcome} (${installed.exit ?? 'no status'}): ${installed.output}`,
        `install フックが正常に終わりませんでした（${installed.outcome}、終了コード：${installed.exit ?? 'なし'}）：${installed.output}`,
      ),
    );
  const within = session.within('enrol');
  const enrolled = await shown(session, { check: 'enrolled', args: { within }, since: installed }, within);
  if (!enrolled)
    return nothing(
      both(
        'it was installed but did not enrol, although the network is open',
        '導入は終わりましたが、開いたネットワークでも登録されませんでした。',
      ),
    );

  const policyBy = Date.now() + session.declared('policy');
  // Any agent may happen to log the shell that writes a line: only for who forwards logs is it a stimulus.
  const { stimuli } = session.product.product.statement;
  const played = STIMULI.filter((stimulus) => stimulus !== 'log-line' || stimuli.includes(stimulus));
  const seen = await playEach(session, session.random.shuffle(played));
  const missed = played.filter((stimulus) => !seen[stimulus] && stimuli.includes(stimulus));
  if (missed.length === 0) return { installed: true, seen, reason: NONE };
  // The policy that names it may not have been in force yet: what the product declares gets a second try.
  await until(session.history, policyBy);
  return { installed: true, seen: { ...seen, ...(await playEach(session, missed)) }, reason: NONE };
}

/** What did not happen while the host stood still says nothing of the product, nor of what may be asked of it. */
export async function shown(
  session: Pick<Session, 'happens' | 'history'>,
  question: Question & { readonly since: HistoryEvent },
  within: number,
): Promise<boolean> {
  if (await session.happens(question)) return true;
  const from = question.since.t;
  const stalled = stalledOver(session.history.events, { from, until: from + within });
  if (stalled) throw new LabBroken(stalled.reason.en, stalled.blame);
  return false;
}

async function playEach(session: Session, stimuli: readonly StimulusId[]): Promise<Record<string, boolean>> {
  const acts: PlayedAct[] = [];
  for (const stimulus of stimuli) acts.push(await session.play(session.fresh(stimulus)));
  const seen = await Promise.all(
    acts.map(async ({ id, act, started }) => {
      const within = session.within('detect');
      const question = { check: 'detected', args: { act: id, within }, since: started } as const;
      return [act.stimulus, await shown(session, question, within)] as const;
    }),
  );
  return Object.fromEntries(seen);
}
