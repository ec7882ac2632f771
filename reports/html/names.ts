/** Words of topologies, faults and scenarios as people read them; an unknown one is shown as it is. */
import type { Peer } from '../../history/events.ts';
import type { Cell, Results, ScenarioResult } from '../results.ts';
import { both, same, type Both } from './texts.ts';

type Names = Readonly<Record<string, Both>>;

/** Ways to lose a relay, in the order in which they are told. */
export const FAULT_NAMES: Names = {
  refused: both('connection refused', '接続拒否'),
  silent: both('no answer at all', '無応答'),
  'name-gone': both('its name is gone', '名前解決の消失'),
  'answers-407': both('answers 407 (sign in)', '407応答（認証要求）'),
  'answers-403': both('answers 403 (forbidden)', '403応答（禁止）'),
  'answers-503': both('answers 503 (unavailable)', '503応答（利用不可）'),
  paused: both('accepts, then stalls', '受け付けた後に停止'),
  'captive-200': both('captive portal, a page', 'キャプティブポータル（ページ）'),
  'captive-302': both('captive portal, a redirection', 'キャプティブポータル（転送）'),
  'ping-only': both('ping answered, proxy dead', 'pingは応答、プロキシは無応答'),
  'no-ping': both('ping dropped, proxy alive', 'pingは無応答、プロキシは正常'),
  'idle-cut': both('idle connections cut', '無通信の接続を切断'),
  'body-limit': both('large uploads cut', '大きな送信を切断'),
  loss: both('packets lost', 'パケットの損失'),
  bandwidth: both('little bandwidth', '帯域の制限'),
  delay: both('answers late', '応答の遅延'),
  flapping: both('goes and comes back, many times', '断続（切断と復帰の繰り返し）'),
};

/** Rows of outlines that are no faults. */
const VARIANT_NAMES: Names = {
  'host:port': both('host:port', 'ホスト名:ポート'),
  URL: both('as URL', 'URL形式'),
  detect: both('detect only', '検知のみ'),
  block: both('block', 'ブロック'),
  nobody: both('nobody', '対応なし'),
  'an analyst': both('an analyst', 'アナリスト（MDR）'),
  'an automatic rule': both('an automatic rule', '自動ルール（XDR）'),
  'lost-ack': both('the answer is lost', '応答の消失'),
  '5xx': both('the cloud is out of order', 'クラウドのエラー応答'),
  'no relay at all': both('no relay at all', '指定なし'),
  'a machine that is none': both('a machine that is none', 'プロキシではない機器'),
  'a name that nobody has': both('a name that nobody has', '存在しない名前'),
  'a port that refuses': both('a port that refuses', '接続を拒否するポート'),
  'an address of nobody': both('an address of nobody', '応答のないアドレス'),
  'is for another host': both('is for another host', '別ホスト用'),
  'has expired': both('has expired', '期限切れ'),
  'an hour fast': both('an hour fast', '1時間の進み'),
  'ten hours fast': both('ten hours fast', '10時間の進み'),
  'an hour slow': both('an hour slow', '1時間の遅れ'),
  'ten hours slow': both('ten hours slow', '10時間の遅れ'),
  'the product is killed and started by its manager': both('the product is killed', '製品の強制終了'),
  'the endpoint is started again': both('the endpoint is restarted', '端末の再起動'),
  'answers are lost': both('answers are lost', '応答の喪失'),
  'answers are cut off': both('answers are cut off', '応答の途中切断'),
  'answers are late': both('answers are late', '応答の遅延'),
  errors: both('errors (503)', 'エラー応答（503）'),
  queue: both('queue', '検知のキュー'),
  log: both('log', '詳細ログ'),
  idle: both('idle', '待機時'),
  workload: both('under workload', '業務時'),
  connect: both('plain CONNECT', 'CONNECT（認証なし）'),
  basic: both('Basic sign-in', 'Basic認証'),
  digest: both('Digest sign-in', 'Digest認証'),
  pac: both('PAC file', 'PACファイル'),
  socks5: same('SOCKS5'),
  tls: both('TLS to the relay', 'プロキシまでTLS'),
  sni: both('SNI relay', 'SNIリレー'),
  inspected: both('TLS inspection', '通信の復号（TLS検査）'),
};

export const faultName = (fault: string): Both => FAULT_NAMES[fault] ?? same(fault);

/** Cells of an example row, `refused, URL`, each by its name. */
export function variantName(variant: string): Both {
  const parts = variant.split(', ').map((part) => FAULT_NAMES[part] ?? VARIANT_NAMES[part] ?? same(part));
  return both(parts.map(({ en }) => en).join(', '), parts.map(({ ja }) => ja).join('、'));
}

/** Its own name; in Japanese the one that the catalogue gives it, else the title of its requirement. */
export function scenarioName(
  results: Pick<Results, 'requirements'>,
  cell: Pick<Cell, 'requirement'>,
  { name, variant }: Pick<ScenarioResult, 'name' | 'variant'>,
): Both {
  const requirement = results.requirements.find((r) => r.id === cell.requirement);
  const given = requirement?.scenarios?.find(({ en }) => matches(en, name));
  const ja = given?.ja ?? requirement?.title.ja ?? name;
  return both(name, variant === undefined ? ja : `${ja}（${variantName(variant).ja}）`);
}
/** `The relay is lost (<kind>)` is the name of each of its rows. */
function matches(template: string, name: string): boolean {
  const parts = template.split(/<[^<>]+>/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.+')}$`).test(name);
}

export const PEER_NAMES: Readonly<Record<Peer, Both>> = {
  relay: both('relay', 'プロキシ'),
  resolver: both('resolver', 'DNSリゾルバー'),
  cloud: both('cloud', 'クラウド'),
  gateway: both('gateway', 'ゲートウェイ'),
  endpoint: both('other endpoints', 'ほかの端末'),
  witness: both('outside witness', '外部の監視点'),
  other: both('anybody else', 'その他'),
};

export const CHANNEL_NAMES: Names = {
  enrol: both('enrolment', '登録'),
  policy: both('policy', 'ポリシー'),
  telemetry: both('telemetry', 'テレメトリ（詳細ログ）'),
  detection: both('detections', '検知'),
  command: both('commands', 'コマンド（指示）'),
  update: both('updates', '更新'),
  heartbeat: both('heartbeats', '死活通知'),
  other: both('other', 'その他'),
};
export const channelName = (channel: string): Both => CHANNEL_NAMES[channel] ?? same(channel);

export const ZONE_NAMES: Names = {
  closed: both('closed network', '閉域'),
  internet: both('open network', '開いたネットワーク'),
  'site-b': both('second site', '別拠点'),
  home: both('home network', '自宅ネットワーク'),
};
export const zoneName = (zone: string | null): Both =>
  zone === null ? both('no network', 'ネットワークなし') : (ZONE_NAMES[zone] ?? same(zone));
