import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { expect } from 'chai';
import { writeWhole } from './files.ts';
import { behaviourOf, type Flaw } from './flaws.ts';
import { placesBelow, versionOf, type Places } from './places.ts';
import { parseRelease, SelfUpdate } from './self-update.ts';

const BYTES = Buffer.from('release 2.0.0, of which there is a beginning, a middle and an end');
const sha256 = createHash('sha256').update(BYTES).digest('hex');
const RELEASE = { version: '2.0.0', size: BYTES.length, sha256 };
const PART = 20;

describe('a new version', () => {
  let root: string;
  let places: Places;
  let asked: string[];
  let notes: string[];
  /** bytes from which on nothing comes any more */
  let cutFrom: number;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'self-update-'));
    places = placesBelow(root);
    mkdirSync(places.state, { recursive: true });
    writeWhole(places.release, 'release 1.0.0\n');
    [asked, notes, cutFrom] = [[], [], Infinity];
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const make = (flaw: Flaw | null = null, bytes = BYTES): SelfUpdate =>
    new SelfUpdate({
      places,
      style: behaviourOf(flaw).selfUpdate,
      note: (text) => notes.push(text),
      fetch: (path, range) => {
        asked.push(`${path} ${range}`);
        const from = Number(/\d+/.exec(range)?.[0]);
        if (from >= cutFrom) return Promise.reject(new Error('the way was cut'));
        const part = bytes.subarray(from, from + PART);
        const answer = { range: `bytes ${from}-${from + part.length - 1}/${bytes.length}`, bytes: part };
        return Promise.resolve({ status: 206, etag: undefined, json: undefined, part: answer });
      },
    });
  const fetchAll = async (update: SelfUpdate): Promise<void> => {
    while (await update.next());
  };
  const installed = (): string => readFileSync(places.release, 'utf8');

  it('takes the place of the old one when it is whole', async () => {
    const update = make();
    update.offered(RELEASE);
    await fetchAll(update);
    expect([installed(), versionOf(places)]).to.deep.equal([BYTES.toString(), '2.0.0']);
    expect(existsSync(join(places.state, 'update'))).to.equal(false);
    update.offered(RELEASE);
    expect(update.underWay).to.equal(false);
  });
  it('is gone on with after a cut, also by another process, and nothing is put in place meanwhile', async () => {
    cutFrom = 40;
    const first = make();
    first.offered(RELEASE);
    const failed = await fetchAll(first).then(
      () => undefined,
      (cause: unknown) => (cause as Error).message,
    );
    expect(failed).to.equal('the way was cut');
    expect([installed(), versionOf(places)]).to.deep.equal(['release 1.0.0\n', '1.0.0']);
    [asked, cutFrom] = [[], Infinity];
    const second = make();
    second.offered(RELEASE);
    await fetchAll(second);
    expect(asked).to.deep.equal(['/v1/releases/2.0.0 bytes=40-', '/v1/releases/2.0.0 bytes=60-']);
    expect(installed()).to.equal(BYTES.toString());
  });
  it('is refused, once and for all, when it is not what was offered', async () => {
    const update = make(null, Buffer.from(BYTES.toString().replace('middle', 'MIDDLE')));
    update.offered(RELEASE);
    await fetchAll(update);
    expect([installed(), versionOf(places)]).to.deep.equal(['release 1.0.0\n', '1.0.0']);
    expect(notes[0]).to.contain('was refused');
    update.offered(RELEASE);
    expect(update.underWay).to.equal(false);
  });
  it('is not fetched where none is offered any more', async () => {
    const update = make();
    update.offered(RELEASE);
    update.offered(undefined);
    expect(await update.next()).to.equal(false);
    expect(asked).to.deep.equal([]);
  });
  it('can be broken: what has come is taken, or nothing is looked at until it has', async () => {
    cutFrom = 40;
    const half = make('installs-half-update');
    half.offered(RELEASE);
    await fetchAll(half).catch(() => undefined);
    expect([installed(), versionOf(places)]).to.deep.equal([BYTES.toString().slice(0, 40), '2.0.0']);
    const blind = make('stops-while-updating');
    expect(blind.blind).to.equal(false);
    blind.offered({ ...RELEASE, version: '3.0.0' });
    expect([blind.blind, make().blind]).to.deep.equal([true, false]);
  });
});

describe('an offer', () => {
  it('is taken whole or not at all', () => {
    expect(parseRelease(RELEASE)).to.deep.equal(RELEASE);
    for (const wrong of [
      undefined,
      'x',
      { ...RELEASE, size: 0 },
      { ...RELEASE, sha256: 'x' },
      { version: '' },
    ])
      expect(parseRelease(wrong)).to.equal(undefined);
  });
});
