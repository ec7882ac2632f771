/** `all-back`, `spread-out`: many endpoints lose their relay at once, and come back without running it over. */
import { z } from 'zod';
import { both } from '../../history/both.ts';
import type { HistoryEventOf } from '../../history/events.ts';
import { holeInCapture, timeOf } from './capture.ts';
import { exchanges } from './exchanges.ts';
import {
  check,
  incomplete,
  satisfied,
  undecided,
  violated,
  Within,
  type Finding,
  type View,
} from './finding.ts';
import { count, inSeconds, seconds, timeMeasure } from './measures.ts';
import { anchorTime, later, ofKind, sinceHealing } from './window.ts';

/** Anchor: the fault is over. */
export const allBack = check(
  z.object({ endpoints: z.number().int().min(2), within: Within }),
  (view, { endpoints, within }) => {
    // An endpoint may have enrolled anew in the outage: it is one endpoint still.
    const names = new Map(
      ofKind(view.events, 'cloud.enrolled').map(({ agent, hostname }) => [agent, hostname]),
    );
    const enrolled = new Set(names.values()).size;
    if (enrolled < endpoints)
      return incomplete('harness', {
        en: `Only ${enrolled} of ${endpoints} endpoints had enrolled.`,
        ja: `端末${endpoints}台のうち、登録済みは${enrolled}台だけでした。`,
      });
    const from = anchorTime(view);
    const until = from + within;
    const first = new Map<string, { n: number; t: number }>();
    for (const { agent = '', via, n, t } of exchanges(sinceHealing(view))) {
      const name = names.get(agent);
      if (name !== undefined && via === 'relay' && t <= until && !first.has(name)) first.set(name, { n, t });
    }
    const evidence = [...first.values()].map(({ n }) => n);
    const slowest = Math.max(from, ...[...first.values()].map(({ t }) => t)) - from;
    if (first.size < enrolled) {
      const reason = both(
        `${first.size} of ${enrolled} endpoints were heard again within ${inSeconds(within)}.`,
        `端末${enrolled}台中、${seconds(within)}秒以内に通信が再開したのは${first.size}台です。`,
      );
      return view.now <= until
        ? undecided(reason, { evidence })
        : violated(reason, { evidence, missed: { from, until } });
    }
    const spec = { name: 'herd.slowest', ms: slowest, timing: 'reconnect', within };
    return satisfied(
      {
        en: `All ${enrolled} endpoints were heard again, the last after ${inSeconds(slowest)}.`,
        ja: `端末${enrolled}台すべての通信が再開しました（最後は${seconds(slowest)}秒後）。`,
      },
      { measures: [count('herd.endpoints', enrolled), timeMeasure(view.events, spec)], evidence },
    );
  },
);

const Args = z.object({
  /** capture points of the endpoints */
  points: z.array(z.string()).min(2),
  limits: z.object({
    /** connections of one endpoint in the busiest second of the recovery, on average */
    connections: z.number().positive(),
    /** least difference between endpoints' waits, as a part of the wait */
    jitter: z.number().positive(),
  }),
});

/** Anchor: the fault is over. The attempts are those of the outage before it, the connections those that came after. */
export const spreadOut = check(
  Args,
  (view, { points, limits }) => {
    for (const point of points) {
      const hole = holeInCapture(view, point);
      if (hole) return hole;
    }
    const began = lastInForce(view);
    if (!began)
      return incomplete('lab', {
        en: 'No fault of the relay was verified to be in force before.',
        ja: 'プロキシの停止が確認されていません。',
      });
    const outage = { from: began.t, to: anchorTime(view) };
    const waits = points.map((point) => waitsOf(view, point, outage));
    const peak = busiestSecond(beginnings(view, points, outage));
    if (peak === 0)
      return incomplete('relay', {
        en: 'The log of the relay shows no connection of these endpoints after the outage.',
        ja: 'プロキシの記録に、復旧後のこれらの端末の接続がありません。',
      });
    const found = verdict(points.length, { waits, peak }, limits);
    return { ...found, evidence: [began.n, ...found.evidence] };
  },
  { wholeRecord: true },
);

