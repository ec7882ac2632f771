/** Requests at the cloud by the channels of a statement: only the cloud sees into the tunnels. */
import type { HistoryEvent, HistoryEventOf } from '../history/events.ts';

/** channel → `host:port`, as declared */
export type Channels = ReadonlyMap<string, string>;

export interface Requests {
  readonly channel: string;
  readonly viaRelay: number;
  readonly direct: number;
  /** the cloud could not tell by which way they came */
  readonly unknown: number;
  /** of content, without TLS and headers */
  readonly bytesUp: number;
  readonly bytesDown: number;
}

export function declaredChannels(statement: Readonly<Record<string, unknown>>): Channels {
  const { channels } = statement;
  if (typeof channels !== 'object' || channels === null) return new Map();
  const declared = Object.entries(channels).filter((entry): entry is [string, string] => typeof entry[1] === 'string'); // prettier-ignore
  return new Map(declared.map(([channel, destination]) => [channel, destination.toLowerCase()]));
}

/** Paths of the published protocol (and of plain log lines), where several channels share a destination. */
const PATHS: readonly (readonly [RegExp, string])[] = [
  [/\/enrol$/, 'enrol'],
  [/\/policy$/, 'policy'],
  [/\/(telemetry|lines)$/, 'telemetry'],
  [/\/detections$/, 'detection'],
  [/\/commands(\/[^/]+\/result)?$/, 'command'],
  [/\/heartbeat$/, 'heartbeat'],
  [/\/(updates?|packages?|releases?|content)(\/|$)/, 'update'],
];
const OTHER = 'other';

export function channelUses(events: readonly HistoryEvent[], channels: Channels): Requests[] {
  const requests = events.filter((e): e is HistoryEventOf<'cloud.request'> => e.kind === 'cloud.request');
  return [...Map.groupBy(requests, (request) => channelOf(request, channels))].map(([channel, group]) => ({
    channel,
    viaRelay: group.filter(({ via }) => via === 'relay').length,
    direct: group.filter(({ via }) => via === 'direct').length,
    unknown: group.filter(({ via }) => via === 'unknown').length,
    bytesUp: group.reduce((sum, { bytesUp }) => sum + bytesUp, 0),
    bytesDown: group.reduce((sum, { bytesDown }) => sum + bytesDown, 0),
  }));
}

function channelOf({ host, path }: HistoryEventOf<'cloud.request'>, channels: Channels): string {
  const name = host.toLowerCase().replace(/:\d+$/, '');
  const here = [...channels].filter(([, destination]) => destination.replace(/:\d+$/, '') === name);
  const [only] = here;
  if (only && here.length === 1) return only[0];
  const [plain = ''] = path.split('?');
  return PATHS.find(([pattern]) => pattern.test(plain))?.[1] ?? OTHER;
}
