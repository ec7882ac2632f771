/** The bundled program as it runs in a container: a bare node, real TLS, frames over pipes. */
import { expect } from 'chai';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { connect } from 'node:tls';
import { after, afterEach, before, describe, it } from 'node:test';
import type { HistoryEvent, Observation } from '../../history/events.ts';
import { makeAuthority } from './authority.ts';
import { bundleCloud } from './bundle.ts';
import { connectCloud, type CloudConsole } from './console.ts';
import type { Commands, Identity } from './protocol/types.ts';
import { FRONTS, type FrontKind } from './front.ts';
import { ENROLMENT, finding, TOKEN } from './testing.ts';
import { call as callAt, type Given } from './testing-https.ts';

const folder = mkdtempSync(join(tmpdir(), 'heiiki-cloud-'));
const file = (name: string): string => join(folder, name);
let ca = '';
let running: ChildProcess | undefined;

before(async () => {
  const [both, light, authority] = await Promise.all([bundleCloud(), bundleCloud('node'), makeAuthority()]);
  writeFileSync(file('mockttp.mjs'), both);
  writeFileSync(file('node.mjs'), light);
  writeFileSync(file('ca.pem'), (ca = authority.certPem));
  writeFileSync(file('ca.key'), authority.keyPem);
});
afterEach(() => running?.kill('SIGKILL'));
after(() => rmSync(folder, { recursive: true }));

interface Program {
  readonly console: CloudConsole;
  readonly events: HistoryEvent[];
  readonly numbers: number[];
  readonly port: number;
  readonly child: ChildProcess;
  readonly startMs: number;
}

async function start(front: FrontKind = 'mockttp'): Promise<Program> {
  const began = performance.now();
  const keys = ['--token', TOKEN, '--cert', 'ca.pem', '--key', 'ca.key'];
  const argv = [`${front}.mjs`, ...keys, '--port', '0', '--front', front, '--log-days', '30'];
  const child = spawn(process.execPath, argv, { cwd: folder, env: {}, stdio: ['pipe', 'pipe', 'inherit'] });
  running = child;
  const events: HistoryEvent[] = [];
  const numbers: number[] = [];
  const channel = {
    send: (message: unknown) => Promise.resolve(void child.stdin.write(JSON.stringify(message) + '\n')),
    onFrame: (listener: (frame: Record<string, unknown>) => void) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        const frame = JSON.parse(line) as Record<string, unknown>;
        numbers.push(frame.n as number);
        listener(frame);
      });
    },
  };
  const record = (source: string, observation: Observation, at?: number): HistoryEvent => {
    const event = { ...observation, n: events.length + 1, t: 0, source, ...(at === undefined ? {} : { at }) };
    events.push(event);
    return event;
  };
  const console = connectCloud(channel, { record }, (address) =>
    address === '127.0.0.1' ? 'direct' : 'unknown',
  );
  const { port } = await console.ready();
  return { console, events, numbers, port, child, startMs: performance.now() - began };
}

const call = (port: number, method: string, path: string, given?: Given) =>
  callAt({ port, ca }, method, path, given);
const key = (identity: Identity) => ({ authorization: `Bearer ${identity.key}` });

