/** Topologies as plain data (heiiki/topology/v1): which zones there are and who is in them. */
import { readdirSync, readFileSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import type { Document } from 'yaml';
import { z } from 'zod';
import { UsageError } from './engine/errors.ts';
import { relayProblems, relaySchema } from './relays/topology.ts';

const Name = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,20}$/,
    'a name is up to 21 lower-case letters, digits and dashes, and begins with a letter',
  );
const DnsName = z
  .string()
  .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'a DNS name in lower case with at least one dot');

export const Zone = z.strictObject({
  /** closed: nothing but the relay leads out, and this is proven. internet: where apps are known by name. */
  kind: z.enum(['closed', 'internet']),
  /** sealed: a network that nobody else is on. uplink (real outside, for products with a real tenant) has its place here. */
  provider: z.enum(['sealed', 'uplink']).default('sealed'),
  /** what the zone's resolver knows: relays of this zone only, or the names of all apps too */
  resolver: z.enum(['closed-names-only', 'app-names']),
  /** relays that the zone's proxy.pac names, in the order of their priority */
  pac: z.union([Name.transform((name) => [name]), z.array(Name).min(1)]).optional(),
  /** it has the very addresses of that zone, as a home network may have the office's (docs/adr/0007) */
  sameAddressesAs: Name.optional(),
  /** zone into which its gateway routes, with its own address, as a home router does */
  router: Name.optional(),
});
export type Zone = z.infer<typeof Zone>;

export const RelayNode = relaySchema(Name, DnsName);
export type RelayNode = z.infer<typeof RelayNode>;

const Port = z.number().int().min(1).max(65535);
/** Speaks CONNECT where endpoints know their relay to be, and is not that relay. What it hears is recorded. */
const Stranger = z.strictObject({
  zone: Name,
  /** the relay whose address and port it has; the zone has the addresses of one that this relay serves */
  at: Name,
  /** asks for a name and a password before it lets anything through */
  signIn: z.literal('basic').optional(),
});
/** Somebody outside, known by name, whom no product declares. What it hears is recorded. */
const Witness = z.strictObject({
  zone: Name,
  names: z.array(DnsName).min(1, 'a witness has at least one name'),
  tcp: z.array(Port).default([80, 443]),
  udp: z.array(Port).default([53, 123]),
});

export const Topology = z.strictObject({
  schema: z.literal('heiiki/topology/v1'),
  description: z.string().min(1),
  zones: z.record(Name, Zone),
  relays: z.record(Name, RelayNode),
  apps: z.record(Name, z.strictObject({ zone: Name })),
  endpoints: z.record(Name, z.strictObject({ zone: Name })),
  strangers: z.record(Name, Stranger).default({}),
  witnesses: z.record(Name, Witness).default({}),
});
export type Topology = z.infer<typeof Topology> & { readonly id: string };

type Path = readonly PropertyKey[];
interface Problem {
  readonly path: Path;
  readonly message: string;
}

/** Read one of the topologies beside this file. Throws UsageError, naming those that there are. */
export function loadTopology(id: string): Topology {
  const known = readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length));
  if (!known.includes(id))
    throw new UsageError(`There is no topology "${id}".`, `Use one of: ${known.join(', ')}.`);
  const file = `${import.meta.dirname}/${id}.yaml`;
  return parseTopology(id, readFileSync(file, 'utf8'), `topologies/${id}.yaml`);
}

/** Throws UsageError with `file:line:column: problem` for each mistake. */
export function parseTopology(id: string, text: string, file: string): Topology {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const broken = document.errors[0];
  if (broken !== undefined) {
    const { line, col } = lines.linePos(broken.pos[0]);
    const what = broken.message.split('\n')[0] ?? '';
    throw new UsageError(`${file}:${line}:${col}: not YAML: ${what}`, 'Correct the file.');
  }
  const parsed = Topology.safeParse(document.toJS());
  const problems = parsed.success ? inconsistencies(parsed.data) : parsed.error.issues.flatMap(explain);
  if (parsed.success && problems.length === 0) return { ...parsed.data, id };
  const list = problems.map((problem) => `${place(document, lines, file, problem.path)}: ${problem.message}`);
  throw new UsageError(list.join('\n'), 'Correct the topology.');
}

