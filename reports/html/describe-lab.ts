/** What the lab and the harness did, in a few words. */
import type { Both } from '../../history/both.ts';
import type { HistoryEvent, HistoryEventOf } from '../../history/events.ts';
import { bad, good, json, plain, quiet, step, type Described } from './describe-tones.ts';
import { PEER_NAMES } from './names.ts';
import { stepText } from './step-texts.ts';
import { BLAMES, same, VERDICTS } from './texts.ts';
import * as words from './words.ts';

/** What went its way. */
type Course =
  `scenario.${string}` | 'applicability' | 'step' | 'counters' | 'counters.leaving' | 'baseline' | 'check';
type LabEvent = Extract<
  HistoryEvent,
  {
    kind: Course | `${'lab' | 'process' | 'stream' | 'host' | 'capture'}.${string}`;
  }
>;

export function describeLab(e: LabEvent): Described {
  switch (e.kind) {
    case 'scenario.started':
      return plain(
        `scenario begins, seed ${e.seed}, lane ${e.lane}`,
        `シナリオ開始（乱数シード ${e.seed}、測定条件 ${e.lane}）`,
      );
    case 'scenario.finished':
      return plain(
        `scenario ends after ${e.seconds.toFixed(1)} s`,
        `シナリオ終了（${e.seconds.toFixed(1)}秒）`,
      );
    case 'applicability': {
      const word = e.verdict === 'runs' ? words.decided('runs') : VERDICTS[e.verdict].word;
      const [en, ja] = e.reason.en === '' ? ['', ''] : [` – ${e.reason.en}`, ` – ${e.reason.ja}`];
      return plain(`applicability: ${word.en}${en}`, `要件の適用：${word.ja}${ja}`);
    }
    case 'step': {
      const text = stepText(e.text);
      return step(text.en, text.ja);
    }
    case 'counters':
      return quiet(
        `counters at ${e.point}: ${packetsOf(e).en}`,
        `${e.point} のカウンター：${packetsOf(e).ja}`,
      );
    case 'counters.leaving':
      return quiet(
        `counted at ${e.point} while it left the network: ${packetsOf(e).en}`,
        `${e.point} がネットワークを離れる間に数えたパケット：${packetsOf(e).ja}`,
      );
    case 'baseline':
      return baseline(e);
    case 'check': {
      const role = words.checkRole(e.role);
      return plain(`${role.en}: ${e.check} ${json(e.args)}`, `${role.ja}：${e.check} ${json(e.args)}`);
    }
    default:
      return trouble(e);
  }
}

type Rest = Exclude<LabEvent, { kind: Course }>;
function trouble(e: Rest): Described {
  switch (e.kind) {
    case 'lab.ready':
      return plain(
        `lab ${e.lab} (${e.topology}) with ${e.nodes.length} nodes`,
        `試験環境 ${e.lab} の準備完了（${e.topology}、${e.nodes.length}ノード）`,
      );
    case 'lab.closed':
      return closed(e);
    case 'lab.failed': {
      const blame = BLAMES[e.blame];
      return bad(`${e.what} failed (${blame.en}): ${e.cause}`, `${e.what} が失敗（${blame.ja}）：${e.cause}`);
    }
    case 'process.ended':
      return e.declared
        ? quiet(`${e.node}: ${e.process} ended`, `${e.node}：${e.process} を終了`)
        : bad(
            `${e.node}: ${e.process} ended, exit ${e.exit ?? 'unknown'}`,
            `${e.node}：${e.process} が予定外に終了（終了コード ${e.exit ?? '不明'}）`,
          );
    case 'stream.gap':
      return bad(
        `stream ${e.stream}: frame ${e.expected} expected, ${e.got} came`,
        `${e.stream} のフレーム欠落（次は${e.expected}のはずが${e.got}）`,
      );
    case 'host.stalled':
      return bad(`the harness did not run for ${e.ms} ms`, `ハーネスが${e.ms}ミリ秒停止`);
    case 'capture.summary': {
      const en = `capture at ${e.point}: ${e.received} received, ${e.parsed} parsed, ${e.dropped} dropped`;
      const ja = `${e.point} のパケット記録：受信${e.received}、読み取り${e.parsed}、欠落${e.dropped}`;
      return e.dropped > 0 || e.parsed !== e.received ? bad(en, ja) : quiet(en, ja);
    }
  }
}

function closed({ probes }: HistoryEventOf<'lab.closed'>): Described {
  const open = probes.filter((p) => !p.blocked).map((p) => p.probe);
  const en = `closure: ${probes.length} probes, ${open.length} got out`;
  const ja = `閉域の証明：${probes.length}通りの脱出試行のうち${open.length}件が外へ到達`;
  if (open.length === 0) return good(en, ja);
  return bad(`${en} (${open.join(', ')})`, `${ja}（${open.join('、')}）`);
}

function packetsOf({ counters: counts }: { readonly counters: Readonly<Record<string, number>> }): Both {
  const named = Object.entries(counts).map(([peer, count]) => {
    const name = (PEER_NAMES as Readonly<Record<string, (typeof PEER_NAMES)['relay']>>)[peer] ?? same(peer);
    return { en: `${name.en} ${count}`, ja: `${name.ja} ${count}` };
  });
  if (named.length === 0) return { en: 'none', ja: 'なし' };
  return { en: named.map(({ en }) => en).join(', '), ja: named.map(({ ja }) => ja).join('、') };
}

function baseline({ seen, reason }: HistoryEventOf<'baseline'>): Described {
  const each = Object.entries(seen);
  if (each.length === 0) return plain(`open control: ${reason.en}`, `対照実験：${reason.ja}`);
  return plain(
    `open control: ${each.map(([k, v]) => `${k} ${v ? 'seen' : 'not seen'}`).join(', ')}`,
    `対照実験（開いたネットワーク）：${each.map(([k, v]) => `${words.stimulus(k).ja} ${v ? '検知あり' : '検知なし'}`).join('、')}`,
  );
}
