/** `unknown-to-dns`: the local resolver does not know the names of the cloud, so whoever works there leaves them to the relay. */
import { z } from 'zod';
import { check, incomplete, satisfied } from './finding.ts';
import { count } from './measures.ts';
import { later } from './window.ts';

/** dnsmasq's and the standard's words for a name that does not exist. */
const UNKNOWN = /^(?:NXDOMAIN|NODATA)/i;

/** `asked`: event at which the harness began to ask for itself; what came before are the product's own questions. */
export const unknownToDns = check(
  z.object({ names: z.array(z.string()).min(1), asked: z.number().int() }),
  (view, { names, asked }) => {
    const queries = later(view, 'resolver.query').filter(({ name }) => names.includes(name.toLowerCase()));
    const own = queries.filter(({ n }) => n > asked);
    const known = queries.find(({ answer }) => !UNKNOWN.test(answer));
    if (known)
      return incomplete(
        'resolver',
        {
          en: `The local DNS knows ${known.name} (${known.answer}), so working there shows nothing.`,
          ja: `構内DNSが ${known.name} に答えたため（${known.answer}）、動作しても意味を持ちません。`,
        },
        { evidence: [known.n] },
      );
    const missing = names.filter((name) => !own.some((query) => query.name.toLowerCase() === name));
    if (missing.length > 0)
      return incomplete('harness', {
        en: `Nobody asked the local DNS for ${missing.join(', ')}, so it is not known what it says.`,
        ja: `構内DNSに ${missing.join('、')} を問い合わせておらず、その答えが分かりません。`,
      });
    const [first] = own;
    const before = queries.filter(({ n }) => n <= asked);
    return satisfied(
      {
        en: `The local DNS does not know ${names.join(', ')} (${first?.answer ?? ''}); the product asked it ${before.length} times for that.`,
        ja: `構内DNSは ${names.join('、')} を知りません（${first?.answer ?? ''}）。製品からの問い合わせは${before.length}回でした。`,
      },
      { measures: [count('dns.cloud-questions', before.length)], evidence: own.map(({ n }) => n) },
    );
  },
);
