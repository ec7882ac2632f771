/** Every sentence that the reports themselves say, in both languages. */
import type { Verdict } from '../../history/verdict.ts';

export interface Both {
  readonly en: string;
  readonly ja: string;
}
export const both = (en: string, ja: string): Both => ({ en, ja });
/** Text that has no second language: names, reasons of a check, lines of a log. */
export const same = (text: string): Both => ({ en: text, ja: text });

export const VERDICTS: Readonly<Record<Verdict, { word: Both; meaning: Both }>> = {
  pass: {
    word: both('pass', '適合'),
    meaning: both('observed, by something the product cannot forge', '製品が偽れない方法で確認しました'),
  },
  fail: {
    word: both('fail', '不適合'),
    meaning: both('the product did not do it', '製品は要件どおりに動作しませんでした'),
  },
  inconclusive: {
    word: both('inconclusive', '判定不能'),
    meaning: both(
      'lab, engine or host failed, or evidence is incomplete; never charged to the product',
      '試験環境の不調か証跡の不足です。製品の責任とはしません',
    ),
  },
  unsupported: {
    word: both('unsupported', '非対応'),
    meaning: both(
      'declared by the product as not there; optional',
      '製品が「対応しない」と申告しています（任意要件）',
    ),
  },
  'not-observable': {
    word: both('not observable', '観測対象外'),
    meaning: both(
      'cannot be seen in this mode, or not seen in the open network either',
      'この構成では観測できないか、開いたネットワークでも反応がありませんでした',
    ),
  },
};
export const NOT_RUN = both('not run', '未実施');

export const AREA_NAMES: Readonly<Record<string, Both>> = {
  net: both('Closed-network connectivity', '閉域での接続'),
  rel: both('Relay', 'プロキシ'),
  det: both('Delivery of detections', '検知の到達'),
  alw: both('Allowlist', '許可リスト'),
  mov: both('Relocation and recovery', '移設と復旧'),
  tmp: both('Tampering and uninstall', '改ざん防止と削除'),
};
export const OBSERVABILITY: Readonly<Record<'C' | 'A' | 'V', Both>> = {
  C: both('fully observable in Linux containers', 'Linuxコンテナで完全に観測できます'),
  A: both('observed on a Linux analogue', 'Linux上の類似の仕組みで観測しています'),
  V: both('only on a virtual machine or a real host', '仮想マシンか実機でのみ観測できます'),
};

