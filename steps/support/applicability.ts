/** What is decided about a scenario before anything is started. */
import { placeholdersIn } from '../../products/placeholders.ts';
import type { Product, Statement } from '../../products/schema.ts';
import { ATTACKS, FILE_ATTACKS, STIMULI, type StimulusId } from '../../mocks/workloads/stimuli.ts';
import { both, NONE, type Both } from '../../history/both.ts';
import type { EventOf } from '../../history/events.ts';

export type Applicability = Omit<EventOf<'applicability'>, 'kind'>;
export type Baseline = Omit<EventOf<'baseline'>, 'kind'>;

/** What a product says of itself before it is started: its statement, and what its hooks take. */
export type Declared = Pick<Product, 'statement' | 'hooks'>;
type Kind = Statement['relays'][number];

/** Conditions of the catalogue, as predicates over what is declared. */
interface Condition {
  readonly holds: (declared: Declared) => boolean;
  /** words for what such a product is */
  readonly text: Both;
}
const usesRelay = (kind: Kind): Condition => ({
  holds: ({ statement }) => statement.relays.includes(kind),
  text: both(`can use a relay of the kind "${kind}"`, `「${kind}」の種類のプロキシを使える`),
});

const CONDITIONS: Readonly<Record<string, Condition>> = {
  'relay-preferred': {
    holds: ({ statement: s }) => s.connectivity === 'relay-preferred',
    text: both('prefers a relay but can do without', 'プロキシを優先し、なくても通信できる'),
  },
  'relay-only': {
    holds: ({ statement: s }) => s.connectivity === 'relay-only',
    text: both('is bound to its relay', 'プロキシ経由に限定する'),
  },
  'uninstall-protection': {
    holds: ({ statement: s }) => s.uninstall.protection !== 'none',
    text: both('is protected against removal', '削除から保護される'),
  },
  'allowlist-sha256': {
    holds: ({ statement: s }) => s.allowlist.includes('sha256'),
    text: both('has an allowlist by hash', 'ハッシュによる許可リストを持つ'),
  },
  commands: {
    holds: ({ statement }) => statement.channels.command !== undefined,
    text: both('takes commands from its cloud', 'クラウドからのコマンドを受け取る'),
  },
  telemetry: {
    holds: ({ statement }) => statement.channels.telemetry !== undefined,
    text: both('sends a detailed log to its cloud', '詳細ログをクラウドへ送る'),
  },
  'state-folder': {
    holds: ({ statement }) => statement.stateFolder !== undefined,
    text: both('says in which folder it keeps its state', '状態を保存するフォルダーを申告する'),
  },
  'response-kill': {
    holds: ({ statement: s }) => s.response.includes('kill') && s.channels.command !== undefined,
    text: both('ends processes on an order of its cloud', 'クラウドの指示でプロセスを停止できる'),
  },
  'response-isolate': {
    holds: ({ statement: s }) => s.response.includes('isolate') && s.channels.command !== undefined,
    text: both('isolates the endpoint on an order of its cloud', 'クラウドの指示で端末を隔離できる'),
  },
  'response-shell': {
    holds: ({ statement: s }) => s.response.includes('shell') && s.channels.command !== undefined,
    text: both('gives its cloud a shell on the endpoint', 'クラウドからのリモートシェルを受け付ける'),
  },
  'event-log': {
    holds: ({ statement }) => statement.queue?.events !== undefined,
    text: both('keeps a log of ordinary events for its cloud', '通常の動作のログをクラウドへ送る'),
  },
  'connectivity-test': {
    holds: ({ hooks }) => hooks['test-connectivity'] !== undefined,
    text: both('has a connectivity test of its own', '独自の接続テストを持つ'),
  },
  'outage-use': {
    holds: ({ statement }) => statement.outageUse !== undefined,
    text: both(
      'says how much more an endpoint uses during an outage',
      '通信できない間の端末負荷の上限を申告している',
    ),
  },
  comeback: {
    holds: ({ statement }) => statement.comeback !== undefined,
    text: both(
      'says how many endpoints come back after an outage',
      '障害後の再接続の分散について申告している',
    ),
  },
  'log-retention': {
    holds: ({ statement }) => statement.logRetention !== undefined,
    text: both(
      'says for how long its cloud keeps the detailed log',
      'クラウドでの詳細ログの保存期間を申告している',
    ),
  },
  'second-relay': {
    holds: ({ hooks }) => (hooks.install ?? []).some((word) => placeholdersIn(word).includes('relay.second')),
    text: both('can be told of a second relay', '予備のプロキシを指定できる'),
  },
  'relay-by-policy': {
    holds: ({ statement }) => statement.relayByPolicy,
    text: both('takes another relay from its policy', 'ポリシーでプロキシを変更できる'),
  },
  'tenant-change': {
    holds: ({ statement, hooks }) => statement.tenantChange && hooks['set-tenant'] !== undefined,
    text: both(
      'becomes an endpoint of another tenant without a new installation',
      '再インストールなしに別のテナントの端末になれる',
    ),
  },
  'relay-certificate': {
    holds: ({ statement: { relays } }) => relays.includes('tls') || relays.includes('inspected'),
    text: both(
      "has to trust a certificate of its relay's, or of its inspection",
      'プロキシやそのTLS検査の証明書を信頼する必要がある',
    ),
  },
  'self-protection': {
    holds: ({ statement }) => statement.selfProtection.length > 0,
    text: both('protects itself on the endpoint', '端末上で自分自身を守る'),
  },
  'answers-kill': {
    holds: ({ statement }) => statement.selfProtection.includes('kill'),
    text: both('undoes or reports that it is killed', '強制終了されても復旧または報告する'),
  },
  'answers-stop': {
    holds: ({ statement }) => statement.selfProtection.includes('stop'),
    text: both('undoes or reports that it is stopped', '停止されても復旧または報告する'),
  },
  upgrade: {
    holds: ({ hooks }) => hooks.upgrade !== undefined,
    text: both('can be upgraded', '更新（アップグレード）できる'),
  },
  'self-update': {
    holds: ({ statement: s }) => s.selfUpdate !== undefined && s.channels.update !== undefined,
    text: both('fetches new versions of itself', '自分自身の新しい版を取得する'),
  },
  'offline-content': {
    holds: ({ hooks }) => hooks['update-content'] !== undefined,
    text: both('takes new content from a file', '新しいコンテンツをファイルから取り込める'),
  },
  'edited-configuration': {
    holds: ({ statement }) => statement.editedConfiguration !== undefined,
    text: both('says what an edited configuration does', '設定ファイルを書き換えたときの動作を明示している'),
  },
  'relay-basic': usesRelay('basic'),
  'relay-tls': usesRelay('tls'),
  'relay-inspected': usesRelay('inspected'),
};

