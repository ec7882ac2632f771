/** `updated-whole`: a new version whose download was cut in the middle is, in the end, whole in the place of the old one. */
import { z } from 'zod';
import { both } from '../../history/both.ts';
import type { HistoryEvent, HistoryEventOf } from '../../history/events.ts';
import { check, incomplete, satisfied, undecided, violated, Within, type Finding } from './finding.ts';
import { inSeconds, seconds, timeMeasure } from './measures.ts';
import { anchorTime, ofKind } from './window.ts';

type Events = readonly HistoryEvent[];
type Offer = HistoryEventOf<'cloud.release-offered'>;
/** From the first byte to the one after the last. */
type Span = readonly [number, number];

const Args = z.object({ version: z.string(), within: Within });
const Installed = z.object({ sha256: z.string().nullable(), bytes: z.number() });

const harness = (en: string, ja: string): Finding => incomplete('harness', { en, ja });

/** The anchor is the return of the relay. What is installed is known by its hash, read from outside. */
export const updatedWhole = check(Args, (view, { version, within }) => {
  const { events } = view;
  const offer = ofKind(events, 'cloud.release-offered').findLast((event) => event.version === version);
  if (!offer)
    return harness(`The cloud has not offered ${version}.`, `クラウドは ${version} を配布していません。`);
  const lost = ofKind(events, 'fault.injected').find((event) => event.n > offer.n);
  const back = ofKind(events, 'fault.healed').find((event) => event.n > (lost?.n ?? Infinity));
  if (!lost || !back)
    return harness(
      'The relay was not lost and back again after the offer.',
      '配布の開始後に、プロキシの停止と復旧が行われていません。',
    );
  const from = anchorTime(view);
  const until = from + within;
  const looks = looksOf(events);
  const old = looks.findLast((look) => look.n < offer.n);
  const meanwhile = looks.filter((look) => look.n > lost.n && look.n < back.n);
  const last = looks.findLast((look) => look.n > back.n);
  if (!old || meanwhile.length === 0 || !last)
    return harness(
      'What is installed was not read before, during and after the loss of the relay.',
      'インストールされている版を、プロキシの停止前・停止中・復旧後に確認できていません。',
    );
  if (old.sha256 === null)
    return violated({
      en: 'The file that it declares to hold the installed version is not there.',
      ja: 'インストールされている版として申告されたファイルがありません。',
    });
  // While it is put in place there may be nothing for a moment.
  const half = [...meanwhile, ...looks.filter(({ n, sha256 }) => n > back.n && sha256 !== null), last].find(
    ({ sha256 }) => sha256 !== old.sha256 && sha256 !== offer.sha256,
  );
  if (half) return halfInstalled(offer, half);
  const parts = partsOf(events, offer);
  const before = covered(parts.filter(({ n }) => n < lost.n));
  if (parts.length > 0 && (before === 0 || before >= offer.size))
    return harness(
      `${before} of ${offer.size} bytes had been fetched when the relay was lost, so it was not cut in the middle.`,
      `プロキシの停止時の取得量は${offer.size}バイト中${before}バイトで、途中での切断になっていません。`,
    );
  const evidence = [offer.n, lost.n, back.n, last.n];
  if (last.sha256 === offer.sha256) {
    const again = fetchedAgain(parts, lost.n);
    const measures = [
      timeMeasure(events, { name: 'update.seconds', ms: last.t - from, within }),
      { name: 'update.before-cut', value: before, unit: 'B' },
      { name: 'update.fetched-again', value: again, unit: 'B' },
    ];
    return satisfied(
      {
        en: `Cut after ${before} of ${offer.size} bytes, version ${version} was whole ${inSeconds(last.t - from)} after the relay was back, with ${again} bytes fetched again; until then the old one was.`,
        ja: `${offer.size}バイト中${before}バイトで切断された版 ${version} は、プロキシの復旧から${seconds(last.t - from)}秒後に完全な形で置き換わりました（再取得${again}バイト）。それまでは元の版のままでした。`,
      },
      { measures, evidence, ...(again > 0 ? { findings: [begunAnew(again)] } : {}) },
    );
  }
  const reason = both(
    `Version ${version} had not taken the place of the old one within ${inSeconds(within)} after the relay was back; ${covered(parts)} of ${offer.size} bytes were fetched.`,
    `プロキシの復旧から${seconds(within)}秒以内に版 ${version} へ置き換わりませんでした（取得は${offer.size}バイト中${covered(parts)}バイト）。`,
  );
  return view.now <= until ? undecided(reason) : violated(reason, { evidence, missed: { from, until } });
});

function looksOf(events: Events) {
  return ofKind(events, 'endpoint.state').flatMap(({ n, t, by, what, value }) => {
    const read = Installed.safeParse(value).data;
    return by === 'archive' && what === 'installed-release' && read ? [{ n, t, ...read }] : [];
  });
}

function halfInstalled({ version, size, n }: Offer, look: { n: number; bytes: number }): Finding {
  return violated(
    {
      en: `What was installed was neither the old version nor ${version}: ${look.bytes} bytes, where ${version} has ${size}.`,
      ja: `インストールされていたものは、元の版でも ${version} でもありません：${look.bytes}バイト（${version} は${size}バイト）。`,
    },
    { evidence: [n, look.n] },
  );
}

interface Part {
  readonly n: number;
  readonly span: Span;
}
function partsOf(events: Events, { n, version }: Offer): Part[] {
  return ofKind(events, 'cloud.request').flatMap((event) => {
    const [, first, last] = /^bytes (\d+)-(\d+)\//.exec(event.range ?? '') ?? [];
    const ours = event.n > n && event.path.endsWith(`/${encodeURIComponent(version)}`);
    return ours && first !== undefined && last !== undefined
      ? [{ n: event.n, span: [Number(first), Number(last) + 1] as const }]
      : [];
  });
}

/** Bytes that are in at least one of them. */
function covered(parts: readonly Part[]): number {
  let [end, sum] = [0, 0];
  for (const { span } of parts.toSorted((one, other) => one.span[0] - other.span[0])) {
    sum += Math.max(0, span[1] - Math.max(span[0], end));
    end = Math.max(end, span[1]);
  }
  return sum;
}

/** Bytes that had come for certain when the relay was lost: all but those of the last part, which may have been cut. */
function fetchedAgain(parts: readonly Part[], lost: number): number {
  const had = parts.filter(({ n }) => n < lost).slice(0, -1);
  const later = parts.filter(({ n }) => n > lost);
  return covered(had) + covered(later) - covered([...had, ...later]);
}

const begunAnew = (again: number) => ({
  kind: 'download-begun-anew',
  en: `After the cut it fetched ${again} bytes again that had come before.`,
  ja: `切断の前に届いていた${again}バイトを、もう一度取得しました。`,
});
