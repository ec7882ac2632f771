/** Every sentence that the reports themselves say, in both languages. */
import { both, type Both } from '../../history/both.ts';
import type { Blame } from '../../history/events.ts';
import type { Verdict } from '../../history/verdict.ts';
import type { AREAS } from '../catalogue.ts';

export { both, type Both } from '../../history/both.ts';
/** Text that has no second language: names, lines of a log. */
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
      'lab, engine or host failed, evidence is incomplete, or the product did not start in an open network either; never charged to the product',
      '試験環境の不調か証跡の不足です（開いたネットワークでも製品が動作を始めなかった場合を含みます）。製品の責任とはしません',
    ),
  },
  unsupported: {
    word: both('unsupported', '非対応'),
    meaning: both(
      'conditional or optional, and the product declares that it does not apply to it',
      '条件付き、または任意の要件で、製品が「該当しない」と申告しています',
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

/** Who is answerable for any verdict but a pass. */
export const BLAMES: Readonly<Record<Blame, Both>> = {
  product: both('product', '製品'),
  platform: both('platform', '製品の動作環境'),
  relay: both('relay', 'プロキシ'),
  cloud: both('cloud', '模擬クラウド'),
  resolver: both('resolver', 'DNSリゾルバー'),
  capture: both('capture', 'パケット記録'),
  engine: both('engine', '実行基盤'),
  host: both('host', 'ホスト'),
  harness: both('harness', 'ハーネス'),
  lab: both('lab', '試験環境'),
};

const AREA_NAMES: Readonly<Record<(typeof AREAS)[number], Both>> = {
  net: both('Closed-network connectivity', '閉域での接続'),
  rel: both('Relay', 'プロキシ'),
  det: both('Delivery of detections', '検知の到達'),
  log: both('Detailed log', '詳細ログ'),
  rsp: both('Response', 'インシデント対応'),
  alw: both('Allowlist', '許可リスト'),
  mov: both('Relocation and recovery', '移動と復旧'),
  tmp: both('Tampering and uninstall', '改ざん防止と削除'),
  upd: both('Updates', '更新'),
  tls: both('Certificates and inspection', '証明書と通信の復号'),
  res: both('Resources and sizing', '負荷と規模'),
};
/** What a later catalogue may have in addition has its own name. */
export const areaName = (area: string): Both =>
  (AREA_NAMES as Readonly<Record<string, Both | undefined>>)[area] ?? same(area);
export const OBSERVABILITY: Readonly<Record<'C' | 'A' | 'V', Both>> = {
  C: both('fully observable in Linux containers', 'Linuxコンテナで完全に観測できます'),
  A: both('observed on a Linux analogue', 'Linux上の類似の仕組みで観測しています'),
  V: both('only on a virtual machine or a real host', '仮想マシンか実機でのみ観測できます'),
};

export const TEXT = {
  title: both('EDR in a closed network', '閉域で使うEDRの観察記録'),
  what: both(
    'What each product did in a network whose only way out is a relay: installed, cut off, moved, removed.',
    '出口がプロキシだけのネットワークに製品を導入し、通信断・移動・削除を行ったときの動作を記録しました。',
  ),
  observation: both(
    'A private observation of a version, configured as shown, on a date. Not a certification, not a measure of detection quality. What was not measured has not failed.',
    '特定の版を、ここに示す構成で、この日に観察した私的な記録です。認証ではなく、検知性能の評価でもありません。測定していない項目は、不適合を意味しません。',
  ),
  platform: both(
    'Linux containers, and a simulated cloud in the place of the vendor’s: destinations are names of the lab, not the vendor’s own. Nothing is said about this product on Windows.',
    'Linuxコンテナと模擬クラウドによる結果です。宛先はベンダーの実際の宛先ではなく、試験環境内の名前です。Windows版の製品については何も述べていません。',
  ),
  observedOn: both('Observed', '観察日時'),
  engine: both('Engine', '実行基盤'),
  lane: both('Lane', '測定条件'),
  laneOf: {
    ci: both('ci – judged with short deadlines', 'ci（短い期限で判定）'),
    evaluation: both('evaluation – the vendors’ default intervals', 'evaluation（ベンダー既定の間隔）'),
  },
  products: both('Products', '製品'),
  order: both(
    'In the order in which they were given. No score, no ranking.',
    '指定された順に並べています。点数や順位は付けません。',
  ),
  usable: both('Does it enrol behind a relay?', 'プロキシ経由で登録できますか'),
  firewall: both(
    'Which destinations does it ask for? (names of the lab)',
    '接続を要求した宛先（試験環境内の名前）',
  ),
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
  ceiling: both('limit', '判定の上限'),
  measured: both('Measured', '実測'),
  measure: both('Measure', '項目'),
  matrix: both('Requirements', '要件ごとの結果'),
  matrixHint: both(
    'Each result links to its details. The measured value comes first. “Limit” is what the verdict used: for times the declared time, cut at the lane’s ceiling, plus 2 s.',
    '各結果から詳細へ移動できます。数値は実測値です。「判定の上限」は判定に用いた値です（時間は、申告値を測定条件の上限で切り、2秒を加えたもの）。',
  ),
  requirement: both('Requirement', '要件'),
  show: both('Show', '表示'),
  all: both('all', 'すべて'),
  legend: both('What the five words mean', '判定の意味'),
  levels: both(
    'MUST: required; SHOULD: recommended; MAY: reported only (RFC 2119). “if …”: only for products that declare it. S1–S24: claims of the blog post by a company’s IT that started this (docs/claims.md).',
    'MUST：必須、SHOULD：推奨、MAY：参考（RFC 2119）。「条件：…」のある要件は、それを申告した製品だけに適用します。S1～S24は、要件の元になった情シス担当者のブログ記事の記述番号です（docs/claims.md）。',
  ),
  details: both('Details', '要件の詳細'),
  why: both('Why it matters', 'なぜ重要か'),
  ifItFails: both('If it fails', '不適合のときは'),
  ask: both('Ask the vendor', 'ベンダーへの質問'),
  reason: both('Reason', '理由'),
  blame: both('Answerable', '原因の所在'),
  decidedBy: both('Decided by', '判定の決め手'),
  decidedByHint: both(
    'The events on which the verdict rests; each number is a line of history.ndjson.',
    'この判定の根拠となった記録です。番号は history.ndjson の行番号です。',
  ),
  scope: both('Scope', '範囲'),
  scenarios: both('Scenarios', 'シナリオ'),
  scenario: both('Scenario', 'シナリオ'),
  verdict: both('Verdict', '判定'),
  seconds: both('Scenario took (s)', '所要時間（秒）'),
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