function explain(issue: z.core.$ZodIssue): Problem[] {
  if (issue.code !== 'unrecognized_keys') return [{ path: issue.path, message: issue.message }];
  return issue.keys.map((key) => ({
    path: [...issue.path, key],
    message: `"${key}" is not known here. Remove it, or correct its spelling (see topologies/schema.ts).`,
  }));
}

/** What a schema cannot say: names that refer to nothing, and providers that are not there yet. */
function inconsistencies(topology: z.infer<typeof Topology>): Problem[] {
  const problems: Problem[] = [];
  const zoneNamed = (name: string, path: Path): void => {
    if (!(name in topology.zones))
      problems.push({
        path,
        message: `there is no zone "${name}". Use one of: ${Object.keys(topology.zones).join(', ')}.`,
      });
  };
  for (const [name, zone] of Object.entries(topology.zones))
    if (zone.provider === 'uplink')
      problems.push({
        path: ['zones', name, 'provider'],
        message: 'an uplink to the real outside is planned, but not there yet. Use "sealed".',
      });
  for (const [name, relay] of Object.entries(topology.relays)) {
    zoneNamed(relay.upstream, ['relays', name, 'upstream']);
    relay.serves.forEach((zone, i) => zoneNamed(zone, ['relays', name, 'serves', i]));
  }
  for (const kind of ['apps', 'endpoints', 'strangers', 'witnesses'] as const)
    for (const [name, node] of Object.entries(topology[kind])) zoneNamed(node.zone, [kind, name, 'zone']);
  for (const [name, zone] of Object.entries(topology.zones))
    for (const key of ['sameAddressesAs', 'router'] as const)
      if (zone[key] !== undefined) zoneNamed(zone[key], ['zones', name, key]);
  const pac = Object.fromEntries(Object.entries(topology.zones).map(([name, zone]) => [name, zone.pac]));
  return [
    ...problems,
    ...relayProblems(topology.relays, pac),
    ...sharedAddresses(topology),
    ...repeatedNames(topology),
  ];
}

/** What a zone that has another one's addresses can hold: no node whose address would be somebody else's there. */
function sharedAddresses(topology: z.infer<typeof Topology>): Problem[] {
  const { zones, relays, apps, strangers } = topology;
  const shares = (zone: string): string | undefined => zones[zone]?.sameAddressesAs;
  const problems: Problem[] = [];
  const no = (path: Path, message: string): number => problems.push({ path, message });
  for (const name of Object.keys(zones))
    if (shares(shares(name) ?? '') !== undefined)
      no(['zones', name, 'sameAddressesAs'], 'name the zone that has these addresses as its own.');
  for (const [name, app] of Object.entries(apps))
    if (shares(app.zone) !== undefined)
      no(['apps', name, 'zone'], 'an app is in a zone of its own addresses.');
  for (const [name, relay] of Object.entries(relays))
    if ([...relay.serves, relay.upstream].some((zone) => shares(zone) !== undefined))
      no(['relays', name], 'a relay is between zones of their own addresses.');
  for (const [name, { zone, at }] of Object.entries(strangers)) {
    const relay = relays[at];
    if (relay === undefined) no(['strangers', name, 'at'], `there is no relay "${at}".`);
    else if (!relay.serves.includes(shares(zone) ?? ''))
      no(
        ['strangers', name, 'zone'],
        `it has not the addresses of a zone that ${at} serves (sameAddressesAs).`,
      );
  }
  return problems;
}

function repeatedNames(topology: z.infer<typeof Topology>): Problem[] {
  const seen = new Set<string>();
  const problems: Problem[] = [];
  for (const kind of ['relays', 'apps', 'endpoints', 'strangers', 'witnesses'] as const)
    for (const name of Object.keys(topology[kind])) {
      if (seen.has(name))
        problems.push({ path: [kind, name], message: `"${name}" names two nodes. Rename one of them.` });
      seen.add(name);
    }
  return problems;
}

/** The deepest node of the path that is in the file: a missing key is reported at its parent. */
function place(document: Document, lines: LineCounter, file: string, path: Path): string {
  for (let length = path.length; length >= 0; length--) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)) {
      const { line, col } = lines.linePos(Number(node.range[0]));
      return `${file}:${line}:${col}${path.length === 0 ? '' : `: ${path.map(String).join('.')}`}`;
    }
  }
  return `${file}:1:1`;
}
