import { expect } from 'chai';
import { describe, it } from 'node:test';
import type { Order } from './control.ts';
import { onTheWire } from './exchange.ts';
import { finding, HEARTBEAT, request, testCloud } from './testing.ts';

describe('cloud: every exchange', () => {
  it('is an event, with what is wrong with it in words', async () => {
    const cloud = await testCloud();
    const { status } = await cloud.call('PUT', '/v2/none', { text: 'abc' });
    expect(status).to.equal(404);
    expect(cloud.events).to.deep.equal([
      {
        kind: 'cloud.request',
        ...{ peer: '10.0.0.9', host: 'edr.cloud.test', method: 'PUT', path: '/v2/none' },
        ...{ status: 404, bytesUp: 3, bytesDown: cloud.of('cloud.request')[0]!.bytesDown },
        problems: ['no dialect has PUT /v2/none'],
      },
    ]);
  });

  it('in clear text is refused', async () => {
    const cloud = await testCloud();
    expect((await cloud.call('GET', '/v1/agents/a/policy', { secure: false })).status).to.equal(400);
    expect(cloud.of('cloud.request')[0]!.problems[0]).to.match(/clear text/);
  });

  it('without a key is 401 and said to be against the protocol', async () => {
    const cloud = await testCloud();
    expect((await cloud.call('GET', '/v1/agents/a/policy')).status).to.equal(401);
    expect(cloud.of('cloud.request')[0]!.problems).to.deep.equal([
      'header Authorization: a bearer token is needed and not there',
    ]);
  });

  it('that the client leaves has status 0', async () => {
    const cloud = await testCloud();
    const { agentId, key } = await cloud.enrol();
    const gone = new AbortController();
    const poll = cloud.call('GET', `/v1/agents/${agentId}/commands?wait=60`, { key, signal: gone.signal });
    gone.abort();
    expect((await poll).status).to.equal(0);
    expect(cloud.of('cloud.request').at(-1)).to.include({ status: 0, bytesDown: 0 });
  });

  it('that the cloud itself answers against its contract is the fault of the cloud', async () => {
    const cloud = await testCloud();
    const { agentId, key } = await cloud.enrol();
    cloud.cloud.obey({ what: 'set-policy', patch: { mode: 'nonsense' } } as unknown as Order);
    await cloud.call('GET', `/v1/agents/${agentId}/policy`, { key });
    expect(cloud.of('lab.failed')[0]).to.include({ blame: 'cloud', what: 'answer of readPolicy' });
    expect(cloud.of('lab.failed')[0]!.cause).to.match(/mode: must be equal to one of .*detect, block/);
    expect(cloud.of('cloud.request').at(-1)!.problems).to.have.length(0);
  });
});

