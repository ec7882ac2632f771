/** A made-up result with every kind of cell, for tests and for looking at the report while working on it. */
import { both, type Both } from '../history/both.ts';
import type { Verdict } from '../history/verdict.ts';
import { loadCatalogue } from './catalogue.ts';
import type { Cell, DecidedBy, Requirement, Results } from './results.ts';

type Measures = Cell['measures'];
type Product = Results['products'][number];

const STATEMENT = {
  connectivity: 'relay-preferred',
  recovery: 'itself',
  relays: ['connect', 'basic'],
  allowlist: ['sha256'],
  uninstall: { protection: 'local-secret' },
  queue: { detections: 10_000, overflow: 'drop-oldest', order: 'oldest-first' },
};
const product = (id: string, name: string, description: string, statement: object): Product => ({
  id,
  name,
  version: '1.4.0',
  description,
  digest: 'sha256:9f2c41d07be6a1aa5b0c',
  mode: 'dialect',
  endpointKind: 'container',
  privileges: id === 'reference' ? ['SYS_ADMIN', 'SYS_PTRACE'] : [],
  statement: { ...STATEMENT, ...statement },
});
const PRODUCTS = [
  product('reference', 'Reference agent', 'Uses the relay, goes around it when it is gone.', {}),
  product('static-proxy', 'Static proxy agent', 'Knows one proxy for ever.', {
    connectivity: 'relay-only',
    recovery: 'reinstall',
  }),
  product('internet-only', 'Internet-only agent', 'Takes the Internet for granted.', {
    connectivity: 'direct-only',
  }),
  product('shipper', 'Log shipper (syslog-ng)', 'No EDR: ships log lines over TLS.', { allowlist: [] }),
];

const seconds = (name: string, value: number, declared: number): Measures[number] => ({
  name,
  value,
  unit: 's',
  declared,
  ceiling: declared + 2,
});
const count = (name: string, value: number): Measures[number] => ({ name, value, unit: '' });
const word = (name: string, value: string, declared: string): Measures[number] => ({
  name,
  value,
  unit: '',
  declared,
});

const OUTAGE = (lost: number, duplicated: number): Measures => [
  count('delivery.injected', 20),
  count('delivery.delivered', 20 - lost),
  count('delivery.lost', lost),
  count('delivery.duplicated', duplicated),
  seconds('delivery.p95', 2.4187, 5),
];
const RECOVERY = (method: string, took: number, steps: number): Measures => [
  word('recovery.method', method, 'itself'),
  seconds('recovery.seconds', took, 5),
  count('recovery.manual-steps', steps),
];
const FIREWALL = (asked: string, undeclared: string): Measures => [
  { name: 'firewall.destinations', value: asked, unit: '' },
  { name: 'firewall.undeclared', value: undeclared, unit: '' },
];
const MEASURES: Readonly<Record<string, Measures>> = {
  'reference NET-01': [seconds('enrol.seconds', 0.8421, 10)],
  'reference NET-03': [count('wire.strays', 0), { name: 'wire.outside-bytes', value: 0, unit: 'B' }],
  'reference REL-02': FIREWALL('edr.cloud.test:443 cdn.cloud.test:443', ''),
  'reference DET-03': OUTAGE(0, 1),
  'reference MOV-01': RECOVERY('itself', 5.31, 0),
  'reference MOV-07': [
    seconds('removal.seconds', 0.41, 10),
    word('removal.kind', 'local-secret', 'local-secret'),
  ],
  'static-proxy NET-01': [seconds('enrol.seconds', 1.12, 10)],
  'static-proxy REL-02': FIREWALL('edr.cloud.test:443 stats.cloud.test:443', 'stats.cloud.test:443'),
  'static-proxy DET-03': OUTAGE(7, 0),
  'static-proxy MOV-01': RECOVERY('reinstall', 48.2, 4),
  'shipper NET-01': [seconds('enrol.seconds', 0.3, 10)],
  'shipper REL-02': FIREWALL('edr.cloud.test:443', ''),
};
interface Outcome {
  readonly verdict: Verdict;
  readonly reason: Both;
  readonly because?: string;
  readonly decidedBy?: DecidedBy;
}
/** A few events with their numbers: seconds, who saw it, what. */
const seen = (...lines: readonly (readonly [number, number, string, Both])[]): DecidedBy => ({
  events: lines.map(([n, seconds, source, text]) => ({ n, seconds, source, text })),
});
const OUTCOMES: Readonly<Record<string, Outcome>> = {
  'reference MOV-03': {
    verdict: 'unsupported',
    reason: both(
      'applies to a product that is bound to its relay; this one declares otherwise',
      '「プロキシ経由に限定する」製品への要件です。この製品はそう申告していません。',
    ),
  },
  'reference TMP-02': {
    verdict: 'inconclusive',
    reason: both(
      'frames 41 to 44 of the capture are missing',
      'パケット記録のフレーム41から44が欠けています。',
    ),
    decidedBy: seen([
      88,
      6.02,
      'capture',
      both(
        'stream capture:pc1: frame 41 expected, 45 came',
        'capture:pc1 のフレーム欠落（次は41のはずが45）',
      ),
    ]),
  },
  'static-proxy DET-03': {
    verdict: 'fail',
    reason: both(
      '7 of 20 detections had not arrived within 5 s after the relay was back',
      'プロキシの復帰から5秒以内に、検知20件中7件が届きませんでした。',
    ),
    decidedBy: {
      ...seen(
        [
          41,
          4.2,
          'fault',
          both('fault at relay: connection refused in force', 'relay の障害：接続拒否が発生'),
        ],
        [52, 5, 'workload', both('attack act-1 begins', '攻撃 act-1 を開始')],
        [90, 8, 'fault', both('fault at relay: connection refused gone', 'relay の障害：接続拒否が解消')],
        [171, 13.1, 'harness', both('Then: all-delivered', '確認：all-delivered')],
      ),
      deadline: { from: 8, until: 13 },
    },
  },
  'static-proxy REL-02': {
    verdict: 'fail',
    reason: both(
      'asked the relay for stats.cloud.test:443, which is not declared',
      '申告にない stats.cloud.test:443 をプロキシへ要求しました。',
    ),
  },
  'static-proxy MOV-01': {
    verdict: 'fail',
    reason: both(
      'recovered by reinstall, declared itself',
      '復旧方法は再インストールで、申告は「自動」です。',
    ),
  },
  'static-proxy MOV-02': {
    verdict: 'unsupported',
    reason: both(
      'applies to a product that prefers a relay but can do without; this one declares otherwise',
      '「プロキシを優先し、なくても通信できる」製品への要件です。この製品はそう申告していません。',
    ),
  },
  'static-proxy MOV-07': {
    verdict: 'fail',
    reason: both(
      'uninstall ended with 3: release by the cloud is needed',
      '削除の終了コードは3で、クラウド側での解除が必要です。',
    ),
    decidedBy: seen([
      120,
      9.4,
      'hook',
      both('hook uninstall failed, status 3', 'uninstall フックが失敗（終了コード3）'),
    ]),
  },
  'internet-only NET-01': {
    verdict: 'fail',
    reason: both(
      'no enrolment through the relay within 10 s; the relay saw no request of it',
      '10秒以内にプロキシ経由で登録されませんでした（プロキシへの要求もありません）。',
    ),
  },
};

