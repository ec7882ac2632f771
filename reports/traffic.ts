/**
 * What a firewall has to let pass: destinations, ports and bytes that were seen of a product, from the relay's own
 * log, the cloud's own record and the packets of the endpoint. Counted from the beginning of its installation:
 * before it, the lab proves itself closed from inside the endpoint.
 */
import type { HistoryEvent, HistoryEventOf } from '../history/events.ts';
import { channelUses, declaredChannels, type Channels, type Requests } from './traffic-channels.ts';
import { directFlows } from './traffic-flows.ts';
import type { Results, Traffic } from './results.ts';

export type Destination = Traffic['destinations'][number];
type Product = Results['products'][number];
type Sum = Omit<Destination, 'product' | 'channels' | 'scenarios'>;

/** One scenario's part: what it adds to the sums of its product. */
export interface ScenarioTraffic {
  readonly seconds: number;
  readonly sums: readonly Sum[];
  readonly requests: readonly Requests[];
}

/** Undefined if the product was not installed in it, so that nothing could be seen of it. */
export function trafficOf(events: readonly HistoryEvent[], channels: Channels): ScenarioTraffic | undefined {
  const begun = installedAt(events);
  if (begun === undefined) return undefined;
  const end = events.at(-1)?.t ?? begun;
  const own = events.filter((e) => e.t >= begun);
  return {
    seconds: (end - begun) / 1000,
    sums: [...relaySums(own), ...directFlows(own, events)],
    requests: channelUses(own, channels),
  };
}

function installedAt(events: readonly HistoryEvent[]): number | undefined {
  const install = events.find((e) => e.kind === 'hook.finished' && e.hook === 'install');
  return install?.kind === 'hook.finished' ? install.t - install.ms : undefined;
}

/** A connection that ended without a request is logged, too, as squid's `error:…`: it asked for no destination. */
function relaySums(events: readonly HistoryEvent[]): Sum[] {
  const lines = events.filter((e): e is HistoryEventOf<'relay.request'> => e.kind === 'relay.request');
  const asked = lines.filter((line) => !line.ours && !line.target.startsWith('error:'));
  return [...Map.groupBy(asked, ({ target }) => destinationOf(target))].map(([destination, group]) => ({
    destination,
    route: 'relay',
    zones: [],
    connections: group.filter((line) => isConnection(line) && isOpen(line)).length,
    refused: group.filter((line) => isConnection(line) && !isOpen(line)).length,
    ...bytesOf(group),
  }));
}
const isOpen = ({ status }: HistoryEventOf<'relay.request'>): boolean => status >= 200 && status < 400;
/** What an inspecting relay sees inside of a tunnel is no connection of its own. */
const isConnection = ({ target }: HistoryEventOf<'relay.request'>): boolean => !/^https:/i.test(target);

/** Only where the relay counts them: a sum with a hole would look like a small need. */
function bytesOf(lines: readonly HistoryEventOf<'relay.request'>[]): Pick<Sum, 'bytesUp' | 'bytesDown'> {
  const sum = (key: 'bytesUp' | 'bytesDown'): number | undefined =>
    lines.reduce<number | undefined>((all, line) => added(all, line[key]), 0);
  return { ...defined('bytesUp', sum('bytesUp')), ...defined('bytesDown', sum('bytesDown')) };
}
const added = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? undefined : a + b;
const defined = <K extends string>(key: K, value: number | undefined): Partial<Record<K, number>> =>
  value === undefined ? {} : ({ [key]: value } as Record<K, number>);

/** `host:port`, also of a plain request, whose target is a URL. */
function destinationOf(target: string): string {
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(target) ? URL.parse(target) : null;
  if (!url) return target.toLowerCase();
  return `${url.hostname}:${url.port || (url.protocol === 'https:' ? '443' : '80')}`.toLowerCase();
}

/** Sums over a product's scenarios. Undefined if no history shows an installed product. */
export class TrafficSums {
  readonly #scenarios = new Map<string, ScenarioTraffic[]>();

  add(product: string, events: readonly HistoryEvent[], channels: Channels): void {
    const traffic = trafficOf(events, channels);
    if (!traffic) return;
    this.#scenarios.set(product, [...(this.#scenarios.get(product) ?? []), traffic]);
  }

  total(products: readonly Product[]): Traffic | undefined {
    const seen = products.filter((product) => this.#scenarios.has(product.id));
    if (seen.length === 0) return undefined;
    const of = (product: Product): ScenarioTraffic[] => this.#scenarios.get(product.id) ?? [];
    return {
      watched: seen.map((product) => ({
        product: product.id,
        scenarios: of(product).length,
        seconds: Math.round(of(product).reduce((sum, { seconds }) => sum + seconds, 0)),
      })),
      destinations: seen.flatMap((product) => destinationsOf(product, of(product))),
      channels: seen.flatMap((product) => channelsOf(product, of(product))),
    };
  }
}

function destinationsOf(product: Product, scenarios: readonly ScenarioTraffic[]): Destination[] {
  const channels = declaredChannels(product.statement);
  const groups = Map.groupBy(
    scenarios.flatMap(({ sums }) => sums),
    ({ route, destination }) => `${route} ${destination}`,
  );
  const found = [...groups.values()].map((group): Destination => {
    const [first] = group as [Sum, ...Sum[]];
    const { bytesUp, bytesDown, ...sum } = group.slice(1).reduce(plus, first);
    return {
      product: product.id,
      ...sum,
      ...defined('bytesUp', bytesUp),
      ...defined('bytesDown', bytesDown),
      channels: [...channels].filter(([, at]) => at === first.destination).map(([channel]) => channel),
      scenarios: group.length,
    };
  });
  return found.sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}
const sortKey = ({ route, destination, channels }: Destination): string =>
  `${channels.length === 0 ? 1 : 0} ${route === 'relay' ? 0 : 1} ${destination}`;

function plus(a: Sum, b: Sum): Sum {
  return {
    destination: a.destination,
    route: a.route,
    zones: [...new Set([...a.zones, ...b.zones])].sort(),
    connections: a.connections + b.connections,
    refused: a.refused + b.refused,
    ...defined('bytesUp', added(a.bytesUp, b.bytesUp)),
    ...defined('bytesDown', added(a.bytesDown, b.bytesDown)),
  };
}

/** Every declared channel, used or not, then what the cloud saw beyond them. */
function channelsOf(product: Product, scenarios: readonly ScenarioTraffic[]): Traffic['channels'] {
  const declared = declaredChannels(product.statement);
  const requests = Map.groupBy(
    scenarios.flatMap((scenario) => scenario.requests),
    ({ channel }) => channel,
  );
  return [...new Set([...declared.keys(), ...requests.keys()])].map((channel) => {
    const group = requests.get(channel) ?? [];
    const sum = (key: Exclude<keyof Requests, 'channel'>): number =>
      group.reduce((all, one) => all + one[key], 0);
    const destination = declared.get(channel);
    return {
      product: product.id,
      channel,
      ...(destination === undefined ? {} : { destination }),
      viaRelay: sum('viaRelay'),
      direct: sum('direct'),
      unknown: sum('unknown'),
      bytesUp: sum('bytesUp'),
      bytesDown: sum('bytesDown'),
    };
  });
}
