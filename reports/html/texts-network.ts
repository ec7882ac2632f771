/** Sentences of the sections on the network: what to open, how much it carries, what happens when the relay goes. */
import { both, type Both } from './texts.ts';

export const NETWORK = {
  firewall: both('What the firewall must open', 'ファイアウォールで許可する通信'),
  firewallHint: both(
    'Destinations, ports and bytes that were really used, from the relay’s own log and the endpoint’s packets, counted from the beginning of the installation. The cloud is a simulated one: its names are those of the lab, and stand for the vendor’s.',
    '実際に使われた宛先・ポート・通信量です。プロキシ自身のログと端末のパケットから、導入の開始時点以降を集計しています。クラウドは模擬のため、宛先は試験環境内の名前です（ベンダーの宛先に読み替えてください）。',
  ),
  notWatched: both(
    'No scenario shows this product installed, so nothing was seen of it.',
    'この製品が導入されたシナリオがないため、通信は観測していません。',
  ),
  destination: both('Destination', '宛先'),
  declaredFor: both('Declared for', '申告された用途'),
  undeclared: both('not declared', '申告なし'),
  neverUsed: both('declared, but never used', '申告のみ（使われていません）'),
  route: both('Way', '経路'),
  viaRelay: both('through the relay', 'プロキシ経由'),
  direct: both('direct', '直接'),
  connections: both('Connections', '接続数'),
  refused: both('Without success', '不成立'),
  up: both('Sent', '送信'),
  down: both('Received', '受信'),
  notCounted: both('not counted', '計数なし'),
  perChannel: both('Requests by channel, as the cloud saw them', '用途ごとの要求（クラウド側の記録）'),
  channel: both('Channel', '用途'),
  requestsViaRelay: both('Requests through the relay', '要求（プロキシ経由）'),
  requestsDirect: both('Direct', '要求（直接）'),
  contentUp: both('Content sent', '送信内容'),
  contentDown: both('Content received', '受信内容'),
  noRequest: both('no request seen', '要求なし'),
  refusedHint: both(
    '“Without success”: not let through by the relay, not reached, or not answered. Bytes through the relay are those of its log, TLS included; direct ones are above TCP, UDP or ICMP.',
    '「不成立」は、プロキシが通さなかったもの、宛先に届かなかったもの、応答がなかったものです。通信量は、プロキシ経由ではプロキシのログの値（TLSを含む）、直接ではTCP・UDP・ICMPより上位の値です。',
  ),

  losses: both('Ways of losing the relay', 'プロキシ障害の種類別の実測値'),
  lossesHint: both(
    'Seconds, measured. Each value links to its timeline.',
    '実測の秒数です。各値からタイムラインを開けます。',
  ),
  wayOfLoss: both('How the relay was lost', 'プロキシ障害の種類'),
  noValue: both('no value', '値なし'),

  sizing: both('Sizing of the relay', 'プロキシの容量見積もり'),
  sizingHint: both(
    'Load at the relay for one endpoint and hour.',
    '端末1台・1時間あたりの、プロキシにかかる負荷です。',
  ),
  bytesPerHour: both('Bytes per hour', '1時間あたりの通信量'),
  connectionsPerHour: both('Connections per hour', '1時間あたりの接続数'),
} as const;

/** What a measure is beside a way of loss, where its own name does not say from when it counts. */
export const LOSS_TIMES: Readonly<Record<string, Both>> = {
  'delivery.p95': both(
    'from the proven return of the relay to the delivery of what waited, 95th percentile (0: it had arrived before)',
    'プロキシの復帰を確認してから、待っていた検知が届くまで（95パーセンタイル、0は確認前に到着）',
  ),
};

/** `12 scenarios, 5 min` */
export function watchedText(scenarios: number, seconds: number): Both {
  const time = seconds < 120 ? both(`${seconds} s`, `${seconds}秒`) : both(`${Math.round(seconds / 60)} min`, `${Math.round(seconds / 60)}分`); // prettier-ignore
  return both(
    `Seen in ${scenarios} ${scenarios === 1 ? 'scenario' : 'scenarios'}, ${time.en} in all.`,
    `${scenarios}件のシナリオ、合計${time.ja}の観測です。`,
  );
}