function outcomeOf(p: Product, r: Requirement): Outcome {
  const own = OUTCOMES[`${p.id} ${r.id}`];
  if (own) return own;
  if (p.id === 'internet-only')
    return {
      verdict: 'fail',
      because: 'NET-01',
      reason: both('it had not enrolled', '登録されていません。'),
    };
  if (p.id === 'shipper' && r.needs.includes('cloud-write')) {
    return {
      verdict: 'not-observable',
      reason: both(
        'needs cloud-write, which this mode does not have',
        'この構成にはない cloud-write が必要です。',
      ),
    };
  }
  return { verdict: 'pass', reason: both('observed', '観察しました。') };
}

const BLAMES = {
  fail: 'product',
  inconclusive: 'capture',
  unsupported: 'product',
  'not-observable': 'harness',
} as const;

function cellOf(p: Product, r: Requirement): Cell {
  const { decidedBy, ...outcome } = outcomeOf(p, r);
  const blame = outcome.verdict === 'pass' ? {} : { blame: BLAMES[outcome.verdict] };
  const measures = MEASURES[`${p.id} ${r.id}`] ?? [];
  const ran = outcome.verdict !== 'unsupported' && outcome.verdict !== 'not-observable';
  const variants = r.id === 'MOV-02' ? ['refused', 'silent', 'paused'] : [undefined];
  const scenarios = variants.map((variant, i) => ({
    ...outcome,
    ...blame,
    ...(decidedBy ? { decidedBy } : {}),
    name: r.title.en,
    ...(variant === undefined ? {} : { variant }),
    seconds: 4.2 + i,
    measures,
    evidence: `evidence/${p.id}/${r.id.toLowerCase()}${variant === undefined ? '' : `-${variant}`}`,
  }));
  return {
    product: p.id,
    requirement: r.id,
    ...outcome,
    ...(variants.length > 1 && ran ? { scope: `${variants.length} of ${variants.length} kinds` } : {}),
    ...blame,
    measures,
    scenarios: ran ? scenarios : [],
  };
}

/** Four products, all five verdicts, cells that fail because of another. */
export async function fixtureResults(): Promise<Results> {
  const { version, requirements } = await loadCatalogue();
  return {
    schema: 'heiiki/results/v1',
    catalogue: { version },
    run: {
      id: '20261123-0547-k3f9',
      started: '2026-11-23T05:47:23.000Z',
      finished: '2026-11-23T06:12:09.000Z',
      seed: 4711,
      argv: ['heiiki', 'run', '--products', PRODUCTS.map((p) => p.id).join(',')],
      harness: { version: '0.1.0', commit: '97a3595', dirty: false },
      engine: 'Docker 20.10 (API 1.41), linux/amd64',
      lane: 'ci',
    },
    products: PRODUCTS,
    requirements: [...requirements],
    cells: PRODUCTS.flatMap((p) => requirements.map((r) => cellOf(p, r))),
    findings: [
      {
        product: 'static-proxy',
        kind: 'removal-deadlock',
        text: {
          en: 'Moving needs a reinstall, removal needs the cloud, and the move has cut the way to the cloud. A visit on site is needed.',
          ja: '移動には再インストールが必要ですが、削除にはクラウド側の許可が必要で、その通信は移動で切れています。現地作業が必要です。',
        },
        evidence: 'evidence/static-proxy/mov-07',
      },
    ],
  };
}
