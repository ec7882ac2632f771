/** `heiiki doctor`: what is there, what is missing, what that costs, what to do. Changes nothing. */
import { cpus, freemem, totalmem } from 'node:os';
import { statfs } from 'node:fs/promises';
import type Docker from 'dockerode';
import { answers, candidates, type Candidate } from './address.ts';
import { connect, type Client } from './client.ts';
import { reasonOf } from './errors.ts';
import { digestOf, tagOf } from './images/digest.ts';
import { endpointBases, toolsNodeImage } from './images/index.ts';
import type { ImageRecipe } from './engine.ts';
import { kernelFindings } from './kernel.ts';
import { PRIVATE } from './private.ts';
import { obstacle } from './provision.ts';

export interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'missing' | 'warning';
  readonly detail: string;
  /** what cannot be done, or what it takes to put right; empty if nothing */
  readonly cost: string;
  /** empty if nothing is to be done */
  readonly remedy: string;
}
export const fine = (check: string, detail: string, remedy = ''): Finding => {
  return { check, state: 'ok', detail, cost: '', remedy };
};

export async function diagnose(): Promise<readonly Finding[]> {
  const { found, tried } = await look();
  const machine = [await disk(), memory()];
  if (!found) return [withoutEngine(tried), ...machine, ...kernelFindings(undefined)];
  try {
    const client = await connect(found);
    const local = found.address.startsWith('unix:');
    const here = local && process.platform === 'linux';
    return [
      engine(client, found),
      ...(await storage(client.docker)),
      ...(await images(client.docker)),
      ...machine,
      ...kernelFindings(here ? '/proc' : undefined),
      ...(found.address === `unix://${PRIVATE.socket}` ? [privateEngine()] : []),
    ];
  } catch (error) {
    const detail = `${found.address} answers but cannot be used: ${reasonOf(error)}`;
    const remedy = 'look at the engine’s log and at the rights on its socket';
    return [{ check: 'engine', state: 'missing', detail, cost: 'nothing can be run', remedy }, ...machine];
  }
}

async function look(): Promise<{ found?: Candidate; tried: readonly string[] }> {
  const tried: string[] = [];
  for (const candidate of await candidates()) {
    const answer = await answers(candidate);
    if (answer === true) return { found: candidate, tried };
    tried.push(`${candidate.from} (${candidate.address}): ${answer}`);
    if (candidate.explicit) break;
  }
  return { tried };
}

function withoutEngine(tried: readonly string[]): Finding {
  const why = obstacle();
  const remedy = why
    ? `${why}: install and start Docker or Podman, or set DOCKER_HOST`
    : 'nothing: `heiiki run` installs and starts a private one';
  const cost = why ? 'nothing can be run' : 'about a minute at the first run';
  return {
    check: 'engine',
    state: why ? 'missing' : 'warning',
    detail: `none: ${tried.join('; ')}`,
    cost,
    remedy,
  };
}

function engine({ info }: Client, { from }: Candidate): Finding {
  const memory = (info.memoryBytes / 2 ** 30).toFixed(0);
  return fine(
    'engine',
    `${info.version} (API ${info.apiVersion}) on ${info.os}, ${info.arch}, ${info.cpus} CPUs, ${memory} GiB; ` +
      `${info.address} from ${from}`,
  );
}

async function storage(docker: Docker): Promise<readonly Finding[]> {
  const info = (await docker.info()) as {
    Driver: string;
    CgroupVersion?: string;
    SecurityOptions?: string[];
  };
  const driver: Finding =
    info.Driver === 'vfs'
      ? {
          check: 'storage',
          state: 'warning',
          detail: 'vfs: each container is a full copy of its image',
          cost: 'about 0.4 GB and a second for each container',
          remedy: 'use an engine whose data is on a file system that overlay2 can use (ext4, xfs)',
        }
      : fine('storage', info.Driver);
  const options = (info.SecurityOptions ?? []).map(
    (option) => option.replace('name=', '').split(',')[0] ?? '',
  );
  const confined = info.CgroupVersion === '2' || options.some((option) => /apparmor|selinux/.test(option));
  const detail = `cgroup v${info.CgroupVersion ?? '?'}, security: ${options.join(', ') || 'none'}`;
  const rights = options.includes('rootless') ? [withoutRoot()] : [];
  return [driver, ...rights, confined ? fine('confinement', detail) : unconfined(detail)];
}
function withoutRoot(): Finding {
  return {
    check: 'rights',
    state: 'warning',
    detail: 'this engine is not run by root',
    cost: 'a lab may not start: its switch has to reach into the networks of other containers',
    remedy: 'use an engine that is run by root',
  };
}
function unconfined(detail: string): Finding {
  return {
    check: 'confinement',
    state: 'warning',
    detail,
    cost: 'a product whose manifest asks for SYS_ADMIN has a known way out of its container here',
    remedy: 'run such products on a machine of their own, or on one with cgroup v2 or AppArmor',
  };
}

async function images(docker: Docker): Promise<readonly Finding[]> {
  const bases = endpointBases();
  const recipes: ImageRecipe[] = [toolsNodeImage(), bases['debian-12'], bases['debian-12-node']];
  const missing: string[] = [];
  for (const recipe of recipes) {
    const tag = tagOf(recipe.name, await digestOf(recipe));
    const image = await docker
      .getImage(tag)
      .inspect()
      .catch(() => undefined);
    if (!image) missing.push(recipe.name);
  }
  const all = await docker.listImages({ filters: { reference: ['heiiki/*'] } });
  const size = (all.reduce((sum, image) => sum + image.Size, 0) / 1e9).toFixed(1);
  const detail = `${all.length} of heiiki’s in the engine, ${size} GB with what they share counted each time`;
  if (missing.length === 0) return [fine('images', detail)];
  return [
    {
      check: 'images',
      state: 'warning',
      detail: `${detail}; not built yet: ${missing.join(', ')}`,
      cost: 'one to three minutes at the next run, and the distribution’s package mirror must be reachable',
      remedy: 'nothing: the next `heiiki run` builds them',
    },
  ];
}

async function disk(): Promise<Finding> {
  const place = await statfs('/var/lib').catch(() => statfs('/'));
  const free = (place.bavail * place.bsize) / 1e9;
  const detail = `${free.toFixed(0)} GB free`;
  if (free > 6) return fine('disk', detail);
  const cost = 'images need about 2 GB, evidence of a full run about 1 GB';
  return { check: 'disk', state: 'warning', detail, cost, remedy: 'free some space' };
}
function memory(): Finding {
  const detail = `${(freemem() / 2 ** 30).toFixed(1)} of ${(totalmem() / 2 ** 30).toFixed(1)} GiB free, ${cpus().length} CPUs`;
  if (totalmem() > 3.5 * 2 ** 30) return fine('memory', detail);
  const cost = 'a lab needs about 0.5 GiB; fewer run at the same time';
  return { check: 'memory', state: 'warning', detail, cost, remedy: 'use --parallel 1' };
}

function privateEngine(): Finding {
  const stop = `kill $(cat ${PRIVATE.pidfile})`;
  // What dockerd mounts for its networks stays mounted after it has ended.
  const remove = `umount ${PRIVATE.execRoot}/netns/*; rm -rf ${PRIVATE.dataRoot} ${PRIVATE.execRoot}`;
  return fine(
    'private engine',
    `data in ${PRIVATE.dataRoot}, log ${PRIVATE.log}`,
    `stop: ${stop}; remove after that: ${remove}`,
  );
}
