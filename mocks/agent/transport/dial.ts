/** One TCP connection, and how a name is looked up for it. */
import { lookup } from 'node:dns';
import { connect, type LookupFunction, type Socket } from 'node:net';
import { RouteError } from './failure.ts';

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** `opened` is told at once, so that whoever has the deadline can end it while it still connects. */
export function dial(
  to: HostPort,
  from: string | undefined,
  opened: (socket: Socket) => void,
  names: LookupFunction = sharedLookup,
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: to.host,
      port: to.port,
      lookup: names,
      ...(from === undefined ? {} : { localAddress: from }),
    });
    opened(socket);
    socket.setNoDelay(true);
    const cut = () => reject(new RouteError('closed', 'closed while connecting'));
    socket.once('error', reject);
    socket.once('close', cut);
    socket.once('connect', () => {
      socket.off('error', reject).off('close', cut);
      // Between two who listen nobody does: an error then must not end the agent; the next write tells it.
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}

/** Does somebody listen there? Throws what the connection throws, after `timeoutMs` at the latest. */
export async function portOpen(to: HostPort, timeoutMs: number): Promise<void> {
  const deadline = AbortSignal.timeout(timeoutMs);
  const socket = await dial(to, undefined, (opening) => {
    deadline.addEventListener('abort', () => opening.destroy());
  });
  socket.destroy();
}

/** A look-up cannot be cancelled and holds a thread: a second one for the same name waits for the first. */
const asked = new Map<string, Promise<{ address: string; family: number }[]>>();
export const addressesOf = (name: string): Promise<{ address: string; family: number }[]> => {
  const running =
    asked.get(name) ??
    new Promise<{ address: string; family: number }[]>((resolve, reject) => {
      lookup(name, { all: true }, (error, found) => (error ? reject(error) : resolve(found)));
    }).finally(() => asked.delete(name));
  asked.set(name, running);
  return running;
};
const sharedLookup: LookupFunction = (name, options, done) => {
  addressesOf(name).then(
    (found) => (options.all ? done(null, found) : done(null, found[0]?.address ?? '', found[0]?.family)),
    (error: unknown) => done(error as NodeJS.ErrnoException, []),
  );
};
