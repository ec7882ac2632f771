/** A process inside a container over one hijacked connection: stdin with half-close, stdout, stderr, exit. */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { PassThrough, Writable } from 'node:stream';
import { setTimeout as after } from 'node:timers/promises';
import type Docker from 'dockerode';
import type { ExecOptions, StartedExec } from './engine.ts';
import { EngineError, statusOf } from './errors.ts';
import { demultiplex } from './frames.ts';
import { inTime } from './late.ts';
import { asSocket } from './streams.ts';

/** An environment variable by which a process and its children are found again: the API cannot kill an exec. */
const TOKEN = 'HEIIKI_EXEC';
const WINDOW = 256 * 1024;
/** the longest pause between two looks whether it has ended */
const END_MS = 1000;

export interface KillableExec extends StartedExec {
  /** SIGKILL to the process, its children and its process groups, from inside the container. */
  kill(): Promise<void>;
}

export async function startExec(
  container: Docker.Container,
  argv: readonly string[],
  options: ExecOptions = {},
): Promise<KillableExec> {
  const token = randomBytes(8).toString('hex');
  const env = Object.entries({ ...options.env, [TOKEN]: token }).map(([key, value]) => `${key}=${value}`);
  const wanted = {
    Cmd: [...argv],
    Env: env,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    ...(options.user ? { User: options.user } : {}),
    ...(options.cwd ? { WorkingDir: options.cwd } : {}),
  };
  try {
    const exec = await inTime(container.exec(wanted));
    // `stdin` would keep the request open on our side; a hijacked socket is writable anyway.
    const socket = asSocket(await inTime(exec.start({ hijack: true, stdin: false, Tty: false })));
    return streams(container, exec, socket, token, options.user);
  } catch (error) {
    const remedy =
      statusOf(error) === 409
        ? 'the container is not running or is paused: look at why it ended'
        : 'look at the engine log; the container may have been removed';
    throw new EngineError({ code: 'exec', what: `running ${argv.join(' ')}`, cause: error, remedy });
  }
}

function streams(
  container: Docker.Container,
  exec: Docker.Exec,
  socket: Socket,
  token: string,
  user: string | undefined,
): KillableExec {
  const stdout = new PassThrough({ highWaterMark: WINDOW });
  const stderr = new PassThrough({ highWaterMark: WINDOW });
  const stdin = inputOf(socket);
  const ended = pump(exec, socket, stdout, stderr);
  const kill = () => killByToken(container, token, user);
  const endIt = async (): Promise<void> => {
    // A process that the engine has still to begin is not found: ask until it says that nothing runs.
    for (let wait = 20; wait < END_MS; wait *= 2) {
      await inTime(kill());
      await after(wait);
      if (!(await exec.inspect()).Running) return;
    }
  };
  return {
    stdin,
    stdout,
    stderr,
    ended,
    kill,
    async [Symbol.asyncDispose]() {
      if (!stdout.writableEnded || !stderr.writableEnded) await endIt().catch(() => undefined);
      stdin.destroy();
      stdout.destroy();
      stderr.destroy();
      socket.destroy();
      await ended;
    },
  };
}

/** `end()` closes our half only, so that `cat`-like programs can still answer. */
function inputOf(socket: Socket): Writable {
  const stdin = new Writable({
    highWaterMark: WINDOW,
    write: (chunk: Buffer, _encoding, done) => void socket.write(chunk, (error) => done(error)),
    final: (done) => {
      if (socket.destroyed) done();
      else socket.end(done);
    },
  });
  // A process that ended does not read: its exit status says more than EPIPE here.
  stdin.on('error', () => undefined);
  return stdin;
}

async function pump(
  exec: Docker.Exec,
  socket: Socket,
  stdout: PassThrough,
  stderr: PassThrough,
): Promise<number | null> {
  let whole = false;
  try {
    whole = await demultiplex(socket, stdout, stderr);
  } catch {
    // a broken connection: what came is handed on, the exit status below is null
  }
  stdout.end();
  stderr.end();
  return whole ? exitOf(exec) : null;
}

/** The stream may end a moment before the engine has noted the exit status. */
async function exitOf(exec: Docker.Exec): Promise<number | null> {
  for (let wait = 2; wait < 2000; wait *= 2) {
    try {
      const { Running, ExitCode } = await exec.inspect();
      if (!Running) return ExitCode;
    } catch {
      return null;
    }
    await after(wait);
  }
  return null;
}

const KILLER = `
for f in $(grep -lsaz "^${TOKEN}=$1$" /proc/[0-9]*/environ); do
  p=\${f#/proc/}; p=\${p%/environ}
  read -r line < "/proc/$p/stat" || continue
  set -- \${line##*) }
  kill -9 "-$3" "$p" 2>/dev/null || kill -9 "$p" 2>/dev/null
done
exit 0`;

/** As the user of the process: root in a container may not read the environment of others. */
async function killByToken(
  container: Docker.Container,
  token: string,
  user: string | undefined,
): Promise<void> {
  const exec = await container.exec({
    Cmd: ['/bin/sh', '-c', KILLER, 'sh', token],
    AttachStdout: true,
    AttachStderr: true,
    ...(user ? { User: user } : {}),
  });
  const socket = asSocket(await exec.start({ hijack: true, stdin: false }));
  const sink = () => new Writable({ write: (_chunk, _encoding, done) => done() });
  await demultiplex(socket, sink(), sink());
}
