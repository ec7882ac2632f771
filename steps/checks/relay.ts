/** `strict-connect`, `only-declared`: what was asked of the relay, by the relay's own log. */
import { z } from 'zod';
import type { HistoryEventOf } from '../../history/events.ts';
import { check, satisfied, violated, type View } from './finding.ts';
import { words } from './measures.ts';
import { isRefusal } from './status.ts';
import { later } from './window.ts';

type Request = HistoryEventOf<'relay.request'>;
const WHOLE = { wholeRecord: true };
/** A connection that ended without a request is logged, too, as squid's `error:…`: it asked for no destination. */
export const asked = (view: View): Request[] =>
  later(view, 'relay.request').filter((line) => !line.ours && !line.target.startsWith('error:'));
const numbers = (lines: readonly Request[]): number[] => lines.slice(0, 20).map((line) => line.n);

export const strictConnect = check(
  z.object({}),
  (view) => {
    const tunnels = asked(view).filter((line) => line.method === 'CONNECT');
    if (tunnels.length === 0) {
      const install = later(view, 'hook.finished').find((event) => event.hook === 'install');
      return install && isRefusal(install) && install.output.trim() !== ''
        ? satisfied(
            {
              en: 'The installer refused the address with an error, and no tunnel was asked for.',
              ja: 'インストーラーがエラーを示してアドレスを拒否し、プロキシへのトンネル要求はありませんでした。',
            },
            { evidence: [install.n] },
          )
        : violated({
            en: 'The relay was not asked for a single tunnel, so nothing was looked at.',
            ja: 'プロキシへのトンネル要求が一件もなく、確認の対象がありません。',
          });
    }
    const wrong = tunnels.filter((line) => line.hostHeader?.toLowerCase() !== line.target.toLowerCase());
    const [first] = wrong;
    return first
      ? violated(
          {
            en: `${wrong.length} of ${tunnels.length} tunnels did not name their target in the Host header, for instance ${first.target} with Host: ${first.hostHeader ?? '(none)'}.`,
            ja: `トンネル要求${tunnels.length}件中${wrong.length}件で、Hostヘッダーが接続先と一致しませんでした（例：接続先 ${first.target}、Host: ${first.hostHeader ?? 'なし'}）。`,
          },
          { evidence: numbers(wrong) },
        )
      : satisfied(
          {
            en: `All ${tunnels.length} tunnels named their target in the Host header.`,
            ja: `トンネル要求${tunnels.length}件のすべてで、Hostヘッダーが接続先と一致しました。`,
          },
          { evidence: numbers(tunnels) },
        );
  },
  WHOLE,
);

export const onlyDeclared = check(
  z.object({ declared: z.array(z.string()) }),
  (view, { declared }) => {
    const lines = asked(view);
    if (lines.length === 0)
      return violated({
        en: 'The relay was not asked for anything, so nothing was looked at.',
        ja: 'プロキシへの要求が一件もなく、確認の対象がありません。',
      });
    const promised = new Set(declared.map((destination) => destination.toLowerCase()));
    const destinations = [...new Set(lines.map(destinationOf))].sort();
    const undeclared = destinations.filter((destination) => !promised.has(destination));
    const measures = [
      {
        ...words('firewall.destinations', destinations.join(', ')),
        declared: [...promised].sort().join(', '),
      },
      words('firewall.undeclared', undeclared.join(', ')),
    ];
    if (undeclared.length === 0)
      return satisfied(
        {
          en: `The relay was asked for declared destinations only: ${destinations.join(', ')}.`,
          ja: `プロキシへ要求した宛先は、申告されたものだけでした：${destinations.join('、')}。`,
        },
        { measures },
      );
    const list = undeclared.join(', ');
    return violated(
      {
        en: `The relay was asked for what the product does not declare: ${list}.`,
        ja: `製品の申告にない宛先をプロキシへ要求しました：${list}。`,
      },
      {
        measures,
        evidence: numbers(lines.filter((line) => undeclared.includes(destinationOf(line)))),
        findings: [
          {
            kind: 'undeclared-destination',
            en: `It asked the relay for destinations that it does not declare: ${list}. A firewall that follows the statement blocks them.`,
            ja: `申告にない宛先をプロキシへ要求しました：${list}。申告どおりに許可したファイアウォールでは遮断されます。`,
          },
        ],
      },
    );
  },
  WHOLE,
);

/** `host:port`, also of a plain request, whose target is a URL. */
export function destinationOf({ target }: Request): string {
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(target) ? URL.parse(target) : null;
  if (!url) return target.toLowerCase();
  return `${url.hostname}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`.toLowerCase();
}
