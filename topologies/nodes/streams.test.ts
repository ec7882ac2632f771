import { describe, it } from 'node:test';
import { expect } from 'chai';
import { LineReader } from './lines.ts';
import { FrameReader } from './ndjson.ts';
import { squidConfig } from './squid.ts';

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

describe('configuration of the relay', () => {
  const settings = {
    listen: ['10.0.0.3:3128'],
    allow: ['edr.cloud.test:443', '10.1.0.4:80'],
    resolver: '10.1.0.2',
  };
  it('lets the declared destinations through and refuses the rest', () => {
    const lines = squidConfig({ ...settings, strictHost: false }).split('\n');
    expect(lines).to.include.members([
      'http_port 10.0.0.3:3128',
      'dns_nameservers 10.1.0.2',
      'acl host1 dst 10.1.0.4',
    ]);
    expect(lines.filter((line) => line.startsWith('http_access'))).to.deep.equal([
      'http_access allow host0 port0',
      'http_access allow host1 port1',
      'http_access deny all',
    ]);
  });
  it('is reached only through the front that looks at the Host header, if it is strict', () => {
    const lines = squidConfig({ ...settings, strictHost: true }).split('\n');
    expect(lines).to.include('http_port 127.0.0.1:13128 require-proxy-header');
    expect(lines).to.include('http_access allow CONNECT host0 port0');
    expect(lines.filter((line) => line.includes('10.0.0.3'))).to.deep.equal([]);
  });
});