async function dayOfAnAgent(front: FrontKind): Promise<void> {
  const { console, events, numbers, port, startMs, child } = await start(front);
  const status = readFileSync(`/proc/${String(child.pid)}/status`, 'utf8');
  process.stdout.write(
    `# ${front}: ready after ${startMs.toFixed(0)} ms, ${/VmRSS:\s*(.*)/.exec(status)?.[1] ?? ''}\n`,
  );

  const enrolled = await call(port, 'POST', '/v1/enrol', { body: ENROLMENT });
  expect(enrolled.status).to.equal(201);
  const me = enrolled.body as Identity;
  const base = `/v1/agents/${me.agentId}`;

  const poll = call(port, 'GET', `${base}/commands?wait=30`, { headers: key(me) });
  const policy = await call(port, 'GET', `${base}/policy`, { headers: key(me) });
  expect(policy.headers.etag).to.equal('"r1"');
  const unchanged = await call(port, 'GET', `${base}/policy`, {
    headers: { ...key(me), 'if-none-match': '"r1"' },
  });
  expect(unchanged).to.deep.include({ status: 304, body: undefined });
  expect(await console.addIndicator('a'.repeat(64), 'bad')).to.equal(2);
  const changed = await call(port, 'GET', `${base}/policy`, {
    headers: { ...key(me), 'if-none-match': '"r1"' },
  });
  expect(changed).to.have.property('status', 200);

  const uid = await console.command('pc-1', 'kill', { pid: 1 });
  expect(((await poll).body as Commands).commands[0]).to.deep.equal({
    uid,
    name: 'kill',
    arguments: { pid: 1 },
  });
  const result = { headers: key(me), body: { outcome: 'done' } };
  expect((await call(port, 'POST', `${base}/commands/${uid}/result`, result)).status).to.equal(204);

  await console.fault({ kind: 'lost-ack', count: 1, operations: ['sendDetections'] });
  const batch = { headers: key(me), body: { findings: [finding('finding-1')] } };
  const cut = await call(port, 'POST', `${base}/detections`, batch).catch((e: unknown) => e as Error);
  expect(cut).to.be.instanceOf(Error);
  await console.fault({ kind: 'cut-answer', count: 1, operations: ['sendDetections'] });
  const half = await call(port, 'POST', `${base}/detections`, batch).catch((e: unknown) => e as Error);
  expect(half).to.be.instanceOf(Error);
  expect((await call(port, 'POST', `${base}/detections`, batch)).status).to.equal(200);
  const bad = { headers: key(me), body: { findings: [] } };
  const refused = await call(port, 'POST', `${base}/detections`, bad);
  expect(refused.status).to.equal(400);
  expect(refused.headers['content-type']).to.equal('application/problem+json');

  await console.fault({ kind: '5xx' });
  expect((await call(port, 'GET', '/anything')).status).to.equal(503);
  await console.heal();
  expect((await call(port, 'GET', '/anything')).status).to.equal(404);

  const lines = { headers: { authorization: `Bearer ${TOKEN}` }, body: [{ HOST: 'h', MESSAGE: 'm' }] };
  expect((await call(port, 'POST', '/v1/lines', lines)).status).to.equal(200);
  expect((await console.agents()).map((a) => a.hostname)).to.deep.equal(['pc-1', 'h']);
  expect((await console.readLog(['"m"'], 'h')).found).to.deep.equal({ '"m"': 1 });
  await console.ageLog(30);
  expect((await console.readLog(['"m"'], 'h')).found).to.deep.equal({ '"m"': 0 });
  const lookUps = events.filter((e) => e.kind === 'cloud.log-read' || e.kind === 'cloud.log-aged');
  expect(lookUps.map((e) => e.kind)).to.deep.equal(['cloud.log-read', 'cloud.log-aged', 'cloud.log-read']);

  const detections = events.filter((e) => e.kind === 'cloud.detection');
  expect(detections.map((e) => [e.copy, e.via])).to.deep.equal([
    [1, 'direct'],
    [2, 'direct'],
    [3, 'direct'],
  ]);
  expect(events.filter((e) => e.kind === 'lab.failed')).to.have.length(0);
  expect(numbers).to.deep.equal(numbers.map((_, i) => i + 1));
  child.kill('SIGKILL');
}

