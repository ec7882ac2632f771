/** No engine answers: on Debian and Ubuntu as root one is installed and started privately, elsewhere it is said what to do. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import type { Candidate } from './address.ts';
import { EngineError, UsageError } from './errors.ts';
import { argumentsOf, startPrivate } from './private-engine.ts';
import { PRIVATE } from './private.ts';

const PACKAGES = ['docker.io', 'iptables', 'mmdebstrap', 'debian-archive-keyring'] as const;
const DOCKERD = ['/usr/bin/dockerd', '/usr/sbin/dockerd', '/usr/local/bin/dockerd'];

export interface ProvisionOptions {
  readonly say: (line: string) => void;
  /** what was looked at, and why it is not taken */
  readonly tried: readonly string[];
  readonly allowed: boolean;
}

/** @throws UsageError where it is forbidden or not possible, with what to do; EngineError if it fails half way */
export async function provision({ say, tried, allowed }: ProvisionOptions): Promise<Candidate> {
  const why = allowed ? obstacle() : 'this command starts no engine';
  if (why) throw nothing(why, tried);
  const missing = !DOCKERD.some((path) => existsSync(path));
  say('no container engine answers; heiiki starts a private one:');
  if (missing) say(`  apt-get install ${PACKAGES.join(' ')}`);
  say(`  dockerd ${argumentsOf(PRIVATE).join(' ')}`);
  say(
    `  it stays for later runs; stop it with: kill $(cat ${PRIVATE.pidfile})  (HEIIKI_PROVISION=never forbids this)`,
  );
  if (missing) await install(say);
  return startPrivate(PRIVATE);
}

/** Why this machine cannot have a private engine; undefined if it can. */
export function obstacle(
  machine = {
    forbidden: process.env['HEIIKI_PROVISION'] === 'never',
    platform: process.platform as string,
    uid: process.getuid?.(),
    release: readRelease(),
  },
): string | undefined {
  if (machine.forbidden) return 'HEIIKI_PROVISION=never forbids to start one';
  if (machine.platform !== 'linux') return 'only on Linux can heiiki start one itself';
  if (!/^(ID|ID_LIKE)=.*\b(debian|ubuntu)\b/m.test(machine.release))
    return 'only on Debian and Ubuntu can heiiki install one itself';
  if (machine.uid !== 0) return 'only root can install and start one';
  return undefined;
}
function readRelease(): string {
  return existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
}

function nothing(why: string, tried: readonly string[]): UsageError {
  const looked = tried.map((line) => `\n    ${line}`).join('');
  return new UsageError(
    `no container engine answers, and ${why}. Looked at:${looked}`,
    'install and start Docker (docs.docker.com/engine/install) or Podman (`systemctl start podman.socket` as root), ' +
      'or set DOCKER_HOST to an engine that runs, or run as root on Debian or Ubuntu',
  );
}

async function install(say: (line: string) => void): Promise<void> {
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...PACKAGES]]) {
    say(`apt-get ${args.join(' ')}`);
    const { exit, output } = await apt(args);
    if (exit !== 0)
      throw new EngineError({
        code: 'provision',
        what: `apt-get ${args[0] ?? ''}`,
        cause: new Error(`it ended with ${exit}: ${output}`),
        remedy: 'is the package mirror reachable? is another apt running?',
      });
  }
}

function apt(args: readonly string[]): Promise<{ exit: number; output: string }> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_SUSPEND: '1' };
  const child = spawn('apt-get', ['-qq', ...args], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-2000)));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ exit: code ?? 1, output: output.trim() }));
  });
}
