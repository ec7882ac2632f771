/** From captured bytes to who spoke to whom. Only what a verdict needs: addresses, ports, flags, sizes. */
import type { PcapRecord } from './pcap.ts';

export interface Packet {
  readonly at: number;
  /** `other-host`: on the wire, but neither from nor to this namespace */
  readonly direction: 'out' | 'in' | 'other-host';
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'icmpv6' | 'arp' | 'other';
  readonly from: string;
  readonly fromPort?: number;
  readonly to: string;
  readonly toPort?: number;
  /** bytes above TCP, UDP or ICMP, by the lengths that the headers state */
  readonly payload: number;
  /** TCP flags in tcpdump's letters */
  readonly flags?: string;
}

type Place = Pick<Packet, 'at' | 'direction'>;
const LINUX_SLL = 113;
const LINUX_SLL2 = 276;
const IPV4 = 0x0800;
const IPV6 = 0x86dd;
const ARP = 0x0806;
const PACKET_OTHERHOST = 3;
const PACKET_OUTGOING = 4;

/** `undefined`: not even a link header. Whatever else cannot be read is `other` with empty addresses. */
export function decodePacket(record: PcapRecord): Packet | undefined {
  const link = readLink(record);
  if (link === undefined) return undefined;
  const place: Place = { at: record.at, direction: directionOf(link.packetType) };
  const body = record.data.subarray(link.header);
  return (
    (link.etherType === IPV4 && readIpv4(place, body)) ||
    (link.etherType === IPV6 && readIpv6(place, body)) ||
    (link.etherType === ARP && readArp(place, body)) || { ...place, ...UNREADABLE, payload: body.length }
  );
}

const UNREADABLE = { protocol: 'other', from: '', to: '' } as const;

/** https://www.tcpdump.org/linktypes.html: the "cooked" headers of a capture on all interfaces. */
function readLink({
  linkType,
  data,
}: PcapRecord): { header: number; etherType: number; packetType: number } | undefined {
  if (linkType === LINUX_SLL && data.length >= 16)
    return { header: 16, etherType: data.readUInt16BE(14), packetType: data.readUInt16BE(0) };
  if (linkType === LINUX_SLL2 && data.length >= 20)
    return { header: 20, etherType: data.readUInt16BE(0), packetType: data.readUInt8(10) };
  return undefined;
}

function directionOf(packetType: number): Packet['direction'] {
  if (packetType === PACKET_OUTGOING) return 'out';
  return packetType === PACKET_OTHERHOST ? 'other-host' : 'in';
}

function readIpv4(place: Place, ip: Buffer): Packet | undefined {
  if (ip.length < 20) return undefined;
  const header = (ip.readUInt8(0) & 0x0f) * 4;
  const [from, to] = [dotted(ip, 12), dotted(ip, 16)];
  const stated = ip.readUInt16BE(2);
  // Segmentation offload writes 0 for what is larger than the field.
  const bytes = Math.max(0, (stated === 0 ? ip.length : stated) - header);
  const fragmentOffset = ip.readUInt16BE(6) & 0x1fff;
  if (fragmentOffset > 0) return { ...place, protocol: 'other', from, to, payload: bytes };
  return { ...place, from, to, ...readTransport(ip.readUInt8(9), ip.subarray(header), bytes) };
}

const EXTENSION_HEADERS = new Set([0, 43, 60]);

function readIpv6(place: Place, ip: Buffer): Packet | undefined {
  if (ip.length < 40) return undefined;
  const [from, to] = [colons(ip, 8), colons(ip, 24)];
  let next = ip.readUInt8(6);
  let offset = 40;
  while (EXTENSION_HEADERS.has(next) && ip.length >= offset + 8) {
    next = ip.readUInt8(offset);
    offset += (ip.readUInt8(offset + 1) + 1) * 8;
  }
  const bytes = Math.max(0, ip.readUInt16BE(4) - (offset - 40));
  return { ...place, from, to, ...readTransport(next, ip.subarray(offset), bytes) };
}

type Transport = Omit<Packet, 'at' | 'direction' | 'from' | 'to'>;

function readTransport(protocol: number, data: Buffer, bytes: number): Transport {
  if (protocol === 6 && data.length >= 14) return readTcp(data, bytes);
  if (protocol === 17 && data.length >= 8)
    return {
      protocol: 'udp',
      fromPort: data.readUInt16BE(0),
      toPort: data.readUInt16BE(2),
      payload: Math.max(0, bytes - 8),
    };
  if (protocol === 1) return { protocol: 'icmp', payload: Math.max(0, bytes - 8) };
  if (protocol === 58) return { protocol: 'icmpv6', payload: Math.max(0, bytes - 8) };
  return { protocol: 'other', payload: bytes };
}

function readTcp(data: Buffer, bytes: number): Transport {
  const header = (data.readUInt8(12) >> 4) * 4;
  return {
    protocol: 'tcp',
    fromPort: data.readUInt16BE(0),
    toPort: data.readUInt16BE(2),
    payload: Math.max(0, bytes - header),
    flags: tcpFlags(data.readUInt8(13)),
  };
}

/** In the order and letters of tcpdump(8): "S", "S.", "F.", "P.", ".", "R", "none". */
export function tcpFlags(bits: number): string {
  const letters = ['F', 'S', 'R', 'P', '.', 'U', 'E', 'W'].filter((_, bit) => bits & (1 << bit));
  return letters.length === 0 ? 'none' : letters.join('');
}

function readArp(place: Place, arp: Buffer): Packet | undefined {
  if (arp.length < 28 || arp.readUInt16BE(2) !== IPV4) return undefined;
  return { ...place, protocol: 'arp', from: dotted(arp, 14), to: dotted(arp, 24), payload: 0 };
}

const dotted = (data: Buffer, offset: number): string => data.subarray(offset, offset + 4).join('.');

/** RFC 5952: the longest run of two or more zero words is written `::`, the first of equally long ones. */
function colons(data: Buffer, offset: number): string {
  const words = Array.from({ length: 8 }, (_, i) => data.readUInt16BE(offset + i * 2).toString(16));
  let best = { start: 0, length: 1 };
  for (let start = 0; start < 8; start++) {
    const end = words.findIndex((word, i) => i >= start && word !== '0');
    const length = (end === -1 ? 8 : end) - start;
    if (length > best.length) best = { start, length };
  }
  if (best.length === 1) return words.join(':');
  return `${words.slice(0, best.start).join(':')}::${words.slice(best.start + best.length).join(':')}`;
}
