import { expect } from 'chai';
import { describe, it } from 'node:test';
import { ENROLMENT, finding, HEARTBEAT, testCloud, type TestCloud } from '../testing.ts';

const lastRequest = (cloud: TestCloud) => cloud.of('cloud.request').at(-1)!;

describe('heiiki-v1: identity', () => {
  it('enrols, and a second enrolment of the same machine keeps the agentId and ends the older key', async () => {
    const cloud = await testCloud();
    const first = await cloud.enrol();
    const second = await cloud.enrol({ hostname: 'renamed' });
    expect(second.agentId).to.equal(first.agentId);
    expect(cloud.of('cloud.enrolled').map((e) => [e.hostname, e.peer, e.again])).to.deep.equal([
      ['pc-1', '10.0.0.9', false],
      ['renamed', '10.0.0.9', true],
    ]);
    const path = `/v1/agents/${first.agentId}/heartbeat`;
    expect((await cloud.call('POST', path, { body: HEARTBEAT, key: first.key })).status).to.equal(401);
    expect((await cloud.call('POST', path, { body: HEARTBEAT, key: second.key })).status).to.equal(200);
  });

  it('notes the version that enrols, and that of the next enrolment', async () => {
    const cloud = await testCloud();
    await cloud.enrol({ product: { name: 'P', version: '1.0.0' } });
    await cloud.enrol({ product: { name: 'P', version: '1.1.0' } });
    expect(cloud.of('cloud.enrolled').map((e) => [e.version, e.again])).to.deep.equal([
      ['1.0.0', false],
      ['1.1.0', true],
    ]);
  });

  it('refuses a wrong enrolment token', async () => {
    const cloud = await testCloud();
    const { status, headers } = await cloud.call('POST', '/v1/enrol', {
      body: { ...ENROLMENT, token: 'no' },
    });
    expect(status).to.equal(401);
    expect(headers['content-type']).to.equal('application/problem+json');
    expect(cloud.of('cloud.enrolled')).to.have.length(0);
  });

  it("does not take one agent's key for another agent", async () => {
    const cloud = await testCloud();
    const a = await cloud.enrol();
    const b = await cloud.enrol({ machineId: 'another-machine', hostname: 'pc-2' });
    const answer = await cloud.call('GET', `/v1/agents/${a.agentId}/policy`, { key: b.key });
    expect(answer.status).to.equal(401);
  });

  it('forgets an agent that says good-bye, and knows it when it comes back', async () => {
    const cloud = await testCloud();
    const { agentId, key } = await cloud.enrol();
    expect((await cloud.call('DELETE', `/v1/agents/${agentId}`, { key })).status).to.equal(204);
    expect(cloud.of('cloud.unenrolled').map((e) => e.agent)).to.deep.equal([agentId]);
    expect((await cloud.call('DELETE', `/v1/agents/${agentId}`, { key })).status).to.equal(401);
    expect((await cloud.enrol()).agentId).to.equal(agentId);
    expect(cloud.of('cloud.enrolled').at(-1)!.again).to.equal(true);
  });
});

describe('heiiki-v1: policy', () => {
  it('answers with an ETag, 304 to it, and 200 after a change', async () => {
    const cloud = await testCloud();
    const { agentId, key } = await cloud.enrol();
    const read = (etag?: string) =>
      cloud.call('GET', `/v1/agents/${agentId}/policy`, {
        key,
        headers: etag === undefined ? {} : { 'if-none-match': etag },
      });
    const first = await read();
    expect(first.headers.etag).to.equal('"r1"');
    expect(first.body).to.deep.equal({
      ...{ revision: 1, mode: 'detect', indicators: [], allowlist: [] },
      uninstallProtection: 'on',
    });
    expect((await read('"r1"')).status).to.equal(304);
    expect(cloud.cloud.obey({ what: 'set-policy', patch: { mode: 'block', relay: null } })).to.equal(2);
    const second = await read('"r1"');
    expect(second.status).to.equal(200);
    expect(second.body).to.include({ revision: 2, mode: 'block', relay: null });
    expect(cloud.of('cloud.policy-read').map((e) => [e.revision, e.notModified])).to.deep.equal([
      [1, false],
      [1, true],
      [2, false],
    ]);
    expect(cloud.of('cloud.policy-set')[0]!.policy).to.include({ mode: 'block' });
  });
});

