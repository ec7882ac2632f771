import { PassThrough, Readable } from 'node:stream';
import { describe, it } from 'node:test';
import { expect } from 'chai';
import fc from 'fast-check';
import { demultiplex, FrameSplitter } from './frames.ts';

function frame(stream: number, data: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(data.length, 4);
  return Buffer.concat([header, data]);
}

describe('frames of the engine’s stream', () => {
  it('come apart alike, however the bytes are cut', () => {
    const pieces = fc.array(fc.tuple(fc.constantFrom(1, 2), fc.uint8Array({ maxLength: 40 })), {
      maxLength: 12,
    });
    const cuts = fc.array(fc.integer({ min: 1, max: 17 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(pieces, cuts, (sent, sizes) => {
        let rest = Buffer.concat(sent.map(([stream, data]) => frame(stream, Buffer.from(data))));
        const splitter = new FrameSplitter();
        const got: Record<number, Buffer[]> = { 1: [], 2: [] };
        for (let i = 0; rest.length > 0; i++) {
          const size = sizes[i % sizes.length]!;
          for (const { stream, data } of splitter.push(rest.subarray(0, size))) got[stream]!.push(data);
          rest = rest.subarray(size);
        }
        for (const stream of [1, 2]) {
          const wanted = sent.filter(([one]) => one === stream).map(([, data]) => Buffer.from(data));
          expect(Buffer.concat(got[stream]!)).to.deep.equal(Buffer.concat(wanted));
        }
        expect(splitter.complete).to.equal(true);
      }),
    );
  });

  it('notice that the connection broke inside one', async () => {
    const cut = frame(1, Buffer.from('whole')).subarray(0, 10);
    const out = new PassThrough();
    expect(await demultiplex(Readable.from([cut]), out, new PassThrough())).to.equal(false);
  });

  it('go on for one stream when the reader of the other has left', async () => {
    const [out, err] = [new PassThrough({ highWaterMark: 4 }), new PassThrough()];
    const source = Readable.from([
      frame(1, Buffer.alloc(100)),
      frame(1, Buffer.alloc(100)),
      frame(2, Buffer.from('x')),
    ]);
    const done = demultiplex(source, out, err);
    setImmediate(() => out.destroy());
    expect(await done).to.equal(true);
    expect(String(err.read())).to.equal('x');
  });
});
