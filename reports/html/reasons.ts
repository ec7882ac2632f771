/**
 * Japanese for the reasons that are the same in every run. The harness writes reasons in English; one that
 * is not listed here is shown as it was written, so nothing is lost when a sentence changes.
 */
import { both, same, type Both } from './texts.ts';

const KINDS_OF_PRODUCT: Readonly<Record<string, string>> = {
  'prefers a relay but can do without': 'プロキシを優先し、なくても通信できる',
  'is bound to its relay': 'プロキシ経由に限定する',
  'is protected against removal': '削除から保護される',
  'has an allowlist by hash': 'ハッシュによる許可リストを持つ',
};
const kind = (text: string): string => KINDS_OF_PRODUCT[text] ?? text;

const PATTERNS: readonly { readonly en: RegExp; readonly ja: (found: string) => string }[] = [
  {
    en: /^applies to a product that (.+); this one declares otherwise$/s,
    ja: (found) => `「${kind(found)}」製品への要件です。この製品はそう申告していません`,
  },
  {
    en: /^declared: the product's own statement does not say that it (.+)$/s,
    ja: (found) => `製品自身の申告に「${kind(found)}」とありません`,
  },
  {
    en: /^the product did not react to any such act in an open network either/s,
    ja: () => '開いたネットワークでもこの種の操作に反応しなかったため、比べられません',
  },
  {
    en: /^the product did not start in an open network either: (.*)$/s,
    ja: (found) => `開いたネットワークでも起動しませんでした：${found}`,
  },
];

/** `2 of 3 kinds` → `3種類中2種類`. */
export function scopeText(scope: string): Both {
  const [, played, all, unit] = /^(\d+) of (\d+) (kinds|scenarios)$/.exec(scope) ?? [];
  if (played === undefined || all === undefined) return same(scope);
  return both(scope, unit === 'kinds' ? `${all}種類中${played}種類` : `${all}件中${played}件`);
}

export function reasonText(reason: string): Both {
  if (reason === '') return same('–');
  for (const pattern of PATTERNS) {
    const found = pattern.en.exec(reason);
    if (found) return both(reason, pattern.ja(found[1] ?? ''));
  }
  return same(reason);
}
