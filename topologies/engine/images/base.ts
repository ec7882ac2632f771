/** Debian 12 without any image registry where the machine can make it, else from a usual base image. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { ImageRef } from '../engine.ts';
import { EngineError, reasonOf } from '../errors.ts';
import { OURS } from '../names.ts';
import { buildOne, type Builder } from './build-one.ts';
import { followBuild } from './follow.ts';
import { baseImage, BASE_PACKAGES, SUITE } from './recipes.ts';

const USUAL = 'debian:bookworm-slim';

export async function makeBase(builder: Builder, ref: ImageRef): Promise<void> {
  const given = process.env['HEIIKI_BASE_IMAGE'];
  if (given === undefined && canBootstrap()) return bootstrap(builder, ref);
  const parent = given ?? USUAL;
  builder.say(`base: from ${parent}`);
  const dockerfile = `RUN apt-get update && apt-get install -y --no-install-recommends ${BASE_PACKAGES.join(' ')} && rm -rf /var/lib/apt/lists/*\nCMD ["/bin/sh"]`;
  await buildOne(builder, { ...baseImage, dockerfile }, ref, { parent, stages: [] });
}

/** mmdebstrap needs root (or user namespaces, which are often forbidden) and the keys of the distribution. */
function canBootstrap(): boolean {
  return (
    process.platform === 'linux' &&
    process.getuid?.() === 0 &&
    (existsSync('/usr/bin/mmdebstrap') || existsSync('/usr/bin/apt-get'))
  );
}

async function bootstrap({ docker, say }: Builder, ref: ImageRef): Promise<void> {
  if (!existsSync('/usr/bin/mmdebstrap')) await installBootstrapper(say);
  say(`base: mmdebstrap --variant=minbase ${SUITE}`);
  const args = ['--quiet', '--variant=minbase', `--include=${BASE_PACKAGES.join(',')}`, SUITE, '-'];
  const child = spawn('mmdebstrap', args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const [repo, tag] = ref.tag.split(':') as [string, string];
  const changes = ['CMD ["/bin/sh"]', `LABEL ${OURS}=1 heiiki.image=base`];
  const imported = docker
    .importImage(child.stdout, { repo, tag, changes })
    .then((answer) => followBuild(answer, say));
  const [made, taken] = await Promise.allSettled([outcome(child), imported]);
  if (made.status === 'fulfilled' && made.value.exit === 0 && taken.status === 'fulfilled') return;
  // the import of a cut archive may have made an image: it must not be taken for a good one
  await docker
    .getImage(ref.tag)
    .remove({ force: true })
    .catch(() => undefined);
  if (made.status === 'rejected') throw failed('making the Debian base', String(made.reason));
  if (made.value.exit !== 0)
    throw failed('making the Debian base', `mmdebstrap ended with ${made.value.exit}: ${made.value.stderr}`);
  throw failed('importing the Debian base', taken.status === 'rejected' ? reasonOf(taken.reason) : '');
}

async function installBootstrapper(say: (line: string) => void): Promise<void> {
  say('base: apt-get install mmdebstrap (it makes the Debian base without an image registry)');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const args of [
    ['update'],
    ['install', '-y', '--no-install-recommends', 'mmdebstrap', 'debian-archive-keyring'],
  ]) {
    const { exit, stderr } = await outcome(
      spawn('apt-get', ['-qq', ...args], { env, stdio: ['ignore', 'ignore', 'pipe'] }),
    );
    if (exit !== 0)
      throw failed('installing mmdebstrap', `apt-get ${args[0] ?? ''} ended with ${exit}: ${stderr}`);
  }
}

async function outcome(child: ReturnType<typeof spawn>): Promise<{ exit: number; stderr: string }> {
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-2000)));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ exit: code ?? 1, stderr: stderr.trim() }));
  });
}

function failed(what: string, cause: string): EngineError {
  const remedy =
    'make the Debian mirror reachable, or name an image that the engine has in HEIIKI_BASE_IMAGE';
  return new EngineError({ code: 'image-build', what, cause: new Error(cause), remedy });
}
