import { describe, it } from 'node:test';
import { expect } from 'chai';
import { LineReader } from '../engine/lines.ts';
import { FrameReader } from './ndjson.ts';

describe('lines', () => {
  it('are the same however the bytes are cut, also inside a character', () => {
    const bytes = Buffer.from('閉域\nsecond\nlast');
    for (let cut = 0; cut <= bytes.length; cut++) {
      const lines: string[] = [];
      const reader = new LineReader((line) => lines.push(line));
      reader.push(bytes.subarray(0, cut));
      reader.push(bytes.subarray(cut));
      reader.end();
      expect(lines).to.deep.equal(['閉域', 'second', 'last']);
    }
  });
  it('have a bound', () => {
    const reader = new LineReader(() => undefined);
    expect(() => reader.push(Buffer.alloc(9 * 1024 * 1024, 'x'))).to.throw('a line of more than');
  });
});

describe('frames', () => {
  const read = (text: string): unknown[] => {
    const seen: unknown[] = [];
    const reader = new FrameReader({
      onFrame: (frame) => seen.push(frame.n),
      onGap: (expected, got) => seen.push({ expected, got }),
      onNoise: (line) => seen.push(line),
    });
    reader.push(Buffer.from(text));
    return seen;
  };
  it('count from 1', () => {
    expect(read('{"n":1}\n{"n":2,"x":3}\n')).to.deep.equal([1, 2]);
  });
  it('that are missing or repeated are gaps; counting goes on from what came', () => {
    expect(read('{"n":2}\n{"n":3}\n{"n":3}\n')).to.deep.equal([
      { expected: 1, got: 2 },
      2,
      3,
      { expected: 4, got: 3 },
      3,
    ]);
  });
  it('are told from noise', () => {
    expect(read('warning: x\n[]\n{"n":"1"}\nnull\n{"n":1}\n')).to.deep.equal([
      'warning: x',
      '[]',
      '{"n":"1"}',
      'null',
      1,
    ]);
  });
});
