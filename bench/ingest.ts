/**
 * What validation and bookkeeping cost: requests per second that the cloud takes in, over those of a plain Node HTTPS
 * server that reads a body and answers, with the same client and the same certificate, in turn.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { makeAuthority } from '../mocks/cloud/authority.ts';
import { bundleCloud } from '../mocks/cloud/bundle.ts';
import { certificateFor } from '../mocks/cloud/certificate.ts';
import { FRONTS, type FrontKind } from '../mocks/cloud/front.ts';
import { ENROLMENT, finding, TOKEN } from '../mocks/cloud/testing.ts';
import { median } from './statistics.ts';

const HOST = 'edr.cloud.test';
const CLIENTS = 16;
const ROUND_MS = 2000;
const ROUNDS = 3;

const PLAIN = `
const { readFileSync } = require('node:fs');
const server = require('node:https').createServer(
  { cert: readFileSync('plain.pem'), key: readFileSync('plain.key'), keepAliveTimeout: 75000 },
  (request, response) => {
    let bytes = 0;
    request.on('data', (part) => (bytes += part.length));
    request.on('end', () => {
      const body = JSON.stringify({ bytes });
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body);
    });
  });
server.listen(0, () => console.log(JSON.stringify({ ready: { port: server.address().port } })));
process.stdin.resume().on('end', () => process.exit(0));`;

interface Target {
  readonly name: FrontKind | 'plain';
  readonly child: ChildProcess;
  readonly port: number;
}
export interface Ingest {
  readonly name: Target['name'];
  /** median of the rounds */
  readonly perSecond: number;
}

async function start(name: Target['name'], folder: string, argv: readonly string[]): Promise<Target> {
  const child = spawn(process.execPath, argv, { cwd: folder, env: {}, stdio: ['pipe', 'pipe', 'inherit'] });
  const port = Promise.withResolvers<number>();
  child.once('exit', (code) => port.reject(new Error(`${name} ended with ${String(code)}`)));
  // Its frames are read and dropped: a reader that stops would slow it down.
  createInterface({ input: child.stdout }).once('line', (line) => {
    port.resolve((JSON.parse(line) as { ready: { port: number } }).ready.port);
    child.stdout.resume();
  });
  return { name, child, port: await port.promise };
}

class Client {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  readonly #where: { port: number; ca: string };
  constructor(port: number, ca: string) {
    this.#where = { port, ca };
  }
  post(path: string, body: string, key = ''): Promise<string> {
    return new Promise((resolve, reject) => {
      const headers = {
        ...{ host: HOST, 'content-type': 'application/json', authorization: `Bearer ${key}` },
        'content-length': Buffer.byteLength(body),
      };
      const options = { host: '127.0.0.1', servername: HOST, method: 'POST', path, headers };
      const asked = request({ ...options, ...this.#where, agent: this.#agent }, (response) => {
        let text = '';
        response.on('data', (part: Buffer) => (text += part.toString()));
        response.on('end', () =>
          response.statusCode === undefined || response.statusCode >= 300
            ? reject(new Error(`status ${String(response.statusCode)}: ${text}`))
            : resolve(text),
        );
      });
      asked.on('error', reject);
      asked.end(body);
    });
  }
  close(): void {
    this.#agent.destroy();
  }
}

/** Requests per second of one round; each carries one finding of its own. */
async function round(target: Target, ca: string): Promise<number> {
  const client = new Client(target.port, ca);
  const { agentId, key } = { agentId: 'x', key: 'x' };
  const me = target.name === 'plain' ? { agentId, key } : await enrol(client);
  let done = 0;
  const end = performance.now() + ROUND_MS;
  const worker = async (worker: number): Promise<void> => {
    for (let i = 0; performance.now() < end; i += 1) {
      const body = JSON.stringify({ findings: [finding(`round-${worker}-${i}`)] });
      await client.post(`/v1/agents/${me.agentId}/detections`, body, me.key);
      done += 1;
    }
  };
  const begun = performance.now();
  await Promise.all(Array.from({ length: CLIENTS }, (_, at) => worker(at)));
  client.close();
  return (done * 1000) / (performance.now() - begun);
}
async function enrol(client: Client): Promise<{ agentId: string; key: string }> {
  return JSON.parse(await client.post('/v1/enrol', JSON.stringify(ENROLMENT))) as never;
}

export async function measureIngest(): Promise<Ingest[]> {
  const folder = await mkdtemp(join(tmpdir(), 'heiiki-ingest-'));
  const [bundle, authority] = await Promise.all([bundleCloud(), makeAuthority()]);
  const plain = certificateFor(null, HOST, authority);
  const files = {
    ...{ 'cloud.mjs': bundle, 'plain.cjs': PLAIN, 'ca.pem': authority.certPem, 'ca.key': authority.keyPem },
    ...{ 'plain.pem': plain.cert, 'plain.key': plain.key },
  };
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  const keys = ['--token', TOKEN, '--cert', 'ca.pem', '--key', 'ca.key', '--port', '0'];
  const targets: Target[] = [];
  try {
    targets.push(await start('plain', folder, ['plain.cjs']));
    for (const front of FRONTS)
      targets.push(await start(front, folder, ['cloud.mjs', ...keys, '--front', front]));
    const rates = new Map<Target, number[]>(targets.map((target) => [target, []]));
    // In turn, so that what else the machine does meets all of them; the first round only warms up.
    for (let i = 0; i <= ROUNDS; i += 1)
      for (const [target, list] of rates) {
        const rate = await round(target, authority.certPem);
        if (i > 0) list.push(rate);
      }
    return [...rates].map(([{ name }, list]) => ({ name, perSecond: median(list) }));
  } finally {
    for (const { child } of targets) {
      const ended = once(child, 'exit');
      if (child.exitCode === null && child.kill('SIGTERM')) await ended;
    }
    await rm(folder, { recursive: true });
  }
}
