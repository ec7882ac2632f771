import { describe, it } from 'node:test';
import { expect } from 'chai';
import { runCheck } from './testing-texts.ts';
import { AGENT, Story } from './testing.ts';

const MIB = 2 ** 20;
const args = { endpoint: 'pc', watch: 5000, limits: { cpu: 3, memory: 1.5 } };
const run = (story: Story) => runCheck('outage-use', story.view(0), args);
const read = (story: Story, phase: 'online' | 'away', cpuMs: number, memory: number) =>
  story.see({
    kind: 'endpoint.state',
    endpoint: 'pc',
    by: 'stats',
    what: 'usage',
    value: { phase, cpuMs, memoryBytes: memory * MIB },
  });
const heard = (story: Story) =>
  story.see({
    kind: 'cloud.request',
    ...{ peer: '10.92.0.11', via: 'relay', host: 'edr.cloud.test', method: 'POST', path: '/x', status: 200 },
    ...{ agent: AGENT, bytesUp: 1, bytesDown: 1, problems: [] },
  });
const lost = (story: Story) =>
  story.see({ kind: 'fault.verified', fault: 'refused', target: 'relay', state: 'in-force', detail: '' });
/** 20 ms a second online */
const online = (story = Story.closed().working()) =>
  read(heard(read(story, 'online', 1000, 50)).after(6000), 'online', 1120, 50);
const away = (story: Story, cpuMs: number, memory = 60, ms = 6000) =>
  read(read(story, 'away', 1200, 50).after(ms), 'away', 1200 + cpuMs, memory);

describe('outage-use', () => {
  it('compares what was used in the outage with what was used online', () => {
    const finding = run(away(lost(online()), 240));
    expect(finding.state).to.equal('satisfied');
    expect(finding.measures[0]).to.include({ name: 'outage.cpu-ratio', value: 2, declared: 3 });
    expect(finding.measures[1]).to.include({ name: 'outage.memory-ratio', value: 1.2, declared: 1.5 });
  });
  it('is violated by a busy loop and by memory that grows', () => {
    expect(run(away(lost(online()), 5900)).state).to.equal('violated');
    expect(run(away(lost(online()), 100, 90)).state).to.equal('violated');
  });
  it('takes next to nothing online for a little, so that a little more is no busy loop', () => {
    const idle = () =>
      read(heard(read(Story.closed().working(), 'online', 1000, 50)).after(6000), 'online', 1000, 50);
    expect(run(away(lost(idle()), 60)).state).to.equal('satisfied');
    expect(run(away(lost(idle()), 120)).state).to.equal('violated');
  });
  it('does not answer without both phases, each of them long enough', () => {
    expect(run(online()).state).to.equal('incomplete');
    expect(run(away(lost(online()), 100, 50, 4000)).state).to.equal('incomplete');
  });
  it('does not answer if the phases were not what they are called', () => {
    expect(run(away(online(), 100)).state).to.equal('incomplete');
    expect(run(away(online(lost(Story.closed().working())), 100)).state).to.equal('incomplete');
    const healed = lost(online()).see({ kind: 'fault.healed', fault: 'refused', target: 'relay' });
    expect(run(away(healed, 100)).state).to.equal('incomplete');
  });
  it('does not answer if something else happened, or if nothing was heard online', () => {
    const first = read(lost(online()), 'away', 1200, 50).act('a1').after(6000);
    expect(run(read(first, 'away', 1300, 50)).state).to.equal('incomplete');
    const silent = read(read(Story.closed().working(), 'online', 1000, 50).after(6000), 'online', 1100, 50);
    expect(run(away(lost(silent), 100)).state).to.equal('incomplete');
  });
});