describe('the cloud as a program', () => {
  it('says what it weighs, with either front, and lives through the day of an agent', async () => {
    for (const front of FRONTS) await dayOfAnAgent(front);
  });

  it('notices a client that leaves a long poll', async () => {
    const { console, events, port } = await start();
    const me = (await call(port, 'POST', '/v1/enrol', { body: ENROLMENT })).body as Identity;
    const socket = connect({ host: '127.0.0.1', port, ca, servername: 'edr.cloud.test' });
    await once(socket, 'secureConnect');
    socket.write(
      `GET /v1/agents/${me.agentId}/commands?wait=60 HTTP/1.1\r\nhost: edr.cloud.test\r\n` +
        `authorization: Bearer ${me.key}\r\n\r\n`,
    );
    // The poll is known to wait once a later request on another connection has been answered.
    await call(port, 'GET', '/sentinel');
    socket.destroy();
    const gone = () => events.some((e) => e.kind === 'cloud.request' && e.status === 0);
    for (let round = 0; round < 200 && !gone(); round += 1) await console.agents();
    expect(gone()).to.equal(true);
  });

  it('shows certificates of the run by name, and refuses nobody over HTTP/1.1', async () => {
    const { port } = await start();
    const socket = connect({ host: '127.0.0.1', port, ca, servername: 'cdn.cloud.test' });
    await once(socket, 'secureConnect');
    expect(socket.authorized).to.equal(true);
    expect(socket.getPeerCertificate().subjectaltname).to.include('cdn.cloud.test');
    socket.destroy();
  });

  it('ends with 0 on SIGTERM, while a poll waits, and at the end of its input', async () => {
    const first = await start();
    const me = (await call(first.port, 'POST', '/v1/enrol', { body: ENROLMENT })).body as Identity;
    const poll = call(first.port, 'GET', `/v1/agents/${me.agentId}/commands?wait=60`, { headers: key(me) });
    const cut = poll.catch(() => 'cut');
    await call(first.port, 'GET', '/sentinel');
    first.child.kill('SIGTERM');
    expect(await once(first.child, 'exit')).to.deep.equal([0, null]);
    await cut;

    const second = await start();
    second.child.stdin?.end();
    expect(await once(second.child, 'exit')).to.deep.equal([0, null]);
  });

  it('shows the certificate that it is told to, and serves whoever takes it', async () => {
    const { console, events, port } = await start();
    const shown = async (): Promise<{ problem: string; names: string | undefined; ocsp: unknown }> => {
      const socket = connect({
        ...{ host: '127.0.0.1', port, ca, servername: 'edr.cloud.test', rejectUnauthorized: false },
      });
      await once(socket, 'secureConnect');
      const { subjectaltname, infoAccess } = socket.getPeerCertificate();
      // Node's type says Error; what is there is the code.
      const problem = socket.authorized ? 'none' : String(socket.authorizationError);
      socket.destroy();
      return { problem, names: subjectaltname, ocsp: infoAccess?.['OCSP - URI']?.[0] };
    };
    const expected = {
      'certificate-wrong-name': ['ERR_TLS_CERT_ALTNAME_INVALID', 'DNS:www.other.test', undefined],
      'certificate-expired': ['CERT_HAS_EXPIRED', 'DNS:edr.cloud.test', undefined],
      'certificate-unknown-ca': ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'DNS:edr.cloud.test', undefined],
      'certificate-with-ocsp': ['none', 'DNS:edr.cloud.test', 'http://ocsp.cloud.test/'],
    } as const;
    for (const [kind, [problem, names, ocsp]] of Object.entries(expected)) {
      await console.fault({ kind: kind as keyof typeof expected });
      expect(await shown(), kind).to.deep.equal({ problem, names, ocsp });
    }
    const enrolled = await call(port, 'POST', '/v1/enrol', { body: ENROLMENT });
    expect(enrolled.status).to.equal(201);
    await console.fault({ kind: 'certificate-wrong-name' });
    expect((await shown()).problem, 'the one told last').to.equal('ERR_TLS_CERT_ALTNAME_INVALID');
    await console.heal();
    expect((await shown()).problem).to.equal('none');
    const me = enrolled.body as Identity;
    const beat = await call(port, 'POST', `/v1/agents/${me.agentId}/heartbeat`, {
      ...{ headers: key(me), body: { sentAt: 1, policyRevision: 0, queued: 0, dropped: 0 } },
    });
    expect(beat.status, 'it is the same cloud').to.equal(200);
    const states = events.filter((e) => e.kind === 'cloud.fault').map((e) => e.state);
    expect(states.filter((state) => state === 'off')).to.have.length(5);
  });

  it('offers content updates, tells the time, and keeps connections also where nothing follows', async () => {
    const { console, port } = await start();
    const first = await call(port, 'GET', '/v1/content', { headers: { host: 'cdn.cloud.test' } });
    expect(first.body).to.deep.include({ revision: 1, rules: ['T1204.002', 'T1098.007'] });
    expect(await console.setContent(['T1204.002'])).to.equal(2);
    const second = await call(port, 'GET', '/v1/content', { headers: { 'if-none-match': '"c1"' } });
    expect(second.body).to.deep.include({ revision: 2, rules: ['T1204.002'] });
    const same = await call(port, 'GET', '/v1/content', { headers: { 'if-none-match': '"c2"' } });
    expect(same.status).to.equal(304);
    await console.fault({ kind: 'clock-off', ms: 3_600_000 });
    const { serverTime } = (await call(port, 'GET', '/v1/hello')).body as { serverTime: number };
    expect(serverTime - Date.now()).to.be.within(3_500_000, 3_700_000);
    await console.heal('clock-off');
    const me = (await call(port, 'POST', '/v1/enrol', { body: ENROLMENT })).body as Identity;
    const sent = await call(port, 'POST', `/v1/agents/${me.agentId}/telemetry`, {
      ...{ headers: key(me), body: { events: [] } },
    });
    expect([sent.status, sent.headers['content-length']]).to.deep.equal([202, '0']);
  });

  it('offers no front that it has not', async () => {
    const child = spawn(
      process.execPath,
      [...['node.mjs', '--token', TOKEN, '--cert', 'ca.pem', '--key', 'ca.key', '--front', 'apache']],
      { cwd: folder },
    );
    running = child;
    let said = '';
    child.stderr.on('data', (part: Buffer) => (said += part.toString()));
    expect(await once(child, 'close')).to.deep.equal([3, null]);
    expect(said).to.include('--front apache is none of mockttp, node');
  });

  it('says what it needs', async () => {
    const child = spawn(process.execPath, ['mockttp.mjs', '--port', 'x'], { cwd: folder });
    running = child;
    let said = '';
    child.stderr.on('data', (part: Buffer) => (said += part.toString()));
    expect(await once(child, 'close')).to.deep.equal([3, null]);
    expect(said).to.include('--token, --cert and --key are needed');
  });
});
