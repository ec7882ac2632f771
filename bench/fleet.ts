/**
 * A fleet behind one real relay: enrolment, calm, an outage of the relay, and the common recovery. Delivery is the cloud's
 * record held against a seeded ledger; connections are the relay's own log.
 *
 *   npx tsx bench/fleet.ts [endpoints] [seed]
 *
 * Every stage has a limit, so it ends by itself; the status is 1 if something was lost or somebody did not come back.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeAuthority } from '../mocks/cloud/authority.ts';
import { bundleCloud } from '../mocks/cloud/bundle.ts';
import { bundleFleet } from '../mocks/fleet/bundle.ts';
import type { FleetOrder, FleetReport } from '../mocks/fleet/fleet.ts';
import { account, ledger, peakPerSecond, type Wave } from '../mocks/fleet/plan.ts';
import { openEngine } from '../topologies/engine/docker.ts';
import { endpointBases, toolsNodeImage } from '../topologies/engine/images/index.ts';
import { createLabFactory } from '../topologies/factory.ts';
import type { AppSpec, LabFactory, StartedApp, StartedLab } from '../topologies/lab-types.ts';
import { CloudRecord, RelayWatch } from './fleet-watch.ts';
import { measureIngest } from './ingest.ts';

const ENDPOINTS = Number(process.argv[2] ?? 1000);
const SEED = Number(process.argv[3] ?? 1);
/** findings of each endpoint: while all is well, and while the relay is away */
const EACH = { calm: 5, outage: 5 } as const;
const CALM_MS = 10_000;
const OUTAGE_MS = 15_000;
const LIMIT_MS = 400_000;
/** first connections are spread so that so many come in a second */
const STARTS_PER_SECOND = 100;
const TEMPER = { heartbeatMs: 10_000, retryMs: 1000, mostMs: 8000, pollS: 30 };
const POLL_PERCENT = 5;
const CLOUD = { host: 'edr.cloud.test', port: 443 };
const TOKEN = 'fleet';

const MIB = 2 ** 20;
const waves: readonly Wave[] = [EACH.calm, EACH.outage].map((each, i) => ({
  ...{ seed: SEED, wave: i + 1, endpoints: ENDPOINTS, each },
}));
const progress = (text: string): void => void process.stderr.write(`${text}\n`);
const figure = (name: string, value: string): void =>
  void process.stdout.write(`${name.padEnd(52)} ${value}\n`);
