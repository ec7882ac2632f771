/** Where an engine may answer, in the order of precedence, and whether one does. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from './errors.ts';
import { PRIVATE } from './private.ts';

export interface Candidate {
  /** why it is looked at, e.g. `DOCKER_HOST` or `context desktop-linux` */
  readonly from: string;
  readonly address: string;
  /** named by the user: if it does not answer, no other one is taken in its place */
  readonly explicit: boolean;
  /** folder with ca.pem, cert.pem and key.pem */
  readonly certificates?: string;
}
type Env = Readonly<Record<string, string | undefined>>;

export async function candidates(env: Env = process.env): Promise<readonly Candidate[]> {
  if (env['DOCKER_HOST']) {
    const certificates = env['DOCKER_TLS_VERIFY'] ? env['DOCKER_CERT_PATH'] : undefined;
    return [
      {
        from: 'DOCKER_HOST',
        address: env['DOCKER_HOST'],
        explicit: true,
        ...(certificates ? { certificates } : {}),
      },
    ];
  }
  const context = await currentContext(env);
  if (context) return [context];
  const properties = await fromProperties(env);
  if (properties) return [properties];
  return sockets(env).map(([from, path]) => ({ from, address: `unix://${path}`, explicit: false }));
}

function home(env: Env): string {
  return env['HOME'] ?? homedir();
}

function sockets(env: Env): readonly (readonly [string, string])[] {
  const runtime = env['XDG_RUNTIME_DIR'] ?? `/run/user/${process.getuid?.() ?? 0}`;
  return [
    ['usual socket', '/var/run/docker.sock'],
    ['rootless Docker', join(runtime, 'docker.sock')],
    ['Docker Desktop', join(home(env), '.docker/run/docker.sock')],
    ['Docker Desktop', join(home(env), '.docker/desktop/docker.sock')],
    ['Podman', join(runtime, 'podman/podman.sock')],
    ['Podman', '/run/podman/podman.sock'],
    ['private engine', PRIVATE.socket],
  ] as const;
}

async function json(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}
function at(value: unknown, ...keys: readonly string[]): unknown {
  let found = value;
  for (const key of keys) {
    if (typeof found !== 'object' || found === null) return undefined;
    found = (found as Record<string, unknown>)[key];
  }
  return found;
}

/** The context chosen by `docker context use` (or DOCKER_CONTEXT); undefined for the default one. */
async function currentContext(env: Env): Promise<Candidate | undefined> {
  const folder = env['DOCKER_CONFIG'] ?? join(home(env), '.docker');
  const name = env['DOCKER_CONTEXT'] ?? at(await json(join(folder, 'config.json')), 'currentContext');
  if (typeof name !== 'string' || name === '' || name === 'default') return undefined;
  const id = createHash('sha256').update(name).digest('hex');
  const meta = await json(join(folder, 'contexts/meta', id, 'meta.json'));
  const address = at(meta, 'Endpoints', 'docker', 'Host');
  if (typeof address !== 'string')
    throw new UsageError(
      `there is no Docker context \`${name}\``,
      'see `docker context ls`, or set DOCKER_HOST to the address of an engine',
    );
  const tls = join(folder, 'contexts/tls', id, 'docker');
  return {
    from: `context ${name}`,
    address,
    explicit: true,
    ...(existsSync(tls) ? { certificates: tls } : {}),
  };
}

async function fromProperties(env: Env): Promise<Candidate | undefined> {
  try {
    const text = await readFile(join(home(env), '.testcontainers.properties'), 'utf8');
    const address = /^\s*(?:tc|docker)\.host\s*[=:]\s*(\S+)/m.exec(text)?.[1]?.replaceAll('\\:', ':');
    return address ? { from: '~/.testcontainers.properties', address, explicit: true } : undefined;
  } catch {
    return undefined;
  }
}

/** `npipe:////./pipe/docker_engine` → `\\\\.\\pipe\\docker_engine`, as Windows has it. */
const pipeOf = (address: string): string => address.replace(/^npipe:\/\//, '').replaceAll('/', '\\');

/** What a client shows and trusts; the text says why it cannot be read. */
async function certificatesIn(folder: string): Promise<{ ca: Buffer; cert: Buffer; key: Buffer } | string> {
  const file = (name: string): Promise<Buffer> => readFile(join(folder, name));
  try {
    return { ca: await file('ca.pem'), cert: await file('cert.pem'), key: await file('key.pem') };
  } catch (cause) {
    return `its certificates cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`;
  }
}

/** Does an engine answer there within the bound? The text says why not. */
export async function answers(candidate: Candidate, timeoutMs = 5000): Promise<true | string> {
  if (!URL.canParse(candidate.address))
    return 'no address; write e.g. unix:///var/run/docker.sock or tcp://host:2375';
  const url = new URL(candidate.address);
  if (url.protocol === 'unix:' && !existsSync(url.pathname)) return 'no such socket';
  if (url.protocol === 'ssh:') return 'ssh addresses are not supported; forward the socket and use unix://';
  const tls = candidate.certificates === undefined ? undefined : await certificatesIn(candidate.certificates);
  if (typeof tls === 'string') return tls;
  const where =
    url.protocol === 'unix:' || url.protocol === 'npipe:'
      ? { socketPath: url.protocol === 'npipe:' ? pipeOf(candidate.address) : url.pathname }
      : { host: url.hostname, port: url.port || (tls ? 2376 : 2375) };
  return new Promise((resolve) => {
    const send = tls ? httpsRequest : httpRequest;
    const ping = send({ ...where, ...tls, path: '/_ping', timeout: timeoutMs }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200 ? true : `answered with HTTP status ${answer.statusCode ?? 0}`);
    });
    ping.on('timeout', () => ping.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    ping.on('error', (error) => resolve(error.message));
    ping.end();
  });
}
