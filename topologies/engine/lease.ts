/**
 * A container that lives exactly as long as this process: it runs `cat` on a stream that we hold open, so the
 * engine ends it within a second after we are gone, however we went. It needs neither a port nor the socket.
 */
import { once } from 'node:events';
import type { Socket } from 'node:net';
import type Docker from 'dockerode';
import type { ImageRef } from './engine.ts';
import { EngineError } from './errors.ts';
import { fullName, labelsOf, LEASE } from './names.ts';
import { removeContainer } from './started.ts';
import { asSocket } from './streams.ts';

export interface Lease extends AsyncDisposable {
  /** why the hold is lost, if it is: then a sweep by somebody else may already be removing what we have */
  lost(): string | undefined;
}

export async function takeLease(docker: Docker, run: string, image: ImageRef): Promise<Lease> {
  const container = await docker.createContainer({
    name: fullName(run, 'lease'),
    Image: image.tag,
    Cmd: ['cat'],
    Labels: labelsOf(run, { [LEASE]: '1' }),
    OpenStdin: true,
    StdinOnce: true,
    AttachStdin: true,
    HostConfig: {
      NetworkMode: 'none',
      CapDrop: ['ALL'],
      ReadonlyRootfs: true,
      Memory: 32 * 1024 * 1024,
      PidsLimit: 16,
      LogConfig: { Type: 'none', Config: {} },
    },
  });
  try {
    const stream = asSocket(
      await container.attach({
        stream: true,
        stdin: true,
        stdout: true,
        hijack: true,
      }),
    );
    await container.start();
    return hold(docker, container.id, stream);
  } catch (error) {
    await removeContainer(docker, container.id).catch(() => undefined);
    throw new EngineError({
      code: 'container-start',
      what: `starting the lease of run ${run}`,
      cause: error,
      remedy: 'run `heiiki doctor`; without a lease nothing is created, as nobody could clean it up',
    });
  }
}

function hold(docker: Docker, id: string, stream: Socket): Lease {
  let why: string | undefined;
  stream.on('error', (error) => (why ??= error.message));
  stream.on('close', () => (why ??= 'the lease container ended'));
  stream.resume();
  // a program that forgets to dispose must still be able to end
  stream.unref();
  return {
    lost: () => why,
    async [Symbol.asyncDispose]() {
      why ??= 'disposed';
      stream.destroy();
      if (!stream.closed) await once(stream, 'close');
      await removeContainer(docker, id);
    },
  };
}
