/**
 * Isolation: an nftables table of our own cuts the endpoint off from everything but the way to the cloud, which is
 * what name resolution needs and the relays (and the cloud itself where it may be reached directly). It lasts
 * until it is released, also over a restart; where the endpoint is moved, the way is another one.
 */
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { readIfThere, writeWhole } from './files.ts';
import type { Behaviour } from './flaws.ts';
import { addressesOf, type HostPort } from './transport/dial.ts';

const TABLE = 'heiiki_edr_isolation';
const FOLLOW_MS = 1000;
const LOOK_UP_MS = 1000;
const NFT_MS = 5000;

export interface IsolationParts {
  /** is there while the endpoint is isolated */
  readonly file: string;
  /** where the agent has to get to */
  readonly ways: () => readonly HostPort[];
  readonly style: Behaviour['isolation'];
  readonly log: (text: string) => void;
}

export class Isolation {
  readonly #parts: IsolationParts;
  readonly #known = new Map<string, readonly string[]>();
  #inForce: string | undefined;
  /** names and resolvers for which every answer has been had */
  #settled: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** one change after the other */
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: IsolationParts) {
    this.#parts = parts;
  }

  /** What was in force when the agent or the endpoint stopped is in force again. */
  async resume(): Promise<void> {
    const { file, log } = this.#parts;
    if (readIfThere(file) === undefined) return;
    await this.isolate().catch((cause: unknown) => log(`isolation could not be resumed: ${String(cause)}`));
  }
  /** Resolves when it is in force. */
  async isolate(): Promise<void> {
    const { file, style, log } = this.#parts;
    writeWhole(file, '');
    await this.#inTurn(() => this.#apply());
    if (!style.followsMoves) return;
    this.#timer ??= setInterval(() => {
      this.#inTurn(() => this.#apply()).catch((cause: unknown) => log(`isolation: ${String(cause)}`));
    }, FOLLOW_MS);
  }
  async release(): Promise<void> {
    this.stop();
    await this.#inTurn(removeIsolation);
    this.#inForce = undefined;
    rmSync(this.#parts.file, { force: true });
  }
  /** Stops looking after it; it stays in force. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const next = this.#last.then(change);
    this.#last = next.catch(() => undefined);
    return next;
  }
  /** Name resolution first: in a new network no name is known before it may be asked for. */
  async #apply(): Promise<void> {
    const { ways, style } = this.#parts;
    if (!style.cuts) return;
    const resolvers = nameservers();
    await this.#put(rules(this.#reachable(style.keepsRelay ? ways() : []), resolvers, style));
    const names = ways().flatMap(({ host }) => (isIPv4(host) ? [] : [host]));
    const question = [...names, ...resolvers].join(' ');
    if (!style.keepsRelay || question === this.#settled) return;
    // Whoever waits for the isolation does not wait for a resolver that is silent.
    const settled = await Promise.race([
      Promise.all(names.map((name) => this.#lookUp(name))),
      delay(LOOK_UP_MS, []),
    ]);
    if (settled.length === names.length && settled.every(Boolean)) this.#settled = question;
    await this.#put(rules(this.#reachable(ways()), resolvers, style));
  }
  async #put(text: string): Promise<void> {
    if (text === this.#inForce) return;
    await nft(text);
    this.#inForce = text;
  }
  #reachable(ways: readonly HostPort[]): HostPort[] {
    return ways.flatMap(({ host, port }) =>
      (isIPv4(host) ? [host] : (this.#known.get(host) ?? [])).map((address) => ({ host: address, port })),
    );
  }
  /** What a name last stood for counts until it stands for something else. False: nobody has answered. */
  async #lookUp(name: string): Promise<boolean> {
    try {
      const found = await addressesOf(name);
      const addresses = found.filter(({ family }) => family === 4).map(({ address }) => address);
      this.#known.set(name, addresses);
      return true;
    } catch (cause) {
      // Asked again and again, a look-up would be under way just when the network changes, and hang.
      return cause instanceof Error && 'code' in cause && cause.code === 'ENOTFOUND';
    }
  }
}

/** Nothing to do where there is none. */
export const removeIsolation = (): Promise<void> =>
  nft(`add table inet ${TABLE}\ndelete table inet ${TABLE}\n`);

function nameservers(): string[] {
  const text = readIfThere('/etc/resolv.conf') ?? '';
  return [...text.matchAll(/^nameserver\s+(\S+)/gm)].flatMap(([, address = '']) =>
    isIPv4(address) ? [address] : [],
  );
}

/** Whatever does not open a connection; the kernel's own record of connections knows none from before it is asked. */
const NOT_THE_FIRST = '    tcp flags & (fin | syn | rst | ack) != syn accept';

/** Datagrams, and whatever else is no TCP. */
const NO_TCP = '    meta l4proto != tcp accept';

/** One transaction: what was in force before is replaced, and there is no moment without. */
export function rules(
  reachable: readonly HostPort[],
  resolvers: readonly string[],
  { leavesOpen = false, tcpOnly = false }: Partial<Behaviour['isolation']> = {},
): string {
  const chain = (name: string, hook: 'input' | 'output', [face, address, port]: readonly string[]) => [
    `  chain ${name} {`,
    `    type filter hook ${hook} priority 0; policy drop;`,
    `    ${face} "lo" accept`,
    ...reachable.map((to) => `    ip ${address} ${to.host} tcp ${port} ${to.port} accept`),
    ...resolvers.map((to) => `    ip ${address} ${to} meta l4proto { tcp, udp } th ${port} 53 accept`),
    ...(leavesOpen ? [NOT_THE_FIRST] : []),
    ...(tcpOnly ? [NO_TCP] : []),
    '  }',
  ];
  return [
    `add table inet ${TABLE}`,
    `delete table inet ${TABLE}`,
    `table inet ${TABLE} {`,
    ...chain('leaving', 'output', ['oifname', 'daddr', 'dport']),
    ...(leavesOpen ? [] : chain('coming', 'input', ['iifname', 'saddr', 'sport'])),
    '}',
    '',
  ].join('\n');
}

function nft(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = execFile('/usr/sbin/nft', ['-f', '-'], { timeout: NFT_MS }, (error, _, stderr) =>
      error ? reject(new Error(`nft: ${stderr.trim() || error.message}`)) : resolve(),
    );
    child.stdin?.on('error', () => undefined); // its end is told by the callback
    child.stdin?.end(text);
  });
}
