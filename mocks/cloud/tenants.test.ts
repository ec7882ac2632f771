import { describe, it } from 'node:test';
import { expect } from 'chai';
import { connectCloud } from './console.ts';
import { ENROLMENT, finding, HEARTBEAT, testCloud, TOKEN, type TestCloud } from './testing.ts';

const OTHER = 'enrol-me-there';
async function merged(): Promise<TestCloud> {
  const cloud = await testCloud();
  cloud.cloud.obey({ what: 'set-policy', patch: { mode: 'block' } });
  cloud.cloud.obey({ what: 'open-tenant', name: 'site-b', token: OTHER });
  return cloud;
}

describe('tenants of the cloud', () => {
  it('know an endpoint by the token that it enrolled with, each under a record of its own', async () => {
    const cloud = await merged();
    const [here, there] = [await cloud.enrol(), await cloud.enrol({ token: OTHER })];
    expect(there.agentId).not.to.equal(here.agentId);
    expect(cloud.of('cloud.tenant-opened')).to.deep.equal([
      { kind: 'cloud.tenant-opened', tenant: 'site-b' },
    ]);
    expect(cloud.of('cloud.enrolled').map((e) => [e.tenant, e.agent, e.machine, e.again])).to.deep.equal([
      [undefined, here.agentId, ENROLMENT.machineId, false],
      ['site-b', there.agentId, ENROLMENT.machineId, false],
    ]);
    expect((await cloud.enrol({ token: OTHER })).agentId).to.equal(there.agentId);
  });
  it('hear only their own endpoints', async () => {
    const cloud = await merged();
    const [here, there] = [await cloud.enrol(), await cloud.enrol({ token: OTHER })];
    const send = (agentId: string, key: string) =>
      cloud.call('POST', `/v1/agents/${agentId}/detections`, {
        body: { findings: [finding('finding-1')] },
        key,
      });
    expect((await send(there.agentId, here.key)).status).to.equal(401);
    expect((await send(there.agentId, there.key)).status).to.equal(200);
    expect((await send(here.agentId, here.key)).status).to.equal(200);
    expect(cloud.of('cloud.detection').map(({ agent, copy }) => [agent, copy])).to.deep.equal([
      [there.agentId, 1],
      [here.agentId, 1],
    ]);
  });
  it('begin with the same policy, which goes its own way and is never taken for the other one', async () => {
    const cloud = await merged();
    const { agentId, key } = await cloud.enrol({ token: OTHER });
    const read = (etag: string) =>
      cloud.call('GET', `/v1/agents/${agentId}/policy`, { key, headers: { 'if-none-match': etag } });
    const first = await read('"r2"');
    expect(first).to.deep.include({ status: 200 });
    expect(first.body).to.include({ revision: 1, mode: 'block' });
    expect((await read('"r1"')).status).to.equal(200);
    expect((await read(first.headers.etag ?? '')).status).to.equal(304);
    cloud.cloud.obey({ what: 'set-policy', patch: { mode: 'detect' } });
    expect((await read('')).body).to.include({ mode: 'block' });
    const beat = await cloud.call('POST', `/v1/agents/${agentId}/heartbeat`, { body: HEARTBEAT, key });
    expect(beat.body).to.include({ policyRevision: 1 });
    expect(cloud.of('lab.failed')).to.deep.equal([]);
  });
  it('are told apart by name and token', async () => {
    const cloud = await merged();
    for (const [name, token] of [
      ['site-b', 'another'],
      ['site-c', OTHER],
      ['site-c', TOKEN],
    ] as const)
      expect(() => cloud.cloud.obey({ what: 'open-tenant', name, token })).to.throw('give another name');
  });
  it('are opened by the harness, which sees it in the history', async () => {
    const cloud = await testCloud();
    let answer: (frame: Record<string, unknown>) => void = () => undefined;
    const recorded: string[] = [];
    const console = connectCloud(
      {
        onFrame: (listener) => void (answer = listener),
        send: (frame) => {
          const { id, do: order } = frame as { id: number; do: Parameters<typeof cloud.cloud.obey>[0] };
          const value = cloud.cloud.obey(order);
          for (const event of cloud.events) answer({ at: 0, event });
          answer({ reply: { id, value } });
          return Promise.resolve();
        },
      },
      {
        record: (source, event) => {
          recorded.push(event.kind);
          return { ...event, n: 1, t: 0, source };
        },
      },
      () => 'unknown',
    );
    await console.openTenant('site-b', OTHER);
    expect(recorded).to.deep.equal(['cloud.tenant-opened']);
  });
});