function verdict(
  endpoints: number,
  { waits, peak }: { waits: readonly (readonly number[])[]; peak: number },
  limits: z.infer<typeof Args>['limits'],
): Finding {
  const attempts = Math.min(...waits.map((list) => list.length + 1));
  const jitter = jitterOf(waits);
  const each = Math.round((peak / endpoints) * 100) / 100;
  const measures = [
    { ...count('herd.jitter', jitter ?? 0), declared: limits.jitter },
    { ...count('herd.connections', each), declared: limits.connections },
    count('herd.peak', peak),
    count('herd.attempts', attempts),
  ];
  if (jitter === undefined)
    return violated(
      {
        en: `An endpoint tried ${attempts} times during the outage, which is too seldom for its tries to be seen apart.`,
        ja: `停止中の試行が${attempts}回の端末があり、ばらつきを確認できません。`,
      },
      { measures },
    );
  const en = `waits differ by ${percent(jitter)} between endpoints (declared: ${percent(limits.jitter)} at least), and the busiest second had ${peak} connections, ${each} an endpoint (declared: ${limits.connections} at most)`;
  const ja = `端末間の待ち時間の差は${percent(jitter)}（申告：${percent(limits.jitter)}以上）、ピーク時の接続は毎秒${peak}本、端末あたり${each}本（申告：${limits.connections}本以下）`;
  return jitter < limits.jitter || each > limits.connections
    ? violated({ en: `They do not spread out: ${en}.`, ja: `再接続が集中しています：${ja}。` }, { measures })
    : satisfied({ en: `They spread out: ${en}.`, ja: `再接続が分散しています：${ja}。` }, { measures });
}

function lastInForce(view: View): HistoryEventOf<'fault.verified'> | undefined {
  const before = view.events.slice(0, view.since);
  return ofKind(before, 'fault.verified').findLast(({ state }) => state === 'in-force');
}

/** Connections that begin so close together are one attempt: a beginning is also sent again. */
const ONE_ATTEMPT_MS = 100;

/** ms between attempts to reach the relay */
function waitsOf(view: View, point: string, { from, to }: { from: number; to: number }): number[] {
  const begun = ofKind(view.events, 'packet')
    .filter((packet) => packet.point === point && packet.direction === 'out' && packet.peer === 'relay')
    .filter(({ protocol, flags }) => protocol === 'tcp' && flags === 'S')
    .map(timeOf)
    .filter((time) => time >= from && time <= to)
    .sort((one, other) => one - other);
  const attempts = begun.reduce<number[]>(
    (kept, time) => (time - (kept.at(-1) ?? -Infinity) < ONE_ATTEMPT_MS ? kept : [...kept, time]),
    [],
  );
  return attempts.slice(1).map((time, i) => time - (attempts[i] ?? time));
}

/** Fewer waits than that say nothing. */
const FEWEST_WAITS = 3;

/** Programs of one product, or connections of one program, that may each try for themselves. */
const MOST_LOOPS = 6;

/**
 * Endpoints that wait alike stay in step, however long their waits grow: so the first waits of all are compared, then the
 * second ones, and so on. The median of their ranges, as a part of their means. Where several loops try side by side, as
 * many waits one after the other are one wait of each: whatever their number, it is taken at which they are most in step.
 */
export function jitterOf(waits: readonly (readonly number[])[]): number | undefined {
  const jitters = Array.from({ length: MOST_LOOPS }, (_, more) => {
    const sums = waits.map((list) => sumsOf(list, more + 1));
    return rangeOf(sums, more + 1);
  }).filter((jitter) => jitter !== undefined);
  return jitters.length === 0 ? undefined : Math.round(Math.min(...jitters) * 100) / 100;
}

/** Each wait and those after it, so many in all. */
const sumsOf = (waits: readonly number[], loops: number): number[] =>
  waits
    .slice(loops - 1)
    .map((_, from) => waits.slice(from, from + loops).reduce((sum, wait) => sum + wait, 0));

/**
 * Of one loop the mean is that of its waits, of several that of the sums. As a single loop cannot be told from several, it
 * is the smaller one: a sum of waits that differ by chance differs by less than they do, as a part of it.
 */
function rangeOf(sums: readonly (readonly number[])[], loops: number): number | undefined {
  const rounds = Math.min(...sums.map(({ length }) => length));
  if (rounds < FEWEST_WAITS) return undefined;
  const ranges = Array.from({ length: rounds }, (_, round) => {
    const same = sums.map((list) => list[round] ?? 0);
    const mean = same.reduce((total, sum) => total + sum, 0) / same.length / loops;
    return (Math.max(...same) - Math.min(...same)) / mean;
  }).sort((one, other) => one - other);
  return ranges[Math.floor((rounds - 1) / 2)];
}

/** When each connection that the relay let through since the fault was in force began, by its log. */
function beginnings(view: View, points: readonly string[], { from }: { from: number }): number[] {
  const nodes = ofKind(view.events, 'lab.ready').at(-1)?.nodes ?? [];
  const addresses = new Set(
    nodes.filter(({ name }) => points.includes(name)).flatMap(({ addresses }) => Object.values(addresses)),
  );
  return later(view, 'relay.request')
    .filter(({ client, ours, status }) => addresses.has(client) && !ours && status === 200)
    .map((line) => timeOf(line) - line.ms)
    .filter((begun) => begun >= from);
}

function busiestSecond(times: readonly number[]): number {
  return Math.max(0, ...times.map((from) => times.filter((at) => at >= from && at < from + 1000).length));
}

const percent = (part: number): string => `${Math.round(part * 100)} %`;
