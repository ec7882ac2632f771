import { expect } from 'chai';
import { PassThrough, Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { makeFrameWriter, readLines } from './frames.ts';

const reply = { reply: { id: 1, value: 'x'.repeat(50) } };

describe('frames', () => {
  it('are numbered from 1, one a line, with the clock', () => {
    const output = new PassThrough();
    const frames = makeFrameWriter(output, () => 7);
    frames.write(reply);
    frames.write(reply);
    const lines = String(output.read()).trimEnd().split('\n');
    expect(lines.map((l) => JSON.parse(l) as unknown)).to.deep.equal([
      { n: 1, at: 7, ...reply },
      { n: 2, at: 7, ...reply },
    ]);
  });

  it('make the cloud wait for a slow reader', async () => {
    const output = new PassThrough({ highWaterMark: 10 });
    const frames = makeFrameWriter(output);
    await frames.drained();
    frames.write(reply);
    let caughtUp = false;
    const drained = frames.drained().then(() => (caughtUp = true));
    await new Promise(setImmediate);
    expect(caughtUp).to.equal(false);
    output.resume();
    await drained;
  });

  it('lines that are not JSON are set apart', async () => {
    const taken: unknown[] = [];
    const refused: string[] = [];
    await readLines(
      Readable.from('{"id":1}\n\nnope\n{"id":2}'),
      taken.push.bind(taken),
      refused.push.bind(refused),
    );
    expect(taken).to.deep.equal([{ id: 1 }, { id: 2 }]);
    expect(refused).to.deep.equal(['nope']);
  });
});
