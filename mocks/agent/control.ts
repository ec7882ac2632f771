/** Local control: one JSON request and one JSON answer over a socket that only root can open. */
import { mkdirSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { dirname } from 'node:path';
import { isRecord, messageOf } from './files.ts';

export type Request =
  | { readonly do: 'status' }
  | { readonly do: 'test' }
  /** the configuration of the relays is another now */
  | { readonly do: 'reload' }
  /** an offline package, by its path */
  | { readonly do: 'content'; readonly file: string }
  /** `hand`: a person stops it, not an installer */
  | { readonly do: 'stop'; readonly by?: 'hand' }
  /** unenrol within the time, ms, then stop; with `must` only if it was unenrolled */
  | { readonly do: 'leave'; readonly timeoutMs: number; readonly must: boolean };
export type Reply = Readonly<Record<string, unknown>>;

const MAX_LINE = 4096;

export function serveControl(path: string, handle: (request: Request) => Promise<Reply>): Promise<Server> {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  rmSync(path, { force: true });
  const server = createServer((socket) => {
    let got = '';
    socket.setTimeout(10_000, () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.on('data', (part: Buffer) => {
      got += part.toString('utf8');
      if (got.length > MAX_LINE) return socket.destroy();
      const end = got.indexOf('\n');
      if (end < 0) return;
      void answer(got.slice(0, end), handle).then((reply) => socket.end(`${JSON.stringify(reply)}\n`));
    });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => resolve(server));
  });
}

async function answer(line: string, handle: (request: Request) => Promise<Reply>): Promise<Reply> {
  try {
    const request: unknown = JSON.parse(line);
    if (!isRecord(request) || typeof request['do'] !== 'string') return { error: 'no request' };
    return await handle(request as unknown as Request);
  } catch (cause) {
    return { error: messageOf(cause) };
  }
}

/** undefined: the agent is not running, or does not answer in time. */
export function control(path: string, request: Request, timeoutMs: number): Promise<Reply | undefined> {
  return new Promise((resolve) => {
    let got = '';
    const socket = connect(path);
    const give = () => {
      socket.destroy();
      resolve(undefined);
    };
    socket.setTimeout(timeoutMs, give);
    socket.once('error', give);
    socket.once('connect', () => socket.write(`${JSON.stringify(request)}\n`));
    socket.on('data', (part: Buffer) => (got += part.toString('utf8')));
    socket.once('end', () => {
      const reply: unknown = got.endsWith('\n') ? JSON.parse(got) : undefined;
      socket.destroy();
      resolve(isRecord(reply) ? reply : undefined);
    });
  });
}
