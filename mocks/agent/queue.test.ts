import { appendFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { expect } from 'chai';
import { Journal, NewestOnly, WrittenAtStop } from './queue.ts';
import { findingOf } from './rules/finding.ts';

const finding = (title: string) =>
  findingOf({ analytic: 'T1204.002', title, startTime: 1 }, 15, { hostname: 'pc' });
const titles = (queue: Journal | NewestOnly) => queue.oldest(100).map((one) => one.finding_info.title);

describe('the journal of findings', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'journal-'));
    path = join(folder, 'queue.jsonl');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('keeps what was added, oldest first, when nobody closed it', () => {
    const first = new Journal(path, 10);
    for (const title of ['a', 'b', 'c']) first.add(finding(title));
    first.remove([first.oldest(1)[0]!.finding_info.uid]);
    expect(titles(new Journal(path, 10))).to.deep.equal(['b', 'c']);
  });

  it('drops the oldest when it is full, and keeps count over a restart', () => {
    const first = new Journal(path, 2);
    for (const title of ['a', 'b', 'c', 'd']) first.add(finding(title));
    const second = new Journal(path, 2);
    expect(titles(second)).to.deep.equal(['c', 'd']);
    expect(second.dropped).to.equal(2);
  });

  it('gives up its oldest when it is asked to, and counts that as well', () => {
    const queue = new Journal(path, 10);
    for (const title of ['a', 'b']) queue.add(finding(title));
    expect([queue.dropOldest(), queue.dropOldest(), queue.dropOldest()]).to.deep.equal([true, true, false]);
    expect(new Journal(path, 10)).to.include({ size: 0, dropped: 2 });
  });

  it('numbers what is added, on and on, also over a restart and what has gone', () => {
    const numbers = (queue: Journal) => queue.oldest(100).map((one) => one.metadata.sequence);
    const first = new Journal(path, 10);
    for (const title of ['a', 'b']) first.add(finding(title));
    expect(numbers(first)).to.deep.equal([1, 2]);
    first.remove(first.oldest(10).map((one) => one.finding_info.uid));
    new Journal(path, 10).close();
    const second = new Journal(path, 10);
    second.add(finding('c'));
    expect(numbers(second)).to.deep.equal([3]);
  });

  it('of the broken one tells all of it again that was taken, as something new', () => {
    const first = new Journal(path, 10);
    for (const title of ['a', 'b']) first.add(finding(title));
    const [taken] = first.oldest(1);
    first.remove([taken!.finding_info.uid]);
    const second = new Journal(path, 10, { forgetsTaken: true });
    expect(titles(second)).to.deep.equal(['b', 'a']);
    expect(second.oldest(10).map((one) => one.finding_info.uid)).to.not.include(taken!.finding_info.uid);
  });

  it('leaves out a last line that was cut in the middle', () => {
    new Journal(path, 10).add(finding('whole'));
    appendFileSync(path, '{"add":{"activ');
    expect(titles(new Journal(path, 10))).to.deep.equal(['whole']);
  });

  it('does not grow with what is finished', () => {
    const queue = new Journal(path, 10);
    for (let i = 0; i < 300; i += 1) {
      queue.add(finding(`n${i}`));
      queue.remove(queue.oldest(10).map((one) => one.finding_info.uid));
    }
    expect(readFileSync(path, 'utf8').split('\n').length).to.be.below(300);
    expect(queue.size).to.equal(0);
  });

  it('does not grow with what an overflow drops, either', () => {
    const queue = new Journal(path, 10);
    for (let i = 0; i < 600; i += 1) queue.add(finding(`n${i}`));
    expect(readFileSync(path, 'utf8').split('\n').length).to.be.below(900);
    expect(titles(new Journal(path, 10))).to.have.length(10);
  });

  it('goes on without a disk that has room, and writes what it has when there is room again', () => {
    // The journal is written to a new file beside it: for one attempt this one is on a full disk.
    const fillDisk = (): void => symlinkSync('/dev/full', `${path}.new`);
    fillDisk();
    const queue = new Journal(path, 10);
    fillDisk();
    queue.add(finding('a'));
    expect(titles(queue)).to.deep.equal(['a']);
    expect(readFileSync(path, 'utf8')).to.equal('');
    queue.add(finding('b'));
    expect(titles(new Journal(path, 10))).to.deep.equal(['a', 'b']);
    fillDisk();
    expect(() => new Journal(path, 10, { endsWhenFull: true })).to.throw('ENOSPC');
  });

  it('ignores a uid that it does not hold', () => {
    const queue = new Journal(path, 10);
    queue.add(finding('a'));
    queue.remove(['not-there']);
    expect(queue.size).to.equal(1);
  });

  it('of whoever writes at stop only: is there after a stop, and gone when nobody has stopped it', () => {
    const first = new WrittenAtStop(path, 2);
    for (const title of ['a', 'b', 'c']) first.add(finding(title));
    first.close();
    const second = new WrittenAtStop(path, 2);
    expect(second.oldest(9).map((one) => one.finding_info.title)).to.deep.equal(['b', 'c']);
    expect(first.dropped).to.equal(1);
    expect(new WrittenAtStop(path, 2).size, 'killed').to.equal(0);
  });
});

describe('the queue of the careless', () => {
  it('has only the newest finding once sending has failed', () => {
    const queue = new NewestOnly();
    for (const title of ['a', 'b']) queue.add(finding(title));
    queue.sendingFailed();
    expect(titles(queue)).to.deep.equal(['b']);
  });
});
