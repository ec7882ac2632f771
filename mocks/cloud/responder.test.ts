import { describe, it } from 'node:test';
import { expect } from 'chai';
import { finding, testCloud } from './testing.ts';

const FILE = { path: '/home/staff/Downloads/tool', name: 'tool' };
const named = finding('finding-1', { evidences: [{ process: { pid: 7, file: FILE } }] });

describe('the rule that answers detections', () => {
  it('ends the program that a new finding names, once', async () => {
    const cloud = await testCloud();
    const { agentId, key } = await cloud.enrol();
    cloud.cloud.obey({ what: 'answer-detections', on: true });
    for (let copy = 0; copy < 2; copy += 1)
      await cloud.call('POST', `/v1/agents/${agentId}/detections`, { key, body: { findings: [named] } });
    const given = cloud.of('cloud.command');
    expect(given.map(({ command, by }) => [command, by])).to.deep.equal([['kill-process', 'rule']]);
    const poll = await cloud.call('GET', `/v1/agents/${agentId}/commands?wait=0`, { key });
    expect(poll.body).to.deep.equal({
      commands: [{ uid: given[0]!.uid, name: 'kill-process', arguments: { path: FILE.path } }],
    });
  });
  it('does nothing unless it is on, and nothing where no program is named', async () => {
    const cloud = await testCloud();
    const { agentId, key } = await cloud.enrol();
    const send = (body: unknown) => cloud.call('POST', `/v1/agents/${agentId}/detections`, { key, body });
    await send({ findings: [named] });
    cloud.cloud.obey({ what: 'answer-detections', on: true });
    await send({ findings: [finding('finding-2')] });
    expect(cloud.of('cloud.command')).to.deep.equal([]);
  });
});
