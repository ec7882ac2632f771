/** Kernel counters beside a capture: they tell how many packets left, by class of peer, and cannot drop. */
import { z } from 'zod';
import { carriers, leavesCarrying } from '../nodes/link.ts';
import type { AddressPlan } from '../plan.ts';

/** Loaded before the capture starts; the endpoint has no right to change it unless its manifest asks. */
export const COUNTER_TABLE = 'heiiki';

/** nft script: one named counter for each class; what goes over loopback is not counted. */
export function counterRules(plan: AddressPlan): string {
  const classes = [...plan.byPeer].filter(([peer]) => peer !== 'other');
  const rules = classes.flatMap(([peer, addresses]) => {
    const v4 = addresses.filter((address) => !address.includes(':'));
    const v6 = addresses.filter((address) => address.includes(':'));
    return [
      ...(v4.length > 0 ? [`    ip daddr { ${v4.join(', ')} } counter name ${peer} return`] : []),
      ...(v6.length > 0 ? [`    ip6 daddr { ${v6.join(', ')} } counter name ${peer} return`] : []),
    ];
  });
  return [
    `table inet ${COUNTER_TABLE} {`,
    ...[...classes.map(([peer]) => peer), 'other'].map((peer) => `  counter ${peer} { }`),
    '  chain output {',
    '    type filter hook output priority 300; policy accept;',
    '    oifname "lo" return',
    ...carriers(plan).map((network) => `    ${leavesCarrying(network)}`),
    ...rules,
    '    counter name other',
    '  }',
    '}',
    '',
  ].join('\n');
}

const NftCounters = z.object({
  nftables: z.array(z.object({ counter: z.object({ name: z.string(), packets: z.number() }).optional() })),
});

/** Packets by class, from `nft -j list counters table inet heiiki`. Throws if that is not what it is. */
export function parseCounters(json: string): Record<string, number> {
  const { nftables } = NftCounters.parse(JSON.parse(json));
  return Object.fromEntries(
    nftables.flatMap(({ counter }) => (counter ? [[counter.name, counter.packets]] : [])),
  );
}

/** What `after` has counted that `before` had not, by class; a class without any is left out. */
export function moreThan(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(after)
      .map(([peer, packets]) => [peer, packets - (before[peer] ?? 0)] as const)
      .filter(([, more]) => more > 0),
  );
}
