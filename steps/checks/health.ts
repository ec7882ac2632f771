/** Was the lab sound? What the lab, the engine, the host or the harness broke is never charged to the product. */
import { both, type Both } from '../../history/both.ts';
import type { Blame, HistoryEvent, HistoryEventOf } from '../../history/events.ts';
import { isLossy, lossOf } from './capture.ts';
import { ofKind } from './window.ts';

export interface Sickness {
  /** words without a full stop, that others put into their sentences */
  readonly reason: Both;
  readonly blame: Blame;
  /** number of the event that shows it */
  readonly n: number;
}

type Events = readonly HistoryEvent[];

/** The first thing that broke; undefined for a sound lab. */
export function labHealth(events: Events): Sickness | undefined {
  const found = [
    ...events.flatMap((event) => broken(event, events) ?? []),
    ...unverifiedFaults(events),
    ...openLab(events),
  ];
  return found.sort((a, b) => a.n - b.n)[0];
}

/** The same, for what breaks a record after a check: whether all steps were played is another question. */
export function recordHealth(events: Events): Sickness | undefined {
  return events.flatMap((event) => (event.kind === 'lab.closed' ? [] : (broken(event, events) ?? [])))[0];
}

function broken(event: HistoryEvent, events: Events): Sickness | undefined {
  const sick = (blame: Blame, reason: Both): Sickness => ({ reason, blame, n: event.n });
  switch (event.kind) {
    case 'lab.failed':
      return sick(event.blame, failureOf(event));
    case 'process.ended':
      return event.declared ? undefined : sick(blameForProcess(event, events), endOf(event));
    case 'stream.gap':
      return sick(
        blameForName(event.stream) ?? 'engine',
        both(
          `frames are missing from ${event.stream}: expected number ${event.expected}, got ${event.got}`,
          `${event.stream} のフレームが欠けています（次は番号${event.expected}のはずが${event.got}）`,
        ),
      );
    case 'capture.summary':
      return isLossy(event)
        ? sick(
            'capture',
            both(
              `the capture at ${event.point} ${lossOf(event).en}`,
              `${event.point} のパケット記録は${lossOf(event).ja}`,
            ),
          )
        : undefined;
    case 'lab.closed':
      return leak(event);
    default:
      return undefined;
  }
}

/** What the harness or the engine says of itself is technical, and stays as it was written. */
export const failureOf = ({ what, cause }: HistoryEventOf<'lab.failed'>): Both =>
  both(`${what} failed: ${cause}`, `「${what}」が失敗しました：${cause}`);

function endOf({ process, node, exit, stderr }: HistoryEventOf<'process.ended'>): Both {
  const said = stderr ? lastLine(stderr) : '';
  return both(
    `${process} on ${node} ended unasked (status ${exit ?? 'unknown'})${said && `: ${said}`}`,
    `${node} の ${process} が予定外に終了しました（終了コード：${exit ?? '不明'}）${said && `：${said}`}`,
  );
}

function leak({ probes, n }: HistoryEventOf<'lab.closed'>): Sickness | undefined {
  const open = probes.find((probe) => !probe.blocked);
  if (open)
    return {
      n,
      blame: 'lab',
      reason: both(
        `the network is not closed: ${open.probe} to ${open.target} got out (${open.detail})`,
        `閉域になっていません。${open.target} への ${open.probe} が外へ出ました（${open.detail}）`,
      ),
    };
  const untried = probes.find((probe) => !probe.arrivesInControl);
  return untried
    ? {
        n,
        blame: 'lab',
        reason: both(
          `the network is not proven closed: ${untried.probe} to ${untried.target} did not arrive in the open control lab either`,
          `閉域と確認できていません。${untried.target} への ${untried.probe} は、開いた対照環境でも届きませんでした`,
        ),
      }
    : undefined;
}

/**
 * An endpoint that starts in any zone but the internet needs a proof of closure from before the product was
 * installed: a later one says nothing about what got out until then, and the product may have a hand in it.
 */
