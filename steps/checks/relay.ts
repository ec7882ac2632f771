/** `strict-connect`, `only-declared`: what was asked of the relay, by the relay's own log. */
import { z } from 'zod';
import type { HistoryEventOf } from '../../history/events.ts';
import { check, satisfied, violated, type View } from './finding.ts';
import { words } from './measures.ts';
import { later } from './window.ts';

type Request = HistoryEventOf<'relay.request'>;
const WHOLE = { wholeRecord: true };
/** A connection that ended without a request is logged, too, as squid's `error:…`: it asked for no destination. */
const asked = (view: View): Request[] =>
  later(view, 'relay.request').filter((line) => !line.ours && !line.target.startsWith('error:'));
const numbers = (lines: readonly Request[]): number[] => lines.slice(0, 20).map((line) => line.n);

export const strictConnect = check(
  z.object({}),
  (view) => {
    const tunnels = asked(view).filter((line) => line.method === 'CONNECT');
    if (tunnels.length === 0) {
      const install = later(view, 'hook.finished').find((event) => event.hook === 'install');
      return install?.outcome === 'failed' && install.output.trim() !== ''
        ? satisfied('The installer refused the address with an error, and no tunnel was asked for.', {
            evidence: [install.n],
          })
        : violated('The relay was not asked for a single tunnel, so nothing was looked at.');
    }
    const wrong = tunnels.filter((line) => line.hostHeader?.toLowerCase() !== line.target.toLowerCase());
    const [first] = wrong;
    return first
      ? violated(
          `${wrong.length} of ${tunnels.length} tunnels did not name their target in the Host header, for instance ${first.target} with Host: ${first.hostHeader ?? '(none)'}.`,
          { evidence: numbers(wrong) },
        )
      : satisfied(`All ${tunnels.length} tunnels named their target in the Host header.`, {
          evidence: numbers(tunnels),
        });
  },
  WHOLE,
);

export const onlyDeclared = check(
  z.object({ declared: z.array(z.string()) }),
  (view, { declared }) => {
    const lines = asked(view);
    if (lines.length === 0)
      return violated('The relay was not asked for anything, so nothing was looked at.');
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
      return satisfied(`The relay was asked for declared destinations only: ${destinations.join(', ')}.`, {
        measures,
      });
    const list = undeclared.join(', ');
    return violated(`The relay was asked for what the product does not declare: ${list}.`, {
      measures,
      evidence: numbers(lines.filter((line) => undeclared.includes(destinationOf(line)))),
      findings: [
        {
          kind: 'undeclared-destination',
          en: `It asked the relay for destinations that it does not declare: ${list}. A firewall that follows the statement blocks them.`,
          ja: `申告にない宛先をプロキシへ要求しました：${list}。申告どおりに許可したファイアウォールでは遮断されます。`,
        },
      ],
    });
  },
  WHOLE,
);

/** `host:port`, also of a plain request, whose target is a URL. */
function destinationOf({ target }: Request): string {
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(target) ? URL.parse(target) : null;
  if (!url) return target.toLowerCase();
  return `${url.hostname}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`.toLowerCase();
}
