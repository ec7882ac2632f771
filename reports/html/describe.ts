/** One event in a few words of either language, and how it should look. */
import type { HistoryEvent, HistoryEventOf } from '../../history/events.ts';
import { describeCloud } from './describe-cloud.ts';
import { describeDone } from './describe-done.ts';
import { describeLab } from './describe-lab.ts';
import { bad, cut, plain, quiet, type Described } from './describe-tones.ts';
import { PEER_NAMES } from './names.ts';
import { both, type Both } from './texts.ts';
import * as words from './words.ts';

/** Packets are told in bundles (see `timeline-rows.ts`); this is one alone. */
export function describe(e: HistoryEvent): Described {
  switch (e.kind) {
    case 'packet':
      return packet(e);
    case 'relay.request':
      return relayRequest(e);
    case 'relay.changed': {
      const what = words.changed(e.what);
      return plain(
        `relay ${e.relay}: ${what.en} changed, ${e.detail}`,
        `プロキシ ${e.relay}：${what.ja}を変更（${e.detail}）`,
      );
    }
    case 'resolver.query': {
      const text = `${e.resolver}: ${e.name} ${e.type} → ${e.answer}`;
      return quiet(text, text);
    }
    case 'outsider.heard':
      return outsider(e);
    case 'cloud.request':
    case 'cloud.enrolled':
    case 'cloud.heartbeat':
    case 'cloud.detection':
    case 'cloud.telemetry':
    case 'cloud.policy-set':
    case 'cloud.tenant-opened':
    case 'cloud.release-offered':
    case 'cloud.policy-read':
    case 'cloud.command':
    case 'cloud.command-result':
    case 'cloud.log-aged':
    case 'cloud.log-read':
    case 'cloud.unenrolled':
    case 'cloud.fault':
      return describeCloud(e);
    case 'act.started':
    case 'act.finished':
    case 'hook.finished':
    case 'recovery.attempt':
    case 'manual.step':
    case 'fault.injected':
    case 'fault.verified':
    case 'fault.healed':
    case 'move.started':
    case 'move.finished':
    case 'endpoint.restarted':
    case 'endpoint.sleep':
    case 'endpoint.state':
      return describeDone(e);
    default:
      return describeLab(e);
  }
}

function packet({ direction, protocol, peer, payload }: HistoryEventOf<'packet'>): Described {
  const out = direction === 'out';
  const name = PEER_NAMES[peer];
  return quiet(
    `${protocol} packet ${out ? 'to' : 'from'} ${name.en}, ${payload} bytes`,
    `${name.ja}${out ? 'へ' : 'から'}の${protocol}パケット（${payload}バイト）`,
  );
}

function relayRequest(e: HistoryEventOf<'relay.request'>): Described {
  const what = `${e.relay}: ${e.method} ${cut(e.target, 160)} → ${e.status} ${e.decision}`;
  const bytes = bytesOf(e);
  const en = `${what}, ${bytes.en}`;
  const ja = `${what}（${bytes.ja}）`;
  if (e.ours) return quiet(`${en} (the lab's own)`, `${ja}：試験環境自身の要求`);
  return e.status >= 400 || e.status === 0 ? bad(en, ja) : plain(en, ja);
}
function bytesOf({ bytesUp, bytesDown }: HistoryEventOf<'relay.request'>): Both {
  return both(
    `${bytesUp ?? 'unknown'} bytes up, ${bytesDown ?? 'unknown'} down`,
    `送信${bytesUp ?? '不明'}、受信${bytesDown ?? '不明'}バイト`,
  );
}

/** What must not be said to a stranger is what he was sent; that he was connected to is not yet a harm. */
const SENT = new Set(['request', 'plain', 'tls-accepted', 'application']);
function outsider(e: HistoryEventOf<'outsider.heard'>): Described {
  const [role, what] = [words.outsiderRole(e.role), words.heard(e.what)];
  const text = e.text === '' ? '' : `: ${cut(e.text, 160)}`;
  const en = `${role.en} ${e.outsider} ${what.en}, from ${e.from}, ${e.bytes} bytes${text}`;
  const ja = `${role.ja} ${e.outsider} が${what.ja}（${e.from} から、${e.bytes}バイト）${text}`;
  if (e.ours) return quiet(`${en} (the lab's own)`, `${ja}：試験環境自身の通信`);
  return SENT.has(e.what) ? bad(en, ja) : plain(en, ja);
}
