/** What a topology says of its relays, and what of it fits together. */
import { z } from 'zod';

/** Program → the port that it has if none is given. */
const USUAL_PORTS = { squid: 3128, tinyproxy: 3128, dante: 1080, 'haproxy-sni': 443 } as const;
const SOFTWARE = [
  'squid',
  'tinyproxy',
  'haproxy-sni',
  'dante',
] as const satisfies (keyof typeof USUAL_PORTS)[];

/** `Name` and `DnsName`: what the topology calls nodes, and what a resolver knows. */
export function relaySchema<N extends z.ZodString, D extends z.ZodString>(Name: N, DnsName: D) {
  return z
    .strictObject({
      software: z.enum(SOFTWARE),
      name: DnsName,
      port: z.number().int().min(1).max(65535).optional(),
      /** zones in which clients may use it */
      serves: z.array(Name).min(1, 'a relay serves at least one zone'),
      /** zone in which it looks for destinations */
      upstream: Name,
      /** refuse a CONNECT whose Host header differs from its target */
      strictHost: z.boolean().default(false),
      /** clients have to sign in; for SOCKS5 `basic` is user name and password (RFC 1929) */
      signIn: z.enum(['basic', 'digest']).optional(),
      /** it opens TLS; its clients are given the authority that it does so with, or not */
      inspects: z.enum(['unknown-ca', 'trusted-ca']).optional(),
      /** clients speak TLS to it */
      tls: z.boolean().default(false),
      /** what it refuses gets a page of its own in the destination's place, as if that had been the answer */
      blockPage: z.boolean().default(false),
      /** another relay, in the upstream zone, that it passes everything on to */
      parent: Name.optional(),
    })
    .transform((relay) => ({ ...relay, port: relay.port ?? USUAL_PORTS[relay.software] }));
}
export type RelayDescription = z.infer<ReturnType<typeof relaySchema>>;
type Relays = Readonly<Record<string, RelayDescription>>;

interface Problem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** What the schema cannot say of relays. `pac`: zone → relays that its proxy.pac names. */
export function relayProblems(
  relays: Relays,
  pac: Readonly<Record<string, readonly string[] | undefined>>,
): Problem[] {
  return [
    ...Object.entries(relays).flatMap(([name, relay]) => [
      ...abilityProblems(name, relay),
      ...parentProblems(name, relay, relays),
    ]),
    ...Object.entries(pac).flatMap(([zone, named]) =>
      (named ?? []).flatMap((name) => pacProblems(zone, name, relays)),
    ),
  ];
}

/** Of these at most one: what a client has to be able to do is one word of a product's statement. */
const TRAITS = ['strictHost', 'signIn', 'inspects', 'tls'] as const;

function abilityProblems(name: string, relay: RelayDescription): Problem[] {
  const path = ['relays', name];
  const has = TRAITS.filter((trait) => relay[trait] !== undefined && relay[trait] !== false);
  const squidOnly = [...has.filter((trait) => trait !== 'signIn'), 'blockPage' as const, 'parent' as const];
  const problems = squidOnly
    .filter((trait) => relay.software !== 'squid' && relay[trait] !== undefined && relay[trait] !== false)
    .map((trait) => ({ path: [...path, trait], message: `only squid can do this. Use "software: squid".` }));
  if (has.length > 1)
    problems.push({ path, message: `${has.join(' and ')} exclude each other. Leave out all but one.` });
  if (relay.signIn !== undefined && !signsIn(relay))
    problems.push({
      path: [...path, 'signIn'],
      message: `${relay.software} cannot sign clients in this way. Use squid, or dante with "basic".`,
    });
  return problems;
}

const signsIn = ({ software, signIn }: RelayDescription): boolean =>
  software === 'squid' || (software === 'dante' && signIn === 'basic');

function parentProblems(name: string, { parent, upstream }: RelayDescription, relays: Relays): Problem[] {
  if (parent === undefined) return [];
  const path = ['relays', name, 'parent'];
  const found = relays[parent];
  if (found === undefined || parent === name)
    return [{ path, message: `there is no other relay "${parent}". Use one of: ${others(name, relays)}.` }];
  if (!found.serves.includes(upstream))
    return [
      { path, message: `"${parent}" does not serve zone ${upstream}, in which "${name}" looks for it.` },
    ];
  if (found.parent !== undefined)
    return [{ path, message: `"${parent}" passes on itself. A chain has two relays.` }];
  return [];
}

function pacProblems(zone: string, name: string, relays: Relays): Problem[] {
  const path = ['zones', zone, 'pac'];
  const relay = relays[name];
  if (relay === undefined)
    return [{ path, message: `there is no relay "${name}". Use one of: ${others('', relays)}.` }];
  if (!relay.serves.includes(zone)) return [{ path, message: `relay "${name}" does not serve this zone.` }];
  if (relay.software === 'haproxy-sni')
    return [{ path, message: `"${name}" is found by the destination's name, not by a proxy.pac.` }];
  return [];
}

const others = (name: string, relays: Relays): string =>
  Object.keys(relays)
    .filter((other) => other !== name)
    .join(', ') || 'none';
