/** What was done to an endpoint, its product or its network, in a few words. */
import type { HistoryEvent, HistoryEventOf } from '../../history/events.ts';
import { bad, cut, json, plain, quiet, type Described } from './describe-tones.ts';
import { faultName, zoneName } from './names.ts';
import * as words from './words.ts';

type DoneEvent = Extract<
  HistoryEvent,
  { kind: `${'act' | 'hook' | 'recovery' | 'manual' | 'fault' | 'move' | 'endpoint'}.${string}` }
>;

export function describeDone(e: DoneEvent): Described {
  switch (e.kind) {
    case 'act.started': {
      const what = words.stimulus(e.stimulus);
      return plain(
        `${what.en}${e.twin ? ', benign twin' : ''} begins on ${e.endpoint} (${e.act}, nonce ${e.nonce})`,
        `${e.endpoint} で操作を開始：${what.ja}${e.twin ? '、無害な類似操作' : ''}（${e.act}、目印 ${e.nonce}）`,
      );
    }
    case 'act.finished': {
      const effect = words.effect(e.effect);
      return plain(
        `${e.act}: ${effect.en}, exit ${e.exit ?? 'unknown'}`,
        `操作 ${e.act}：${effect.ja}（終了コード ${e.exit ?? '不明'}）`,
      );
    }
    case 'hook.finished':
      return hook(e);
    case 'recovery.attempt': {
      const [method, state] = [words.method(e.method), words.attemptState(e.state)];
      const detail = e.detail === '' ? '' : ` – ${e.detail}`;
      return plain(
        `recovery, ${method.en}: ${state.en}${detail}`,
        `復旧の試行（${method.ja}）：${state.ja}${detail}`,
      );
    }
    case 'manual.step':
      return plain(
        `manual step${e.site ? ' on site' : ''}: ${e.text}`,
        `手作業${e.site ? '（現地）' : ''}：${e.text}`,
      );
    case 'fault.injected':
    case 'fault.verified':
    case 'fault.healed':
      return fault(e);
    case 'move.started': {
      const [from, to] = [zoneName(e.from), zoneName(e.to)];
      return plain(
        `${e.endpoint} leaves ${from.en} for ${to.en}`,
        `${e.endpoint} の移動：${from.ja} → ${to.ja}`,
      );
    }
    case 'move.finished': {
      const zone = zoneName(e.zone);
      const address = e.address === null ? '' : ` ${e.address}`;
      return plain(
        `${e.endpoint} is in ${zone.en}${address}`,
        `${e.endpoint} の移動が完了：${zone.ja}${address}`,
      );
    }
    case 'endpoint.restarted':
      return plain(`${e.endpoint} restarted`, `${e.endpoint} を再起動`);
    case 'endpoint.sleep':
      return e.state === 'asleep'
        ? plain(`${e.endpoint} falls asleep`, `${e.endpoint} がスリープ`)
        : plain(`${e.endpoint} wakes up`, `${e.endpoint} がスリープから復帰`);
    case 'endpoint.state': {
      const text = `${e.endpoint}: ${e.what} = ${cut(json(e.value), 600)} (${e.by})`;
      return quiet(text, text);
    }
  }
}

function hook(e: HistoryEventOf<'hook.finished'>): Described {
  const [name, outcome] = [words.hookName(e.hook), words.outcome(e.outcome)];
  const exit =
    e.exit === null ? { en: '', ja: '' } : { en: `, exit ${e.exit}`, ja: `、終了コード ${e.exit}` };
  const said = e.outcome === 'ok' || e.output.trim() === '' ? '' : ` – ${e.output.trim()}`;
  const by =
    e.user === undefined ? { en: '', ja: '' } : { en: ` run by ${e.user}`, ja: `（${e.user} が実行）` };
  const en = `hook ${name.en}${by.en}: ${outcome.en}${exit.en}, ${e.ms} ms${said}`;
  const ja = `製品の${name.ja}${by.ja}：${outcome.ja}${exit.ja}（${e.ms}ミリ秒）${said}`;
  // What an ordinary user may not do is no mishap.
  return e.outcome === 'ok' || e.user !== undefined ? plain(en, ja) : bad(en, ja);
}

function fault(
  e: HistoryEventOf<'fault.injected'> | HistoryEventOf<'fault.verified'> | HistoryEventOf<'fault.healed'>,
): Described {
  const name = faultName(e.fault);
  if (e.kind === 'fault.injected') {
    const settings = Object.entries(e.settings ?? {}).map(([key, value]) => `${key} ${value}`).join(', '); // prettier-ignore
    const more = settings === '' ? '' : ` (${settings})`;
    return bad(
      `fault at ${e.target}: ${name.en}, ${e.fault}${more}`,
      `障害を発生（${e.target}）：${name.ja}、${e.fault}${more}`,
    );
  }
  if (e.kind === 'fault.healed')
    return plain(`fault at ${e.target} taken back: ${name.en}`, `障害を解消（${e.target}）：${name.ja}`);
  const state = words.faultState(e.state);
  return plain(
    `fault at ${e.target}, ${name.en}: ${state.en} – ${e.detail}`,
    `障害（${e.target}、${name.ja}）：${state.ja} – ${e.detail}`,
  );
}
