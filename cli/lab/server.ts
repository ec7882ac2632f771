/** The resident process's side of the socket: each connection one request. */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import type { StartedExec } from '../../topologies/lab-types.ts';
import { WrongUsage } from '../options.ts';
import type { Hands, LabInHand } from './in-hand.ts';
import { Input, Request, type Reply, type RequestOf } from './protocol.ts';
import { Wire } from './wire.ts';

type Answers = {
  readonly [O in Request['op']]: (
    lab: LabInHand,
    wire: Wire,
    request: RequestOf<O>,
  ) => Promise<Reply | undefined>;
};

const ANSWERS: Answers = {
  attach,
  info: (lab) => Promise.resolve({ kind: 'info', info: lab.info() }),
  exec,
  relocate: async (lab, _wire, request) => result(await handsOf(lab).relocate(request)),
  fault: async (lab, _wire, request) => result(await handsOf(lab).fault(request)),
  heal: async (lab, _wire, request) => result(await handsOf(lab).heal(request)),
  watch,
  down: async (lab) => {
    await lab.down();
    return result('');
  },
};

const result = (text: string): Reply => ({ kind: 'result', text });

export interface Served {
  /** Hears nobody new, lets replies that are on their way arrive, then hangs up. */
  close(): Promise<void>;
}

/** How long a client that does not read may keep the process from ending. */
const LINGER_MS = 2000;

/** Listens at `path`; resolves when it does. */
export async function serveLab(path: string, lab: LabInHand): Promise<Served> {
  const open = new Set<Socket>();
  const server: Server = createServer((socket) => {
    open.add(socket);
    socket.on('close', () => open.delete(socket));
    void converse(lab, new Wire(socket));
  });
  server.listen(path);
  await once(server, 'listening');
  return {
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      const late = setTimeout(() => open.forEach((socket) => socket.destroy()), LINGER_MS);
      await closed;
      clearTimeout(late);
    },
  };
}

async function converse(lab: LabInHand, wire: Wire): Promise<void> {
  try {
    const request = Request.parse(await wire.next());
    const answer = ANSWERS[request.op] as (
      lab: LabInHand,
      wire: Wire,
      request: Request,
    ) => Promise<Reply | undefined>;
    const reply = await answer(lab, wire, request);
    if (reply) await wire.send(reply);
  } catch (error) {
    await wire.send(refusal(error));
  }
  wire.end();
}

/** Bad input is told from a failure by the status that the error itself names. */
function refusal(error: unknown): Reply {
  if (error instanceof z.ZodError || error instanceof SyntaxError)
    return {
      kind: 'error',
      status: 3,
      message: `the lab does not understand this command (${error.message}). Was the lab started by another version? Take it down with that one, or start it again.`,
    };
  const status = (error as { exitCode?: unknown } | null)?.exitCode;
  const message = error instanceof Error ? error.message : String(error);
  return { kind: 'error', message, status: typeof status === 'number' ? status : 2 };
}

function handsOf(lab: LabInHand): Hands {
  if (lab.hands) return lab.hands;
  const { state, name } = lab.info();
  throw new WrongUsage(`lab ${name} is ${state}; \`heiiki lab ls\` shows when it can be used`);
}

async function attach(lab: LabInHand, wire: Wire): Promise<Reply | undefined> {
  void wire.drain();
  const settled = new AbortController();
  const settle = (): void => settled.abort();
  const started = lab.start();
  started.then(settle, settle);
  const stop = AbortSignal.any([wire.gone, settled.signal]);
  for (let told = 0; ;) {
    const line = lab.said.lines[told];
    if (line !== undefined) {
      told++;
      await wire.send({ kind: 'progress', line });
    } else if (settled.signal.aborted) break;
    else if (wire.gone.aborted) {
      // Nobody knows yet that there is a lab: whoever wanted it has gone.
      await lab.down();
      return undefined;
    } else await lab.said.changed(stop);
  }
  await started;
  return { kind: 'info', info: lab.info() };
}

async function watch(lab: LabInHand, wire: Wire, { past }: RequestOf<'watch'>): Promise<Reply> {
  void wire.drain();
  for (let index = past ? 0 : lab.events.length; !wire.gone.aborted;) {
    const event = lab.events[index];
    if (event) {
      index++;
      await wire.send({ kind: 'event', event });
    } else if (lab.over) break;
    else await lab.changed(wire.gone);
  }
  return result('the lab was taken down');
}

async function exec(lab: LabInHand, wire: Wire, request: RequestOf<'exec'>): Promise<Reply | undefined> {
  const started = await handsOf(lab).begin(request);
  // A person who goes away does not want the program any more.
  wire.gone.addEventListener('abort', () => void started[Symbol.asyncDispose]());
  // Only now, so that nobody's input is read for a program that never begins.
  await wire.send({ kind: 'progress', line: 'begun' });
  void feed(wire, started);
  await Promise.all([tell(wire, 'stdout', started.stdout), tell(wire, 'stderr', started.stderr)]);
  const status = await started.ended;
  if (status === null)
    throw new Error('the engine lost the program and cannot say how it ended; is the lab still there?');
  return { kind: 'exit', status };
}

async function feed(wire: Wire, { stdin }: StartedExec): Promise<void> {
  try {
    for (;;) {
      const line = await wire.next();
      if (line === undefined) return;
      const { stdin: data } = Input.parse(line);
      if (data === null) stdin.end();
      else if (!stdin.write(Buffer.from(data, 'base64')))
        await once(stdin, 'drain', { signal: wire.gone }).catch(() => undefined);
    }
  } catch {
    wire.close();
  }
}

async function tell(wire: Wire, kind: 'stdout' | 'stderr', from: Readable): Promise<void> {
  try {
    for await (const chunk of from as AsyncIterable<Buffer>)
      await wire.send({ kind, data: chunk.toString('base64') });
  } catch {
    // destroyed: whoever wanted it has gone
  }
}