export const TEXT = {
  title: both('EDR in a closed network', '閉域で使うEDRの観察記録'),
  what: both(
    'What each product did in a network whose only way out is a relay: installed, cut off, moved, removed.',
    '出口がプロキシだけのネットワークに製品を導入し、通信断・移設・削除を行ったときの動作を記録しました。',
  ),
  observation: both(
    'A private observation of a version, configured as shown, on a date. Not a certification, not a measure of detection quality. What was not measured has not failed.',
    '特定の版を、ここに示す構成で、この日に観察した私的な記録です。認証ではなく、検知性能の評価でもありません。測定していない項目は、不適合を意味しません。',
  ),
  platform: both(
    'Linux containers; nothing is said about this product on Windows.',
    'Linuxコンテナ上の結果です。Windows版の製品については何も述べていません。',
  ),
  observedOn: both('Observed', '観察日時'),
  engine: both('Engine', '実行基盤'),
  lane: both('Lane', '測定条件'),
  laneOf: {
    ci: both('ci – products set to short intervals', 'ci（製品の間隔を短く設定）'),
    evaluation: both('evaluation – the vendors’ default intervals', 'evaluation（ベンダー既定の間隔）'),
  },
  products: both('Products', '製品'),
  order: both(
    'In the order in which they were given. No score, no ranking.',
    '指定された順に並べています。点数や順位は付けません。',
  ),
  usable: both('Usable behind a relay?', 'プロキシ経由で使えますか'),
  firewall: both('What must the firewall open?', 'ファイアウォールで許可する宛先'),
  moving: both('After moving out of the closed network', '閉域の外へ移した後の復旧'),
  removable: both('Removable with the cloud out of reach?', 'クラウドに届かない場所で削除できますか'),
  outage: both('What was lost in the outage?', '通信断で失われた検知'),
  unmeasured: both('What was not measured, and why', '測定していない項目とその理由'),
  yes: both('Yes', 'はい'),
  no: both('No', 'いいえ'),
  nothing: both('nothing', 'なし'),
  everythingMeasured: both('Everything asked was measured.', 'すべての項目を測定しました。'),
  notMeasured: both('not measured', '測定なし'),
  undeclared: both('asked for, but not declared', '申告にない接続要求'),
  noneUndeclared: both('nothing undeclared was asked for', '申告にない接続要求はありません'),
  manualSteps: both('manual steps', '手作業の数'),
  onSite: both('of these on site', 'うち現地'),
  declared: both('declared', '申告'),
  ceiling: both('ceiling', '上限'),
  measured: both('Measured', '実測'),
  measure: both('Measure', '項目'),
  matrix: both('Requirements', '要件ごとの結果'),
  matrixHint: both(
    'Each result links to its details. The measured value comes first.',
    '各結果から詳細へ移動できます。数値は実測値です。',
  ),
  requirement: both('Requirement', '要件'),
  show: both('Show', '表示'),
  all: both('all', 'すべて'),
  legend: both('What the five words mean', '判定の意味'),
  details: both('Details', '要件の詳細'),
  why: both('Why it matters', 'なぜ重要か'),
  ifItFails: both('If it fails', '不適合のときは'),
  ask: both('Ask the vendor', 'ベンダーへの質問'),
  reason: both('Reason', '理由'),
  blame: both('Answerable', '原因の所在'),
  scope: both('Scope', '範囲'),
  scenarios: both('Scenarios', 'シナリオ'),
  scenario: both('Scenario', 'シナリオ'),
  verdict: both('Verdict', '判定'),
  seconds: both('Seconds', '秒数'),
  evidence: both('Evidence', '証跡'),
  open: both('timeline', 'タイムライン'),
  claims: both('Claims', '根拠'),
  revision: both('rev.', '版'),
  onlyIf: both('if', '条件：'),
  statements: both('Product statements', '製品の申告内容'),
  statementsHint: both(
    'What each product says of itself, as read from its manifest.',
    '各製品が自ら申告した内容です（マニフェストから転載）。',
  ),
  findings: both('Findings', '所見'),
  noFindings: both(
    'No contradiction between statement and observation.',
    '申告と観察の食い違いはありません。',
  ),
  environment: both('Environment', '実行環境'),
  facts: {
    run: both('Run', '実行ID'),
    started: both('Started', '開始'),
    finished: both('Finished', '終了'),
    seed: both('Seed', '乱数シード'),
    harness: both('Harness', 'ハーネス'),
    catalogue: both('Catalogue', '要件一覧の版'),
    argv: both('Command', 'コマンド'),
    schema: both('Schema', 'スキーマ'),
  },
  localChanges: both('with local changes', '未コミットの変更あり'),
  back: both('Back to the table', '表へ戻る'),
  backToReport: both('Back to the report', 'レポートへ戻る'),
  switchTo: both('日本語', 'English'),
  skip: both('Skip to the products', '製品の結果へ移動'),
  because: (root: string): Both => both(`because of ${root}`, `${root} のため`),
  becauseLong: (root: string): Both =>
    both(`Did not get that far, because ${root} failed`, `${root} が不適合のため、ここまで進めませんでした`),
} as const;