describe('heiiki-v1: detections and telemetry', () => {
  it('accepts a finding again and counts its copies', async () => {
    const cloud = await testCloud();
    const { agentId, key } = await cloud.enrol();
    const body = { findings: [finding('finding-1'), finding('finding-2', { disposition_id: 2 })] };
    for (let round = 0; round < 2; round += 1) {
      const answer = await cloud.call('POST', `/v1/agents/${agentId}/detections`, { key, body });
      expect(answer.body).to.deep.equal({ accepted: ['finding-1', 'finding-2'] });
    }
    expect(cloud.of('cloud.detection').map((e) => [e.uid, e.copy, e.disposition])).to.deep.equal([
      ['finding-1', 1, 'detected'],
      ['finding-2', 1, 'blocked'],
      ['finding-1', 2, 'detected'],
      ['finding-2', 2, 'blocked'],
    ]);
    expect(cloud.of('cloud.detection')[0]).to.include({
      agent: agentId,
      analytic: 'T1098.007',
      startTime: 1000,
    });
    expect(JSON.parse(cloud.of('cloud.detection')[0]!.body)).to.deep.equal(finding('finding-1'));
  });

  it('takes an update of a finding in one batch with its creation', async () => {
    const cloud = await testCloud();
    const { agentId, key } = await cloud.enrol();
    const updated = { ...finding('finding-1', { disposition_id: 2 }), activity_id: 2, type_uid: 200402 };
    const body = { findings: [finding('finding-1'), updated] };
    const answer = await cloud.call('POST', `/v1/agents/${agentId}/detections`, { key, body });
    expect([answer.status, lastRequest(cloud).problems]).to.deep.equal([200, []]);
    expect(answer.body).to.deep.equal({ accepted: ['finding-1'] });
    expect(cloud.of('cloud.detection').map((e) => [e.uid, e.copy, e.disposition])).to.deep.equal([
      ['finding-1', 1, 'detected'],
      ['finding-1', 2, 'blocked'],
    ]);
    expect(JSON.parse(cloud.of('cloud.detection')[1]!.body)).to.deep.equal(updated);
  });

  it('stores nothing of a batch with an invalid finding and says what is wrong', async () => {
    const cloud = await testCloud();
    const { agentId, key } = await cloud.enrol();
    const bad = { ...finding('finding-2'), severity_id: 'high' };
    const answer = await cloud.call('POST', `/v1/agents/${agentId}/detections`, {
      ...{ key, body: { findings: [finding('finding-1'), bad] } },
    });
    expect(answer.status).to.equal(400);
    expect(lastRequest(cloud).problems).to.deep.equal(['body/findings/1/severity_id: must be integer']);
    expect(lastRequest(cloud)).to.include({ status: 400, agent: agentId });
    expect(cloud.of('cloud.detection')).to.have.length(0);
  });

  it('keeps what an agent says that it has lost of its log', async () => {
    const cloud = await testCloud();
    const { agentId, key } = await cloud.enrol();
    const path = `/v1/agents/${agentId}/telemetry`;
    const gaps = [{ from: 1000, to: 2000, count: 7 }];
    expect((await cloud.call('POST', path, { key, body: { events: [], gaps } })).status).to.equal(202);
    expect(cloud.of('cloud.telemetry')[0]?.gaps).to.deep.equal(gaps);
    const wrong = { events: [], gaps: [{ from: 1000 }] };
    expect((await cloud.call('POST', path, { key, body: wrong })).status).to.equal(400);
  });

  it('keeps telemetry as text with its count', async () => {
    const cloud = await testCloud();
    const { agentId, key } = await cloud.enrol();
    const events = [{ time: 1, activity: 'process', commandLine: 'cat nonce-77' }];
    const answer = await cloud.call('POST', `/v1/agents/${agentId}/telemetry`, { key, body: { events } });
    expect(answer.status).to.equal(202);
    expect(cloud.of('cloud.telemetry')[0]).to.include({ agent: agentId, count: 1 });
    expect(cloud.of('cloud.telemetry')[0]!.body).to.include('nonce-77');
  });

  it('takes the heartbeat, with what the product says of its queue', async () => {
    const cloud = await testCloud();
    const { agentId, key } = await cloud.enrol();
    const answer = await cloud.call('POST', `/v1/agents/${agentId}/heartbeat`, { key, body: HEARTBEAT });
    expect(answer.body).to.include({ policyRevision: 1 });
    expect(cloud.of('cloud.heartbeat')).to.deep.equal([
      { kind: 'cloud.heartbeat', agent: agentId, queued: 2, dropped: 0 },
    ]);
  });
});

describe('heiiki-v1: commands', () => {
  it('hands a command to a waiting poll at once and takes its result once', async () => {
    const cloud = await testCloud();
    const { agentId, key } = await cloud.enrol();
    const poll = cloud.call('GET', `/v1/agents/${agentId}/commands?wait=30`, { key });
    const uid = cloud.cloud.obey({ what: 'command', name: 'isolate', arguments: { for: '1m' } }) as string;
    expect((await poll).body).to.deep.equal({
      commands: [{ uid, name: 'isolate', arguments: { for: '1m' } }],
    });
    const path = `/v1/agents/${agentId}/commands/${uid}/result`;
    for (let round = 0; round < 2; round += 1)
      expect((await cloud.call('POST', path, { key, body: { outcome: 'done' } })).status).to.equal(204);
    expect(cloud.of('cloud.command-result').map((e) => [e.uid, e.outcome])).to.deep.equal([[uid, 'done']]);
    const other = `/v1/agents/${agentId}/commands/never-given/result`;
    expect((await cloud.call('POST', other, { key, body: { outcome: 'done' } })).status).to.equal(404);
  });

  it('wants wait as a whole number', async () => {
    const cloud = await testCloud();
    const { agentId, key } = await cloud.enrol();
    expect((await cloud.call('GET', `/v1/agents/${agentId}/commands?wait=0`, { key })).status).to.equal(204);
    expect((await cloud.call('GET', `/v1/agents/${agentId}/commands`, { key })).status).to.equal(400);
    expect(lastRequest(cloud).problems).to.deep.equal(['query wait: is required and not there']);
    expect((await cloud.call('GET', `/v1/agents/${agentId}/commands?wait=soon`, { key })).status).to.equal(
      400,
    );
  });
});
