/** Single words of events in both languages; an unknown one is shown as it is. */
import { VALUE_NAMES } from './measure-names.ts';
import { both, same, type Both } from './texts.ts';

type Words = Readonly<Record<string, Both>>;
const lookup =
  (words: Words) =>
  (word: string): Both =>
    Object.hasOwn(words, word) ? (words[word] ?? same(word)) : same(word);

export const via = lookup({
  relay: both('through the relay', 'プロキシ経由'),
  direct: both('directly', '直接'),
  unknown: both('way unknown', '経路不明'),
});
export const hookName = lookup({
  install: both('install', '導入'),
  uninstall: both('uninstall', '削除'),
  upgrade: both('upgrade', '更新'),
  start: both('start', '起動'),
  stop: both('stop', '停止'),
  status: both('status', '状態表示'),
  'set-relay': both('set-relay', 'プロキシの設定'),
  'set-tenant': both('set-tenant', 'テナントの変更'),
  'test-connectivity': both('test-connectivity', '接続テスト'),
  'update-content': both('update-content', '定義の取り込み'),
  'forbid-shell': both('forbid-shell', 'リモートシェルの禁止'),
});
export const outcome = lookup({
  ok: both('ok', '成功'),
  failed: both('failed', '失敗'),
  timeout: both('timeout', '時間切れ'),
  broken: both('broken', '実行できず'),
  missing: both('missing', '用意なし'),
});
export const effect = lookup(VALUE_NAMES['disposition.effect'] ?? {});
export const disposition = lookup(VALUE_NAMES['disposition.reported'] ?? {});
export const method = lookup(VALUE_NAMES['recovery.method'] ?? {});
export const attemptState = lookup({
  begun: both('begun', '開始'),
  'not-possible': both('not possible', '実行不可'),
  done: both('done', '完了'),
});
export const faultState = lookup({
  'in-force': both('in force', '発生を確認'),
  gone: both('gone', '解消を確認'),
});
export const stimulus = lookup({
  'sha256-indicator': both('sha256-indicator', 'ハッシュが指標に一致するファイル'),
  'T1204.002': both('T1204.002', '不審な実行ファイル（T1204.002）'),
  'T1098.007': both('T1098.007', '管理者グループへの追加（T1098.007）'),
  'log-line': both('log-line', '業務ログへの追記'),
});
export const changed = lookup({
  certificate: both('certificate', '証明書'),
  account: both('account', 'アカウント'),
  password: both('password', 'パスワード'),
  allowlist: both('allowlist', '許可する宛先'),
});
export const heard = lookup({
  connected: both('connected', '接続された'),
  request: both('was sent a request', '要求を受けた'),
  plain: both('was sent plain data', '平文のデータを受けた'),
  'tls-hello': both('was sent a TLS hello', 'TLSの開始要求を受けた'),
  'tls-accepted': both('was accepted although its certificate is wrong', '不正な証明書のまま受け入れられた'),
  'tls-refused': both('was refused for its certificate', '証明書を理由に拒否された'),
  application: both('was sent application data', 'アプリケーションのデータを受けた'),
  datagram: both('was sent a datagram', 'データグラムを受けた'),
  ended: both('connection ended', '接続が終わった'),
});
export const outsiderRole = lookup({
  stranger: both('stranger', '無関係な第三者のプロキシ'),
  witness: both('outside witness', '外部の監視点'),
});
export const onOff = lookup({
  on: both('on', '開始'),
  off: both('off', '終了'),
  hit: both('hit', '発動'),
});
export const decided = lookup({ runs: both('runs', '実施') });
export const checkRole = lookup({ given: both('given', '前提'), then: both('then', '確認') });
