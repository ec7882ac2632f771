import { describe, it } from 'node:test';
import { expect } from 'chai';
import fc from 'fast-check';
import { PcapReader } from './pcap.ts';
import { decodePacket, tcpFlags } from './packet.ts';

const SLL2 = 276;

function fileHeader(little = true, linkType = SLL2): Buffer {
  const header = Buffer.alloc(24);
  if (little) {
    header.writeUInt32LE(0xa1b2c3d4, 0);
    header.writeUInt32LE(linkType, 20);
  } else {
    header.writeUInt32BE(0xa1b2c3d4, 0);
    header.writeUInt32BE(linkType, 20);
  }
  return header;
}
function record(data: Buffer, seconds = 5, micros = 250_000, little = true): Buffer {
  const header = Buffer.alloc(16);
  const words = [seconds, micros, data.length, data.length + 100];
  words.forEach((word, i) =>
    little ? header.writeUInt32LE(word, i * 4) : header.writeUInt32BE(word, i * 4),
  );
  return Buffer.concat([header, data]);
}
function sll2(etherType: number, packetType: number, body: Buffer): Buffer {
  const header = Buffer.alloc(20);
  header.writeUInt16BE(etherType, 0);
  header.writeUInt8(packetType, 10);
  return Buffer.concat([header, body]);
}
function ipv4(protocol: number, body: Buffer, stated?: number): Buffer {
  const header = Buffer.alloc(20);
  header.writeUInt8(0x45, 0);
  header.writeUInt16BE(stated ?? 20 + body.length, 2);
  header.writeUInt8(protocol, 9);
  header.set([10, 201, 0, 10], 12);
  header.set([198, 51, 100, 18], 16);
  return Buffer.concat([header, body]);
}
function tcp(flags: number, payload: number): Buffer {
  const header = Buffer.alloc(20 + payload);
  header.writeUInt16BE(40000, 0);
  header.writeUInt16BE(443, 2);
  header.writeUInt8(5 << 4, 12);
  header.writeUInt8(flags, 13);
  return header;
}
const decodeOne = (frame: Buffer): ReturnType<typeof decodePacket> => {
  const [first] = new PcapReader().push(Buffer.concat([fileHeader(), record(frame)]));
  return decodePacket(first!);
};

describe('capture reader', () => {
  it('gives the same records however the bytes are cut', () => {
    const file = Buffer.concat([
      fileHeader(),
      record(sll2(0x0800, 4, ipv4(6, tcp(0x02, 0)))),
      record(sll2(0x0800, 0, ipv4(6, tcp(0x12, 0))), 6),
      record(sll2(0x0800, 4, ipv4(17, Buffer.alloc(12))), 7),
    ]);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: file.length }), { maxLength: 20 }), (cuts) => {
        const reader = new PcapReader();
        const bounds = [0, ...cuts.toSorted((a, b) => a - b), file.length];
        const records = bounds.slice(1).flatMap((end, i) => reader.push(file.subarray(bounds[i], end)));
        expect(records.map((r) => r.at)).to.deep.equal([5250, 6250, 7250]);
        expect(reader.pending).to.equal(0);
      }),
    );
  });
  it('reads both byte orders', () => {
    const big = Buffer.concat([
      fileHeader(false),
      record(sll2(0x0800, 4, ipv4(6, tcp(2, 0))), 9, 1000, false),
    ]);
    const [first] = new PcapReader().push(big);
    expect(first?.at).to.equal(9001);
    expect(first?.linkType).to.equal(SLL2);
  });
  it('says so when it is fed something else, or has lost its place', () => {
    expect(() => new PcapReader().push(Buffer.alloc(24, 'x'))).to.throw('not a capture file');
    const damaged = record(Buffer.alloc(4));
    damaged.writeUInt32LE(0xffffff, 8);
    expect(() => new PcapReader().push(Buffer.concat([fileHeader(), damaged]))).to.throw('damaged');
  });
});

describe('packet decoder', () => {
  it('tells who opened a connection to whom', () => {
    expect(decodeOne(sll2(0x0800, 4, ipv4(6, tcp(0x02, 0))))).to.deep.equal({
      at: 5250,
      direction: 'out',
      protocol: 'tcp',
      from: '10.201.0.10',
      fromPort: 40000,
      to: '198.51.100.18',
      toPort: 443,
      payload: 0,
      flags: 'S',
    });
  });
  it('counts payload by the stated length, also when the capture cut the packet short', () => {
    const whole = sll2(0x0800, 4, ipv4(6, tcp(0x18, 900)));
    expect(decodeOne(whole.subarray(0, 120))).to.include({ payload: 900, flags: 'FP.'.slice(1) });
  });
  it('reads ARP, ICMP, ICMPv6 and IPv6 with options in the header', () => {
    const arp = Buffer.alloc(28);
    arp.writeUInt16BE(0x0800, 2);
    arp.set([10, 0, 0, 2], 14);
    arp.set([10, 0, 0, 1], 24);
    expect(decodeOne(sll2(0x0806, 4, arp))).to.include({ protocol: 'arp', from: '10.0.0.2', to: '10.0.0.1' });
    expect(decodeOne(sll2(0x0800, 0, ipv4(1, Buffer.alloc(16))))).to.include({
      protocol: 'icmp',
      payload: 8,
    });
    const v6 = Buffer.alloc(40 + 8 + 8);
    v6.writeUInt16BE(16, 4);
    v6.writeUInt8(0, 6);
    v6.set([0x20, 0x01, 0x0d, 0xb8], 8);
    v6.writeUInt8(1, 23);
    v6.writeUInt8(0xff, 24);
    v6.writeUInt8(2, 25);
    v6.writeUInt8(0x16, 39);
    v6.writeUInt8(58, 40);
    expect(decodeOne(sll2(0x86dd, 4, v6))).to.include({
      protocol: 'icmpv6',
      from: '2001:db8::1',
      to: 'ff02::16',
    });
  });
  it('keeps what it cannot read as other, and never throws', () => {
    expect(decodeOne(sll2(0x0800, 4, Buffer.alloc(3)))).to.include({ protocol: 'other', from: '' });
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 120 }),
        fc.constantFrom(0x0800, 0x86dd, 0x0806),
        (body, type) => {
          expect(decodeOne(sll2(type, 0, Buffer.from(body)))).to.have.property('protocol');
        },
      ),
    );
  });
  it('writes flags as tcpdump does', () => {
    expect([0x02, 0x12, 0x11, 0x18, 0x04, 0x10, 0].map(tcpFlags)).to.deep.equal([
      'S',
      'S.',
      'F.',
      'P.',
      'R',
      '.',
      'none',
    ]);
  });
});
