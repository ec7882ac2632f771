/** The same containers and networks as a closed office has, brought up by docker-compose: the peer of bring-up.ts. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';

const PROGRAMS = [['docker', 'compose'], ['docker-compose']] as const;

export interface Compose extends AsyncDisposable {
  readonly version: string;
  up(): Promise<void>;
  down(): Promise<void>;
}

/** Undefined where neither the plugin nor Debian's package is installed. */
export async function openCompose(image: string): Promise<Compose | undefined> {
  for (const [program, ...words] of PROGRAMS) {
    const version = await call(program, [...words, 'version', '--short']).catch(() => undefined);
    if (version === undefined) continue;
    const folder = await mkdtemp(join(tmpdir(), 'heiiki-compose-'));
    const file = join(folder, 'compose.yaml');
    await writeFile(file, stringify(project(image)));
    const compose = (...more: string[]): Promise<string> =>
      call(program, [...words, '--project-name', `bench${process.pid}`, '--file', file, ...more]);
    return {
      version: version.trim(),
      up: async () => {
        await compose('up', '--detach');
      },
      down: async () => {
        await compose('down', '--timeout', '0');
      },
      [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
    };
  }
  return undefined;
}

function project(image: string): unknown {
  const node = (...networks: string[]) => ({ image, command: 'sleep infinity', networks });
  return {
    version: '3.7',
    services: {
      holder: node('closed'),
      gateway: node('closed'),
      relay: node('closed', 'internet'),
      resolver: node('internet'),
      cloud: node('internet'),
      endpoint: { image, command: 'sleep infinity', network_mode: 'service:holder' },
    },
    networks: { closed: { internal: true }, internet: { internal: true } },
  };
}

function call(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(stdout) : reject(new Error(`${program} ended with ${String(code)}: ${stderr}`)),
    );
  });
}
