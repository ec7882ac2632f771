/** Tinyproxy: CONNECT. It cannot sign clients in here: what it refuses for that, it does not log. */
import type { RelayLine } from '../evidence/relay-log.ts';
import { parseDestination } from './software.ts';
import type { RelaySettings, Software } from './software.ts';

const CONFIG = '/tmp/tinyproxy.conf';
const ALLOWED = '/tmp/tinyproxy.allowed';

export const tinyproxy: Software = {
  process: 'tinyproxy',
  user: 'proxy',
  argv: ['sh', '-c', `exec tinyproxy -d -c ${CONFIG} >&2`],
  end: 'TERM',
  ready: /Accepting connections/,
  files: (settings) => ({ [CONFIG]: tinyproxyConfig(settings), [ALLOWED]: allowed(settings.allow) }),
  reader: () => {
    const log = new TinyproxyLog();
    return (line) => log.push(line);
  },
};

export function tinyproxyConfig({ listen }: RelaySettings): string {
  const port = listen[0]?.split(':')[1] ?? '';
  return [
    `Port ${port}`,
    ...listen.map((address) => `Listen ${address.split(':')[0] ?? ''}`),
    'Timeout 600',
    'MaxClients 200',
    `Filter "${ALLOWED}"`,
    'FilterDefaultDeny Yes',
    'FilterType ere',
    // The whole target, as the name alone would let every port of it through.
    'FilterURLs On',
    'LogLevel Info',
    '',
  ].join('\n');
}

function allowed(destinations: readonly string[]): string {
  return destinations.map((destination) => `${pattern(destination)}\n`).join('');
}
function pattern(destination: string): string {
  const { host, port } = parseDestination(destination);
  const name = host.replaceAll('.', '\\.');
  return port === '80' ? `^(http://${name}(:80)?(/|$)|${name}:80$)` : `^(http://)?${name}:${port}(/|$)`;
}

interface Exchange {
  readonly client: string;
  readonly begun: number;
  method: string;
  target: string;
  /** the relay's file descriptor on the way to the destination */
  server: string | undefined;
}

/**
 * Its log tells an exchange in several lines, held together by a file descriptor, some only by the destination.
 * It counts no bytes.
 */
export class TinyproxyLog {
  readonly #open = new Map<string, Exchange>();

  push(line: string): RelayLine | undefined {
    const [, stamp = '', text = ''] = /^[A-Z]+ +(\w{3} +\d+ [\d:.]+) \[\d+\]: (.*)$/.exec(line) ?? [];
    const at = timeOf(stamp);
    const [, descriptor = '', client] = /^Connect \(file descriptor (\d+)\): (\S+)$/.exec(text) ?? [];
    if (client !== undefined) {
      // What had this descriptor before ended without a word on its outcome: nothing was asked, or nobody was there.
      const before = this.#end(descriptor, at, { status: 502, decision: 'no connection' });
      this.#open.set(descriptor, { client, begun: at, method: '', target: '', server: undefined });
      return before;
    }
    this.#request(text);
    return this.#outcome(text, at);
  }

  #request(text: string): void {
    const [, descriptor = '', method, target = ''] =
      /^Request \(file descriptor (\d+)\): (\S+) (\S+)/.exec(text) ?? [];
    const exchange = this.#open.get(descriptor);
    if (method === undefined || exchange === undefined) return;
    exchange.method = method;
    exchange.target = target;
  }

  #outcome(text: string, at: number): RelayLine | undefined {
    const [, refused] = /^Proxying refused on filtered (?:url|domain) "(.*)"$/.exec(text) ?? [];
    if (refused !== undefined) {
      const [descriptor = ''] = [...this.#open].find(([, { target }]) => target === refused) ?? [];
      return this.#end(descriptor, at, { status: 403, decision: 'refused' });
    }
    const [, closed] = /^Closed connection between local client \(fd:(\d+)\)/.exec(text) ?? [];
    return closed === undefined ? undefined : this.#end(closed, at, { status: 200, decision: 'established' });
  }

  #end(
    descriptor: string,
    at: number,
    outcome: Pick<RelayLine, 'status' | 'decision'>,
  ): RelayLine | undefined {
    const exchange = this.#open.get(descriptor);
    this.#open.delete(descriptor);
    if (exchange === undefined || exchange.method === '') return undefined;
    const { client, begun, method, target } = exchange;
    return { at, client, method, target, ...outcome, hostHeader: null, ms: Math.max(0, at - begun) };
  }
}

/** `Nov 23 09:08:54.640`, in UTC; the year is this one, or the last one around New Year. */
function timeOf(stamp: string): number {
  const now = new Date();
  const at = Date.parse(
    `${stamp} ${now.getUTCFullYear()} UTC`.replace(/ ([\d:.]+) (\d{4}) UTC$/, ' $2 $1 UTC'),
  );
  return at > now.getTime() + 86_400_000 ? new Date(at).setUTCFullYear(now.getUTCFullYear() - 1) : at;
}
