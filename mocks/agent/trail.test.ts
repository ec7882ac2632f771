import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { expect } from 'chai';
import type { DetectionFinding } from '../cloud/protocol/types.ts';
import type { OrderFlaw } from './order.ts';
import { WrittenAtStop } from './queue.ts';
import { Trail } from './trail.ts';

const finding = (uid: string) => ({ start_time: 1, finding_info: { uid, title: 'x' } }) as DetectionFinding;

describe('what a broken agent has lived through', () => {
  let scratch: string;
  let queue: WrittenAtStop;
  let address: string | null;
  let begun: number;
  const trails: Trail[] = [];
  const open = (flaw: OrderFlaw | null): Trail => {
    const trail = new Trail({
      flaw,
      file: join(scratch, 'trail.json'),
      queue,
      address: () => address,
      beginAnew: () => (begun += 1),
      beacon: () => undefined,
    });
    trails.push(trail);
    return trail;
  };
  const uids = (): string[] => queue.oldest(queue.size).map(({ finding_info }) => finding_info.uid);

  beforeEach(() => {
    scratch = mkdtempSync(join(tmpdir(), 'heiiki-trail-'));
    queue = new WrittenAtStop(join(scratch, 'queue.json'), 10);
    address = '10.0.0.2';
    begun = 0;
    queue.add(finding('a'));
  });
  afterEach(() => {
    for (const trail of trails.splice(0)) trail.stop();
    rmSync(scratch, { recursive: true });
  });

  it('is known after a start', () => {
    open('forgets-refused-at-start').note({ kind: 'unsent', uids: ['a'], refused: true });
    expect(uids()).to.deep.equal(['a']);
    open('forgets-refused-at-start');
    expect(uids()).to.deep.equal([]);
  });
  it('holds a move before whatever is noted next', () => {
    const trail = open('renames-unanswered-when-moved');
    trail.note({ kind: 'unsent', uids: ['a'], refused: false });
    address = null;
    trail.note({ kind: 'lost', silent: false });
    expect(uids()).to.have.length(1).and.not.include('a');
  });
  it('tells again what waits', () => {
    const trail = open('tells-twice-out-of-silence');
    trail.note({ kind: 'found', uid: 'a' });
    trail.note({ kind: 'lost', silent: true });
    address = '10.0.0.3';
    trail.note({ kind: 'back', via: 'direct' });
    expect(uids()).to.have.length(2).and.include('a');
  });
  it('makes somebody else of it, or one that stays', () => {
    const trail = open('new-identity-from-cold-start');
    trail.note({ kind: 'lost', silent: false });
    address = '10.0.0.3';
    trail.note({ kind: 'back', via: 'direct' });
    expect([begun, trail.lives]).to.deep.equal([1, 1]);
    open('stays-where-it-started').note({ kind: 'back', via: 'direct' });
    expect(open('stays-where-it-started').staysDirect).to.equal(true);
  });
  it('is nothing for an honest one', () => {
    const trail = open(null);
    trail.note({ kind: 'back', via: 'direct' });
    address = null;
    trail.note({ kind: 'lost', silent: true });
    expect([open(null).staysDirect, begun, uids()]).to.deep.equal([false, 0, ['a']]);
  });
});
