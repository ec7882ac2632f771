/** Relays of each kind for tests: a few lines each, that keep what they were asked. */
import { createHash } from 'node:crypto';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTls } from 'node:tls';
import type { Relay } from './relay.ts';
import { SignIn, type Account } from './sign-in.ts';
import type { TrustStyle } from './trust.ts';

export const HONEST_TLS: TrustStyle = { accepts: 'nothing-wrong', askRevocation: null };
export const STYLE = { restMs: 5000, digest: 'right', unasked: false } as const;

export function plainRelay(port: number, account: Account | null = null, more: Partial<Relay> = {}): Relay {
  return { scheme: 'http', host: '127.0.0.1', port, ca: null, signIn: new SignIn(account, STYLE), ...more };
}

export interface TestRelay extends Disposable {
  readonly port: number;
  /** heads of the requests, as they came */
  readonly heads: string[];
}

function started(server: Server, heads: string[], sockets: Set<Socket>): Promise<TestRelay> {
  server.on('connection', (socket: Socket) => sockets.add(socket));
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () =>
      resolve({
        port: (server.address() as AddressInfo).port,
        heads,
        [Symbol.dispose]: () => {
          for (const socket of sockets) socket.destroy();
          server.close();
        },
      }),
    );
  });
}

function join(one: Socket, other: Socket): void {
  for (const socket of [one, other]) socket.on('error', () => undefined);
  one.pipe(other).pipe(one);
  one.once('close', () => other.destroy());
  other.once('close', () => one.destroy());
}

/** `verdict`: the status line and headers for a CONNECT that is not let through; undefined lets it. */
export function httpRelay(
  to: number,
  verdict: (head: string) => string | undefined,
  tls?: { cert: string; key: string },
): Promise<TestRelay> {
  const heads: string[] = [];
  const sockets = new Set<Socket>();
  const serve = (client: Socket): void => {
    client.on('error', () => undefined);
    client.once('data', (chunk: Buffer) => {
      const head = chunk.toString('latin1');
      heads.push(head);
      const no = verdict(head);
      if (no !== undefined) return void client.end(`HTTP/1.1 ${no}\r\n\r\n`);
      const up = connect(to, '127.0.0.1', () => {
        client.write('HTTP/1.1 200 Connection established\r\n\r\n');
        join(client, up);
      });
      up.on('error', () => client.destroy());
      sockets.add(up);
    });
  };
  return started(tls ? createTls(tls, serve) : createServer(serve), heads, sockets);
}

export const wantsBasic =
  ({ user, password }: Account) =>
  (head: string): string | undefined => {
    const right = Buffer.from(`${user}:${password}`).toString('base64');
    return head.includes(`\r\nProxy-Authorization: Basic ${right}\r\n`)
      ? undefined
      : '407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="relay"';
  };

const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

/** As RFC 7616 has it, with a nonce that is good for so many uses. */
export function wantsDigest({ user, password }: Account, uses = Infinity) {
  let nonce = 'n1';
  let used = 0;
  return (head: string): string | undefined => {
    const [, given = ''] = /\r\nProxy-Authorization: Digest (.*)\r\n/.exec(head) ?? [];
    const value = (key: string): string => new RegExp(`\\b${key}="?([^",]+)`).exec(given)?.[1] ?? '';
    const first = md5(`${user}:relay:${password}`);
    const second = md5(`CONNECT:${value('uri')}`);
    const right = md5([first, nonce, value('nc'), value('cnonce'), 'auth', second].join(':'));
    if (value('response') === right && value('uri') === head.split(' ')[1] && used < uses) {
      used += 1;
      return undefined;
    }
    const stale = value('nonce') === nonce && used >= uses;
    if (stale) {
      nonce += 'x';
      used = 0;
    }
    return `407 Sign in\r\nProxy-Authenticate: Digest realm="relay", nonce="${nonce}", qop="auth", stale=${String(stale)}`;
  };
}

/** SOCKS5 (RFC 1928) for names only; `account`: it wants a sign-in (RFC 1929). `heads`: the names asked for. */
export function socksRelay(to: number, account: Account | null, reply = 0): Promise<TestRelay> {
  const heads: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    client.on('error', () => undefined);
    const method = account ? 2 : 0;
    const request = (chunk: Buffer): void => {
      heads.push(chunk.subarray(5, 5 + (chunk[4] ?? 0)).toString());
      client.write(Buffer.from([5, reply, 0, 1, 0, 0, 0, 0, 0, 0]));
      if (reply !== 0) return void client.end();
      const up = connect(to, '127.0.0.1');
      sockets.add(up);
      join(client, up);
    };
    client.once('data', (greeting: Buffer) => {
      if (!greeting.subarray(2).includes(method)) return void client.end(Buffer.from([5, 0xff]));
      client.write(Buffer.from([5, method]));
      if (!account) return void client.once('data', request);
      client.once('data', (chunk: Buffer) => {
        const { user, password } = account;
        const good = chunk.equals(
          Buffer.concat([
            Buffer.from([1, user.length]),
            Buffer.from(user),
            Buffer.from([password.length]),
            Buffer.from(password),
          ]),
        );
        client.write(Buffer.from([1, good ? 0 : 1]));
        if (good) client.once('data', request);
      });
    });
  });
  return started(server, heads, sockets);
}
