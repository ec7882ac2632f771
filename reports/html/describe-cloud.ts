/** What the cloud saw and said, in a few words. */
import type { HistoryEvent } from '../../history/events.ts';
import { bad, good, plain, quiet, type Described } from './describe-tones.ts';
import * as words from './words.ts';

type CloudEvent = Extract<HistoryEvent, { kind: `cloud.${string}` }>;

export function describeCloud(e: CloudEvent): Described {
  switch (e.kind) {
    case 'cloud.request': {
      const way = words.via(e.via);
      const [en, ja] = [
        `${e.method} ${e.path} → ${e.status}, ${way.en}`,
        `${e.method} ${e.path} → ${e.status}（${way.ja}）`,
      ];
      if (e.problems.length === 0) return quiet(en, ja);
      const problems = e.problems.join('; ');
      return bad(`${en}; breaks the protocol: ${problems}`, `${ja}、プロトコル違反：${problems}`);
    }
    case 'cloud.enrolled': {
      const way = words.via(e.via);
      return good(
        `${e.hostname} enrolled${e.again ? ' again' : ''} as ${e.agent}, ${way.en}`,
        `${e.hostname} が${e.again ? '再び' : ''}登録（${way.ja}、ID ${e.agent}）`,
      );
    }
    case 'cloud.heartbeat': {
      const way = words.via(e.via);
      return quiet(`heartbeat, ${way.en}`, `死活通知（${way.ja}）`);
    }
    case 'cloud.detection': {
      const [way, did, what] = [
        words.via(e.via),
        words.disposition(e.disposition),
        words.stimulus(e.analytic),
      ];
      const copy = e.copy > 1 ? [`, copy ${e.copy}`, `、${e.copy}回目`] : ['', ''];
      return good(
        `detection ${what.en}, ${did.en}, ${way.en}${copy[0]}`,
        `検知が到着：${what.ja}、${did.ja}（${way.ja}${copy[1]}）`,
      );
    }
    case 'cloud.telemetry': {
      const way = words.via(e.via);
      return quiet(`telemetry, ${e.count} events, ${way.en}`, `ログ${e.count}件（${way.ja}）`);
    }
    default:
      return order(e);
  }
}

/** What the cloud was told to want. */
function order(
  e: Exclude<
    CloudEvent,
    { kind: `cloud.${'request' | 'enrolled' | 'heartbeat' | 'detection' | 'telemetry'}` }
  >,
): Described {
  switch (e.kind) {
    case 'cloud.policy-set':
      return plain(`policy ${e.revision} set`, `ポリシー第${e.revision}版を設定`);
    case 'cloud.tenant-opened':
      return plain(`tenant ${e.tenant} opened`, `テナント ${e.tenant} を開設`);
    case 'cloud.release-offered':
      return plain(`version ${e.version} offered`, `新しい版 ${e.version} の配布を開始`);
    case 'cloud.policy-read': {
      const way = words.via(e.via);
      return e.notModified
        ? quiet(
            `policy ${e.revision} still current, ${way.en}`,
            `ポリシー第${e.revision}版のまま（${way.ja}）`,
          )
        : plain(`policy ${e.revision} read, ${way.en}`, `ポリシー第${e.revision}版を取得（${way.ja}）`);
    }
    case 'cloud.command':
      return e.who === undefined
        ? plain(`command ${e.command} given`, `指示 ${e.command} を発行`)
        : plain(`command ${e.command} given by ${e.who}`, `${e.who} が指示 ${e.command} を発行`);
    case 'cloud.command-result':
      return plain(`command answered: ${e.outcome}`, `指示への応答：${e.outcome}`);
    case 'cloud.log-aged':
      return plain(
        `the log at the cloud is ${e.days} days older`,
        `クラウドのログを${e.days}日経過した扱いにする`,
      );
    case 'cloud.log-read': {
      const counts = Object.values(e.found);
      const hits = counts.filter((count) => count > 0).length;
      return plain(
        `log at the cloud looked up: ${hits} of ${counts.length} found among ${e.entries} entries`,
        `クラウドのログを参照：${counts.length}件中${hits}件を確認（全${e.entries}行）`,
      );
    }
    case 'cloud.unenrolled':
      return plain(`${e.agent} signed off`, `${e.agent} の登録を解除`);
    case 'cloud.fault': {
      const state = words.onOff(e.state);
      return plain(`cloud misbehaves (${e.fault}): ${state.en}`, `クラウドの異常（${e.fault}）：${state.ja}`);
    }
  }
}
