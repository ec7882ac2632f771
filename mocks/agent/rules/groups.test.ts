import { describe, it } from 'node:test';
import { expect } from 'chai';
import { newMembers, parseGroups } from './groups.ts';

const before = parseGroups('root:x:0:\nsudo:x:27:alice\nusers:x:100:\n');

describe('new members of privileged groups', () => {
  it('are those that were not there before', () => {
    const after = parseGroups('root:x:0:\nsudo:x:27:alice,bob,carol\nusers:x:100:dave\n');
    expect(newMembers(before, after, ['sudo', 'root'])).to.deep.equal([
      { account: 'bob', group: 'sudo' },
      { account: 'carol', group: 'sudo' },
    ]);
  });
  it('of a group that is new itself are all of its members', () => {
    expect(newMembers(before, parseGroups('wheel:x:10:eve'), ['wheel'])).to.deep.equal([
      { account: 'eve', group: 'wheel' },
    ]);
  });
  it('are nobody when somebody leaves, or the file is half written', () => {
    expect(newMembers(before, parseGroups('sudo:x:27:'), ['sudo'])).to.deep.equal([]);
    expect(newMembers(before, parseGroups('sud'), ['sudo'])).to.deep.equal([]);
  });
});