describe('cloud: faults', () => {
  it('5xx stores nothing and ends after its count', async () => {
    const cloud = await testCloud();
    const { agentId, key } = await cloud.enrol();
    cloud.cloud.obey({ what: 'fault', fault: { kind: '5xx', count: 1 } });
    const beat = () => cloud.call('POST', `/v1/agents/${agentId}/heartbeat`, { key, body: HEARTBEAT });
    expect((await beat()).status).to.equal(503);
    expect(cloud.of('cloud.heartbeat')).to.have.length(0);
    expect((await beat()).status).to.equal(200);
    expect(cloud.of('cloud.fault').map((e) => e.state)).to.deep.equal(['on', 'hit', 'off']);
  });

  it('lost-ack stores and cuts, for the named operation only, until it is healed', async () => {
    const cloud = await testCloud();
    const { agentId, key } = await cloud.enrol();
    cloud.cloud.obey({ what: 'fault', fault: { kind: 'lost-ack', operations: ['sendDetections'] } });
    const send = () =>
      cloud.call('POST', `/v1/agents/${agentId}/detections`, {
        ...{ key, body: { findings: [finding('finding-1')] } },
      });
    expect((await cloud.call('GET', `/v1/agents/${agentId}/policy`, { key })).status).to.equal(200);
    expect((await send()).status).to.equal(0);
    expect((await send()).status).to.equal(0);
    cloud.cloud.obey({ what: 'heal' });
    expect((await send()).status).to.equal(200);
    expect(cloud.of('cloud.detection').map((e) => e.copy)).to.deep.equal([1, 2, 3]);
    expect(cloud.of('cloud.fault').map((e) => e.state)).to.deep.equal(['on', 'hit', 'hit', 'off']);
  });

  it('cut-answer stores and sends half of the answer', async () => {
    const cloud = await testCloud();
    const { agentId, key } = await cloud.enrol();
    cloud.cloud.obey({ what: 'fault', fault: { kind: 'cut-answer', count: 1 } });
    const given = { key, body: { findings: [finding('finding-1')] } };
    const answer = await cloud.cloud.handle(request('POST', `/v1/agents/${agentId}/detections`, given));
    expect(answer).to.have.property('half');
    if (answer === 'cut') throw new Error('there was no answer at all');
    const { headers, body } = onTheWire(answer);
    expect(Number(headers['content-length'])).to.be.greaterThan(body.length).and.be.greaterThan(0);
    expect(headers.connection).to.equal('close');
    expect(cloud.of('cloud.detection')).to.have.length(1);
    expect(cloud.of('cloud.request').at(-1)?.status).to.equal(0);
  });

  it('late-answer stores at once, also what its sender no longer waits for', async () => {
    const cloud = await testCloud();
    const { agentId, key } = await cloud.enrol();
    cloud.cloud.obey({ what: 'fault', fault: { kind: 'late-answer', ms: 60 } });
    const began = performance.now();
    const call = cloud.call('GET', `/v1/agents/${agentId}/policy`, { key });
    while (cloud.of('cloud.policy-read').length === 0 && performance.now() - began < 50)
      await new Promise((resolve) => setTimeout(resolve, 1));
    expect(cloud.of('cloud.policy-read')).to.have.length(1);
    expect((await call).status).to.equal(200);
    expect(performance.now() - began).to.be.at.least(55);
  });
  it('slow answers later', async () => {
    const cloud = await testCloud();
    const { agentId, key } = await cloud.enrol();
    cloud.cloud.obey({ what: 'fault', fault: { kind: 'slow', ms: 60 } });
    const began = performance.now();
    expect((await cloud.call('GET', `/v1/agents/${agentId}/policy`, { key })).status).to.equal(200);
    expect(performance.now() - began).to.be.at.least(55);
  });
});

describe('cloud: orders', () => {
  it('change lists without doubles and refuse to remove what is not there', async () => {
    const { cloud, of } = await testCloud();
    const indicator = { sha256: 'a'.repeat(64), name: 'one' };
    const entry = { kind: 'path', value: '/opt/x' } as const;
    expect(cloud.obey({ what: 'add-indicator', indicator })).to.equal(2);
    cloud.obey({ what: 'add-indicator', indicator: { ...indicator, name: 'two' } });
    cloud.obey({ what: 'allow-add', entry });
    expect(cloud.obey({ what: 'allow-remove', entry })).to.equal(5);
    expect(of('cloud.policy-set').at(-1)!.policy).to.deep.include({
      ...{ revision: 5, allowlist: [], indicators: [{ ...indicator, name: 'two' }] },
    });
    expect(() => cloud.obey({ what: 'allow-remove', entry })).to.throw('no path /opt/x');
  });

  it('find the one agent, or say who is there', async () => {
    const { cloud, enrol } = await testCloud();
    expect(() => cloud.obey({ what: 'command', name: 'x' })).to.throw('0 found; enrolled now: none');
    const { agentId } = await enrol();
    cloud.obey({ what: 'command', name: 'x' });
    cloud.obey({ what: 'command', agent: 'pc-1', name: 'x' });
    await enrol({ machineId: 'another-machine', hostname: 'pc-2' });
    expect(() => cloud.obey({ what: 'command', name: 'x' })).to.throw(`${agentId} (pc-1)`);
    cloud.obey({ what: 'remove-agent', agent: 'pc-2' });
    cloud.obey({ what: 'command', name: 'x' });
    expect(() => cloud.obey({ what: 'dance' } as unknown as Order)).to.throw('unknown order');
  });
});