const perSecond = (count: number, ms: number): string => `${((count * 1000) / ms).toFixed(0)} a second`;
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** Resolves with the time that it took; says now and then how far it is. */
async function until(what: string, count: () => number, wanted: number): Promise<number> {
  const begun = Date.now();
  for (let told = begun; count() < wanted;) {
    const now = Date.now();
    if (now - begun > LIMIT_MS)
      throw new Error(`${what}: ${count()} of ${wanted} within ${seconds(LIMIT_MS)}`);
    if (now - told > 5000) progress(`… ${what}: ${count()} of ${wanted}`);
    if (now - told > 5000) told = now;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return Date.now() - begun;
}
/** A time in which the load goes on by itself. */
const pass = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

class Fleet {
  readonly #app: StartedApp;
  #waiting: ((report: FleetReport) => void)[] = [];
  constructor(app: StartedApp) {
    this.#app = app;
    app.onFrame((frame) => {
      if ('did' in frame) this.#waiting.shift()?.(frame as unknown as FleetReport);
    });
  }
  async obey(order: FleetOrder): Promise<FleetReport> {
    const answer = new Promise<FleetReport>((resolve) => this.#waiting.push(resolve));
    await this.#app.send(order);
    return answer;
  }
}

async function startLab(
  labs: LabFactory,
  watch: RelayWatch,
  evidence: string,
): Promise<{ lab: StartedLab; ca: string }> {
  const [cloud, fleet, authority] = await Promise.all([bundleCloud('node'), bundleFleet(), makeAuthority()]);
  const app = (name: string, content: Buffer, argv: readonly string[]): AppSpec => ({
    image: {
      name: `bench-${name}`,
      parent: toolsNodeImage(),
      dockerfile: `COPY ${name}.mjs /opt/heiiki/${name}.mjs`,
      files: new Map([[`${name}.mjs`, { content }]]),
    },
    argv: ['node', `/opt/heiiki/${name}.mjs`, ...argv],
    files: { '/etc/heiiki/ca.pem': authority.certPem, '/etc/heiiki/ca.key': authority.keyPem },
    names: name === 'cloud' ? [CLOUD.host] : [],
  });
  const keys = ['--cert', '/etc/heiiki/ca.pem', '--key', '/etc/heiiki/ca.key'];
  const lab = await labs.start({
    topology: 'fleet',
    endpoints: { pc: { image: endpointBases()['debian-12'], capabilities: [], hostname: 'pc-001' } },
    apps: {
      cloud: app('cloud', cloud, [...keys, '--token', TOKEN, '--front', 'node']),
      fleet: app('fleet', fleet, ['--seed', String(SEED)]),
    },
    allow: [`${CLOUD.host}:${CLOUD.port}`],
    ...{ recorder: watch, evidence },
  });
  return { lab, ca: authority.certPem };
}

async function play({ lab, ca }: { lab: StartedLab; ca: string }, watch: RelayWatch): Promise<boolean> {
  const record = new CloudRecord();
  lab.app('cloud').onFrame((frame) => record.take(frame));
  const fleet = new Fleet(lab.app('fleet'));
  const [host = '', port = ''] = lab.relay().address('closed').split(':');
  const empty = await fleet.obey({ do: 'report' });

  const begun = Date.now();
  await fleet.obey({
    ...{ do: 'begin', endpoints: ENDPOINTS, relay: { host, port: Number(port) }, cloud: CLOUD, ca },
    ...{ token: TOKEN, overMs: (ENDPOINTS * 1000) / STARTS_PER_SECOND, timeoutMs: 10_000 },
    ...{ temper: TEMPER, pollPercent: POLL_PERCENT },
  });
  const enrolling = await until('enrolled', () => record.enrolled.size, ENDPOINTS);
  figure('endpoints enrolled', `${record.enrolled.size} in ${seconds(enrolling)}`);
  figure('enrolments', perSecond(ENDPOINTS, enrolling));

  const quiet = record.requests;
  await pass(CALM_MS);
  figure('requests at the cloud while calm', perSecond(record.requests - quiet, CALM_MS));
  await fleet.obey({ do: 'find', wave: 1, each: EACH.calm });
  const accounting = await until('findings accounted', () => record.distinct, ENDPOINTS * EACH.calm);
  figure('findings accounted', perSecond(ENDPOINTS * EACH.calm, accounting));

  await lab.relay().inject('refused');
  const lostAt = Date.now();
  await fleet.obey({ do: 'find', wave: 2, each: EACH.outage });
  await pass(OUTAGE_MS);
  const away = await fleet.obey({ do: 'report' });
  progress(`in the outage: ${away.connected} connected, ${away.queued} findings wait`);
  record.listen();
  const healing = Date.now();
  await lab.relay().heal();
  const healed = Date.now();
  await until('back', () => record.heard.size, ENDPOINTS);
  const all = ENDPOINTS * (EACH.calm + EACH.outage);
  await until('findings of the outage accounted', () => record.distinct, all);
  const delivered = record.lastFinding - healed;
  const full = await fleet.obey({ do: 'report' });
  await lab.finishEvidence();

  const back = [...record.heard.values()].map((at) => Math.max(0, at - healed));
  const comeback = watch.beginnings(healing, healed + Math.max(...back) + 1);
  const { injected, lost, copies, unknown } = account(waves.flatMap(ledger), record.uids);
  const slot = peakPerSecond(comeback);
  figure('outage of the relay', seconds(healed - lostAt));
  figure('all back after the relay', seconds(Math.max(...back)));
  figure('last finding of the outage after the relay', seconds(delivered));
  figure('connections at the relay in that time', `${comeback.length}, at most ${slot} in a second`);
  figure('the busiest second over all of them', `${((100 * slot) / comeback.length).toFixed(0)} %`);
  figure('findings', `${injected} injected, ${lost.length} lost, ${copies} copies, ${unknown} unknown`);
  figure('enrolled again', String(record.enrolled.size - ENDPOINTS));
  figure('exchanges that break the protocol', `${record.problems} of ${record.requests}`);
  const each = (full.memoryBytes - empty.memoryBytes) / ENDPOINTS / 1024;
  figure(
    'memory of the fleet',
    `${(full.memoryBytes / MIB).toFixed(0)} MiB, ${each.toFixed(0)} KiB an endpoint`,
  );
  figure('the whole', seconds(Date.now() - begun));
  for (const line of watch.broken) progress(`the lab broke: ${line}`);
  const again = record.enrolled.size - ENDPOINTS;
  return [lost.length, unknown, again, record.problems, watch.broken.length].every((n) => n === 0);
}

const rates = await measureIngest();
const plain = rates.find(({ name }) => name === 'plain')?.perSecond ?? Number.NaN;
for (const { name, perSecond: rate } of rates)
  figure(
    `ingest, ${name === 'plain' ? 'plain Node HTTPS' : `cloud on ${name}, validated`}`,
    `${rate.toFixed(0)} a second, ${(rate / plain).toFixed(2)} of plain`,
  );
const evidence = await mkdtemp(join(tmpdir(), 'heiiki-fleet-'));
const watch = new RelayWatch();
const engine = await openEngine({ onProgress: progress });
try {
  await using labs = await createLabFactory(engine);
  const started = await startLab(labs, watch, evidence);
  await using lab = started.lab;
  process.exitCode = (await play({ ...started, lab }, watch)) ? 0 : 1;
} finally {
  await engine[Symbol.asyncDispose]();
  await rm(evidence, { recursive: true });
}
