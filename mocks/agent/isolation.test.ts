import { describe, it } from 'node:test';
import { expect } from 'chai';
import { rules } from './isolation.ts';

const RELAY = { host: '10.0.0.1', port: 3128 };
const written = (leavesOpen: boolean): string => rules([RELAY], ['10.0.0.2'], { leavesOpen });

describe('an isolation', () => {
  it('drops in both directions, also what belongs to a connection from before', () => {
    const text = written(false);
    for (const hook of ['output', 'input'])
      expect(text).to.contain(`type filter hook ${hook} priority 0; policy drop;`);
    expect(text).not.to.match(/flags|ct state/);
    expect(text).to.equal(rules([RELAY], ['10.0.0.2']));
  });
  it('lets whatever is no TCP pass, both ways, where it only knows TCP', () => {
    const text = rules([RELAY], ['10.0.0.2'], { tcpOnly: true });
    expect(text.match(/meta l4proto != tcp accept/g)).to.have.length(2);
    expect(text.match(/policy drop/g)).to.have.length(2);
    expect(written(false)).not.to.contain('!=');
  });
  it('lets in, and lets answer, where it only keeps connections from being opened', () => {
    const text = written(true);
    expect(text).to.contain('type filter hook output priority 0; policy drop;').and.not.to.contain('input');
    expect(text).to.contain('tcp flags & (fin | syn | rst | ack) != syn accept');
  });
});
