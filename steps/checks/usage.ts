/** `outage-use`: what an endpoint uses while its cloud cannot be reached, over what it uses online. */
import { z } from 'zod';
import { both } from '../../history/both.ts';
import type { HistoryEvent, HistoryEventOf, Measure } from '../../history/events.ts';
import { check, incomplete, satisfied, violated, Within, type Finding, type View } from './finding.ts';
import { inSeconds, seconds } from './measures.ts';
import { inWindow, later, ofKind } from './window.ts';

/** Online use below it counts as so much: a ratio over next to nothing would say nothing. ms a second */
const LEAST = 5;

export const PHASES = ['online', 'away'] as const;
type Phase = (typeof PHASES)[number];
const Usage = z.object({
  phase: z.enum(PHASES),
  cpuMs: z.number().nonnegative(),
  memoryBytes: z.number().positive(),
});
interface Reading extends z.infer<typeof Usage> {
  readonly n: number;
  readonly t: number;
}
interface Use {
  readonly ms: number;
  /** of one processor, ms a second */
  readonly cpu: number;
  readonly memory: number;
  readonly from: Reading;
  readonly to: Reading;
}

const Args = z.object({
  endpoint: z.string(),
  /** each phase was watched for so long at least */
  watch: Within,
  limits: z.object({ cpu: z.number().positive(), memory: z.number().positive() }),
});

export const outageUse = check(Args, (view, { endpoint, watch, limits }) => {
  const readings = readingsOf(view, endpoint);
  const online = useOf(readings, 'online');
  const away = useOf(readings, 'away');
  if (!online || !away)
    return incomplete('harness', {
      en: `What ${endpoint} uses was not read at the beginning and at the end of both phases.`,
      ja: `${endpoint} の使用量が、両区間の最初と最後で読み取られていません。`,
    });
  const doubt = doubtOf(view, online, away, watch);
  if (doubt) return doubt;
  const cpu = away.cpu / Math.max(LEAST, online.cpu);
  const memory = away.memory / online.memory;
  const details = {
    measures: measuresOf(online, away, { cpu, memory }, limits),
    evidence: [online.from.n, online.to.n, away.from.n, away.to.n],
  };
  const en = `processor ${times(cpu)} (${round(online.cpu)} → ${round(away.cpu)} ms a second), memory ${times(memory)} (${mib(online.memory)} → ${mib(away.memory)} MiB)`;
  const ja = `CPU ${times(cpu)}（毎秒${round(online.cpu)} → ${round(away.cpu)} ms）、メモリ ${times(memory)}（${mib(online.memory)} → ${mib(away.memory)} MiB）`;
  return cpu > limits.cpu || memory > limits.memory
    ? violated(
        {
          en: `During the outage it used more than it declares: ${en}; declared: ${times(limits.cpu)} and ${times(limits.memory)}.`,
          ja: `通信できない間の使用量が申告を超えました：${ja}。申告：CPU ${times(limits.cpu)}、メモリ ${times(limits.memory)}。`,
        },
        details,
      )
    : satisfied(
        {
          en: `During the outage, over online: ${en}.`,
          ja: `通信できない間の使用量（通常時との比）：${ja}。`,
        },
        details,
      );
});

function readingsOf(view: View, endpoint: string): Reading[] {
  return later(view, 'endpoint.state').flatMap((event) => {
    if (event.endpoint !== endpoint || event.by !== 'stats' || event.what !== 'usage') return [];
    const parsed = Usage.safeParse(event.value);
    return parsed.success ? [{ ...parsed.data, n: event.n, t: event.t }] : [];
  });
}

function useOf(readings: readonly Reading[], phase: Phase): Use | undefined {
  const own = readings.filter((reading) => reading.phase === phase);
  const [from, to] = [own[0], own.at(-1)];
  if (!from || !to || to.t <= from.t || to.cpuMs < from.cpuMs) return undefined;
  const ms = to.t - from.t;
  return { ms, cpu: ((to.cpuMs - from.cpuMs) * 1000) / ms, memory: to.memoryBytes, from, to };
}

/** Was each phase long enough, was it what it is called, and did nothing else happen in it? */
function doubtOf(view: View, online: Use, away: Use, watch: number): Finding | undefined {
  for (const { ms } of [online, away])
    if (ms < watch)
      return incomplete('harness', {
        en: `A phase was watched for ${inSeconds(ms)} only; ${inSeconds(watch)} were asked for.`,
        ja: `観測時間が${seconds(ms)}秒で、必要な${seconds(watch)}秒に足りません。`,
      });
  const during = ({ from, to }: Use) => inWindow(view).filter(({ n }) => n > from.n && n < to.n);
  const disturbed = [...during(online), ...during(away)].find(isDisturbance);
  if (disturbed)
    return incomplete(
      'harness',
      both(
        `Something else happened while it was watched (${disturbed.kind}).`,
        `観測中に別の操作がありました（${disturbed.kind}）。`,
      ),
      { evidence: [disturbed.n] },
    );
  if (faultAt(view.events, online.from.n) || !faultAt(view.events, away.from.n))
    return incomplete('lab', {
      en: 'The relay was not there online and away in the outage, as far as was verified.',
      ja: 'プロキシが、通常時に使え、障害時に使えないことを確認できていません。',
    });
  const heard = ofKind(during(online), 'cloud.request').some(({ agent, status }) => agent && status > 0);
  return heard
    ? undefined
    : incomplete('harness', {
        en: 'Its cloud heard nothing of it while it was watched online, so there is nothing to compare with.',
        ja: '通常時の観測中にクラウドとの通信がなく、比較の基準がありません。',
      });
}

const isDisturbance = ({ kind }: HistoryEvent): boolean =>
  ['act.started', 'act.finished', 'hook.finished', 'endpoint.restarted', 'move.started'].includes(kind) ||
  kind.startsWith('fault.');

/** Was a fault verified to be in force, and not yet over, at that event? */
function faultAt(events: readonly HistoryEvent[], n: number): boolean {
  const told = events
    .slice(0, n)
    .findLast(
      (event): event is HistoryEventOf<'fault.verified'> | HistoryEventOf<'fault.healed'> =>
        event.kind === 'fault.verified' || event.kind === 'fault.healed',
    );
  return told?.kind === 'fault.verified' && told.state === 'in-force';
}

function measuresOf(
  online: Use,
  away: Use,
  ratio: { cpu: number; memory: number },
  limits: { cpu: number; memory: number },
): Measure[] {
  const measure = (name: string, value: number, unit: string, declared?: number): Measure => ({
    ...{ name, value, unit },
    ...(declared === undefined ? {} : { declared }),
  });
  return [
    measure('outage.cpu-ratio', round(ratio.cpu), '', limits.cpu),
    measure('outage.memory-ratio', round(ratio.memory), '', limits.memory),
    measure('outage.cpu-online', round(online.cpu), 'ms/s'),
    measure('outage.cpu-away', round(away.cpu), 'ms/s'),
    measure('outage.memory-online', mib(online.memory), 'MiB'),
    measure('outage.memory-away', mib(away.memory), 'MiB'),
  ];
}

const round = (value: number): number => Math.round(value * 100) / 100;
const mib = (bytes: number): number => Math.round(bytes / 2 ** 20);
const times = (ratio: number): string => `×${round(ratio)}`;
