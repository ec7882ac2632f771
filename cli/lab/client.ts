/** The commands' side of the socket. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Reply, type Request } from './protocol.ts';
import { Wire } from './wire.ts';

/** What the lab itself says went wrong, with the status that it wants the command to end with. */
export class LabRefused extends Error {
  override readonly name = 'LabRefused';
  readonly exitCode: number;

  constructor(message: string, status: number) {
    super(message);
    this.exitCode = status;
  }
}

/** The resident process has ended, or cannot be heard. */
export class LabDead extends Error {
  override readonly name = 'LabDead';
  readonly exitCode = 2;

  constructor(lab: string) {
    super(
      `the process that holds lab ${lab} has ended or does not answer.\n  → heiiki lab down ${lab} (or heiiki reap) removes what is left of it`,
    );
  }
}

/** Undefined if nobody listens there. */
export async function reach(path: string): Promise<Wire | undefined> {
  const socket: Socket = connect(path);
  try {
    await once(socket, 'connect');
    return new Wire(socket);
  } catch {
    return undefined;
  }
}

/** One request; replies as they come. Throws LabRefused for an error, LabDead if the end comes without an answer. */
export async function* ask(
  wire: Wire,
  lab: string,
  request: Request,
): AsyncGenerator<Exclude<Reply, { kind: 'error' }>, void, undefined> {
  await wire.send(request);
  try {
    for (;;) {
      const line = await wire.next();
      if (line === undefined) throw new LabDead(lab);
      const reply = Reply.parse(line);
      if (reply.kind === 'error') throw new LabRefused(reply.message, reply.status);
      yield reply;
      if (reply.kind === 'result' || reply.kind === 'exit' || reply.kind === 'info') return;
    }
  } finally {
    wire.close();
  }
}

/** The same for who only wants the last reply. */
export async function answerTo(wire: Wire, lab: string, request: Request): Promise<Reply> {
  let last: Reply | undefined;
  for await (const reply of ask(wire, lab, request)) last = reply;
  if (!last) throw new LabDead(lab);
  return last;
}
