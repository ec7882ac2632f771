import { describe, it } from 'node:test';
import { expect } from 'chai';
import { readSteadily } from './release.ts';

/** What each reading gives; the last one again and again. */
function place(...readings: (string | undefined)[]) {
  let count = 0;
  const get = () => {
    const text = readings[Math.min(count++, readings.length - 1)];
    return Promise.resolve(text === undefined ? undefined : Buffer.from(text));
  };
  return { get };
}
const read = async (...readings: (string | undefined)[]) =>
  (await readSteadily(place(...readings), '/opt/acme/release'))?.toString();

describe('what is installed', () => {
  it('is what two readings in a row agree on, and no piece of what is being put in its place', async () => {
    expect(await read('old')).to.equal('old');
    expect(await read('new', 'new version')).to.equal('new version');
    expect(await read('old', 'new', 'new version')).to.equal('new version');
    expect(await read('old', undefined, 'new version')).to.equal('new version');
    expect(await read(undefined)).to.equal(undefined);
  });
  it('is the last of some readings where they never agree', async () => {
    expect(await read('1', '2', '3', '4', '5', '6', '7')).to.equal('5');
  });
});