const KINDS: Readonly<Record<string, readonly StimulusId[]>> = {
  any: STIMULI,
  attack: ATTACKS,
  file: FILE_ATTACKS,
  program: ['T1204.002'],
  indicator: ['sha256-indicator'],
};

const runs: Applicability = { verdict: 'runs', reason: NONE };

export const undeclaredRelay = (kind: string): Applicability => ({
  verdict: 'unsupported',
  reason: both(
    `the product declares no relay of the kind "${kind}"`,
    `製品は「${kind}」の種類のプロキシを申告していません。`,
  ),
});

export const undeclaredMode = (mode: string): Applicability => ({
  verdict: 'unsupported',
  reason: both(
    `the product declares no mode called "${mode}"`,
    `製品は「${mode}」モードを申告していません。`,
  ),
});

/** Stimuli of the kinds that a scenario's tags ask for and that were seen in the open. */
export function usableStimuli(tags: readonly string[], baseline: Baseline): StimulusId[] {
  const kind = tags.find((tag) => tag.startsWith('@stimulus:'))?.slice('@stimulus:'.length) ?? 'any';
  return (KINDS[kind] ?? []).filter((stimulus) => baseline.seen[stimulus]);
}

function condition(name: string): Condition {
  const found = CONDITIONS[name];
  if (!found) throw new Error(`no condition is called ${name}; known: ${Object.keys(CONDITIONS).join(', ')}`);
  return found;
}

/**
 * Does the requirement apply to this product? Conditions that the product declares not to meet first
 * (`unsupported`), then the open control (`not-observable`), then what a MUST takes for granted (`fail`,
 * "declared").
 */
export function applicability(
  tags: readonly string[],
  declared: Declared,
  baseline: Baseline,
): Applicability {
  const named = (prefix: string): string[] =>
    tags.filter((tag) => tag.startsWith(prefix)).map((tag) => tag.slice(prefix.length));
  for (const name of named('@if:')) {
    const { holds, text } = condition(name);
    if (!holds(declared))
      return {
        verdict: 'unsupported',
        reason: both(
          `applies to a product that ${text.en}; this one declares otherwise`,
          `「${text.ja}」製品への要件です。この製品はそう申告していません。`,
        ),
      };
  }
  if (!baseline.installed)
    return {
      verdict: 'inconclusive',
      reason: both(
        `the product did not start in an open network either: ${baseline.reason.en}`,
        `製品は開いたネットワークでも動作を始めませんでした：${baseline.reason.ja}`,
      ),
    };
  const needsStimulus = tags.some((tag) => tag.startsWith('@stimulus:'));
  if (needsStimulus && usableStimuli(tags, baseline).length === 0)
    return {
      verdict: 'not-observable',
      blame: 'product',
      reason: both(
        'the product did not react to any such act in an open network either, so there is nothing to compare',
        '製品は開いたネットワークでもこの種の操作に反応しなかったため、比べられません。',
      ),
    };
  for (const name of named('@requires:')) {
    const { holds, text } = condition(name);
    if (!holds(declared))
      return {
        verdict: 'fail',
        reason: both(
          `declared: the product's own statement does not say that it ${text.en}`,
          `製品自身の申告に「${text.ja}」とありません。`,
        ),
      };
  }
  return runs;
}