function openLab(events: Events): Sickness[] {
  const ready = ofKind(events, 'lab.ready').at(-1);
  const closed = ready?.nodes.some(
    (node) => node.kind === 'endpoint' && Object.keys(node.addresses).some((zone) => zone !== 'internet'),
  );
  const hooks = ofKind(events, 'hook.finished');
  const first = hooks.find((event) => event.hook === 'install') ?? hooks[0];
  if (!ready || !closed || !first) return [];
  return ofKind(events, 'lab.closed').some((proof) => proof.probes.length > 0 && proof.n < first.n)
    ? []
    : [
        {
          n: ready.n,
          blame: 'lab',
          reason: both(
            'the network was not proven closed before the product was installed',
            '製品の導入前に、閉域であることを確認できていません',
          ),
        },
      ];
}

/** A fault that nobody saw in force (or gone) may not have been there (or may still be). */
function unverifiedFaults(events: Events): Sickness[] {
  const verified = ofKind(events, 'fault.verified');
  const isSeen = (
    fault: { fault: string; target: string },
    state: 'in-force' | 'gone',
    between: [number, number],
  ) =>
    verified.some(
      (event) =>
        event.fault === fault.fault &&
        event.target === fault.target &&
        event.state === state &&
        event.n > between[0] &&
        event.n < between[1],
    );
  const injected = ofKind(events, 'fault.injected');
  const neverInForce = injected
    .filter((fault) => !isSeen(fault, 'in-force', [fault.n, Infinity]))
    .map((fault) => [fault, both('in force', '発生')] as const);
  const neverGone = ofKind(events, 'fault.healed')
    .filter((fault) => {
      const begun = injected.findLast((earlier) => earlier.n < fault.n && earlier.target === fault.target);
      return !isSeen(fault, 'gone', [begun?.n ?? 0, Infinity]);
    })
    .map((fault) => [fault, both('gone', '解消')] as const);
  return [...neverInForce, ...neverGone].map(([{ n, fault, target }, state]) => ({
    n,
    blame: 'lab',
    reason: both(
      `the fault "${fault}" of ${target} was never seen ${state.en}`,
      `${target} の障害「${fault}」の${state.ja}を確認できませんでした`,
    ),
  }));
}

/** No status at all: the engine lost the process, and cannot say how it ended. */
function blameForProcess({ node, process, exit }: HistoryEventOf<'process.ended'>, events: Events): Blame {
  if (exit === null) return 'engine';
  const kind = ofKind(events, 'lab.ready')
    .at(-1)
    ?.nodes.find((candidate) => candidate.name === node)?.kind;
  return blameForName(process) ?? blameForName(kind ?? '') ?? blameForName(node) ?? 'lab';
}

const NAMES: readonly (readonly [RegExp, Blame])[] = [
  [/tcpdump|capture|pcap/i, 'capture'],
  [/squid|tinyproxy|relay|proxy/i, 'relay'],
  [/dnsmasq|resolver|dns/i, 'resolver'],
  [/cloud|^app$/i, 'cloud'],
];
const blameForName = (name: string): Blame | undefined => NAMES.find(([pattern]) => pattern.test(name))?.[1];

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';

/**
 * A stall is seen by a look that comes too late: it began up to one look earlier than its length says, and what arrived
 * meanwhile is read only after it. A deadline so close to it has passed in it.
 */
const NEAR_MS = 250;

/**
 * A deadline that passed while the harness itself stood still, or a window of which it slept half, says
 * nothing about the product.
 */
export function stalledOver(events: Events, missed: { from: number; until: number }): Sickness | undefined {
  const stalls = ofKind(events, 'host.stalled')
    .map(({ n, t, ms }) => ({ n, ms, from: t - ms, until: t }))
    .filter((stall) => stall.from - NEAR_MS <= missed.until && stall.until + NEAR_MS >= missed.from);
  const slept = stalls.reduce((sum, { from, until }) => {
    const within = Math.min(until, missed.until) - Math.max(from, missed.from);
    return sum + Math.max(0, within);
  }, 0);
  const across = stalls.filter((stall) => stall.until + NEAR_MS >= missed.until);
  const excuse = across.length > 0 ? across : slept * 2 >= missed.until - missed.from ? stalls : [];
  const [longest] = excuse.toSorted((a, b) => b.ms - a.ms);
  if (!longest) return undefined;
  const ms = excuse.reduce((sum, stall) => sum + stall.ms, 0);
  return {
    n: longest.n,
    blame: 'host',
    reason: both(
      `the host stood still for ${ms} ms while a deadline ran out`,
      `期限が過ぎる間に、ホストが${ms}ミリ秒停止していました`,
    ),
  };
}