/** Names of measures as people read them; an unknown one is shown by its own name. */
export const MEASURE_NAMES: Readonly<Record<string, Both>> = {
  'enrol.seconds': both('time to enrol', '登録までの時間'),
  'detect.seconds': both('time to delivery', '検知が届くまでの時間'),
  'fallback.seconds': both('time to delivery around the relay', 'プロキシなしで届くまでの時間'),
  'return.seconds': both('time to delivery back through the relay', '再びプロキシ経由で届くまでの時間'),
  'policy.seconds': both('time until the policy was read', 'ポリシー取得までの時間'),
  'delivery.injected': both('detections made', '発生させた検知'),
  'delivery.delivered': both('delivered', '届いた検知'),
  'delivery.lost': both('lost', '失われた検知'),
  'delivery.duplicated': both('delivered twice or more', '重複して届いた検知'),
  'delivery.p50': both('time to delivery, median', '到達時間（中央値）'),
  'delivery.p95': both('time to delivery, 95th percentile', '到達時間（95パーセンタイル）'),
  'wire.strays': both('packets past the relay', 'プロキシ以外へのパケット'),
  'wire.outside-bytes': both('bytes past the relay', 'プロキシ以外へのデータ量'),
  'firewall.destinations': both('destinations asked for', '接続を要求した宛先'),
  'firewall.undeclared': both('undeclared destinations', '申告にない宛先'),
  'recovery.method': both('method of recovery', '復旧方法'),
  'recovery.seconds': both('time to recover', '復旧までの時間'),
  'recovery.total-seconds': both(
    'time since the move, other ways tried included',
    '移動からの時間（ほかの方法の試行を含む）',
  ),
  'recovery.manual-steps': both('manual steps', '手作業の数'),
  'recovery.site-visits': both('of these, on site', 'うち現地での作業'),
  'status.seconds': both('time until the status said so', '状態表示に出るまでの時間'),
  'disposition.reported': both('disposition reported', '報告された処置'),
  'disposition.effect': both('what really happened', '実際の結果'),
  'relay.address': both('relay’s address given as', '指定したプロキシのアドレス'),
  'wire.attempts': both('direct attempts', '直接通信の試み'),
  'removal.seconds': both('time to remove', '削除までの時間'),
  'removal.kind': both('kind of removal', '削除の方法'),
};

/** Values of measures that are words. */
export const VALUE_NAMES: Readonly<Record<string, Readonly<Record<string, Both>>>> = {
  'recovery.method': {
    itself: both('by itself', '自動で復旧'),
    policy: both('by policy from the cloud', 'クラウドのポリシーで復旧'),
    'local-command': both('by a local command', '端末でのコマンドで復旧'),
    'edited-configuration': both('by editing its configuration', '設定の編集で復旧'),
    reinstall: both('only by reinstalling', '再インストールで復旧'),
    none: both('not at all', '復旧せず'),
  },
  'disposition.reported': {
    detected: both('detected', '検知のみ'),
    blocked: both('blocked', 'ブロック済み'),
    other: both('other', 'その他'),
  },
  'disposition.effect': {
    happened: both('it happened', '実行された'),
    prevented: both('it was prevented', '阻止された'),
    unknown: both('unknown', '不明'),
  },
  'removal.kind': {
    'local-secret': both('with a local secret', '端末側のパスワードで削除'),
    'prefetched-token': both('with a token fetched beforehand', '事前に取得したトークンで削除'),
    'cloud-policy': both('after release by the cloud', 'クラウド側で解除して削除'),
    'needs-cloud': both('needs the cloud', 'クラウド側の操作が必要'),
    'site-visit': both('needs a visit on site', '現地作業が必要'),
    'not-removed': both('was not removed', '削除できず'),
    none: both('without protection', '保護なしで削除'),
  },
};

export const UNITS: Readonly<Record<string, Both>> = {
  s: both('s', '秒'),
  seconds: both('s', '秒'),
  ms: both('ms', 'ミリ秒'),
  B: both('bytes', 'バイト'),
  bytes: both('bytes', 'バイト'),
  packets: both('packets', 'パケット'),
  steps: both('steps', '手順'),
  detections: both('detections', '件'),
  count: same(''),
  '1': same(''),
};
