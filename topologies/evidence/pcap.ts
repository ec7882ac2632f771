/**
 * Reads a capture file while it is being written (libpcap format, microseconds or nanoseconds, either byte
 * order). Bytes may be cut anywhere: a record is handed on when its last byte has come.
 * Format: https://www.ietf.org/archive/id/draft-ietf-opsawg-pcap-04.html
 */
export interface PcapRecord {
  /** time of the packet, milliseconds since the epoch, with fraction */
  readonly at: number;
  readonly linkType: number;
  readonly data: Buffer;
  /** length on the wire; `data` may be shorter */
  readonly length: number;
}

interface Header {
  readonly little: boolean;
  readonly fractionsPerMs: number;
  readonly linkType: number;
}

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
/** No snap length of ours comes near; a larger one means that we lost our place in the stream. */
const ABSURD = 1 << 20;
const MAGIC = new Map<number, { little: boolean; fractionsPerMs: number }>([
  [0xa1b2c3d4, { little: false, fractionsPerMs: 1e3 }],
  [0xd4c3b2a1, { little: true, fractionsPerMs: 1e3 }],
  [0xa1b23c4d, { little: false, fractionsPerMs: 1e6 }],
  [0x4d3cb2a1, { little: true, fractionsPerMs: 1e6 }],
]);

export class PcapReader {
  #header: Header | undefined;
  #rest: Buffer = Buffer.alloc(0);

  /** Bytes that wait for the rest of their record. */
  get pending(): number {
    return this.#rest.length;
  }

  /** Takes the next bytes and gives the records that they complete. Throws if this is not a capture. */
  push(chunk: Buffer): PcapRecord[] {
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let offset = 0;
    if (this.#header === undefined) {
      if (this.#rest.length < FILE_HEADER) return [];
      this.#header = readHeader(this.#rest);
      offset = FILE_HEADER;
    }
    const records: PcapRecord[] = [];
    for (;;) {
      const record = readRecord(this.#header, this.#rest, offset);
      if (record === undefined) break;
      records.push(record);
      offset += RECORD_HEADER + record.data.length;
    }
    this.#rest = this.#rest.subarray(offset);
    return records;
  }
}

function readHeader(buffer: Buffer): Header {
  const magic = buffer.readUInt32BE(0);
  const form = MAGIC.get(magic);
  if (form === undefined) throw new Error(`not a capture file: it starts with 0x${magic.toString(16)}`);
  const word = form.little ? buffer.readUInt32LE(20) : buffer.readUInt32BE(20);
  // The upper bits tell about frame check sequences, which these link types do not have.
  return { ...form, linkType: word & 0x0fffffff };
}

function readRecord(header: Header, buffer: Buffer, offset: number): PcapRecord | undefined {
  if (buffer.length < offset + RECORD_HEADER) return undefined;
  const word = (index: number): number =>
    header.little ? buffer.readUInt32LE(offset + index * 4) : buffer.readUInt32BE(offset + index * 4);
  const captured = word(2);
  if (captured > ABSURD) throw new Error(`capture is damaged: a record claims ${captured} bytes`);
  const start = offset + RECORD_HEADER;
  if (buffer.length < start + captured) return undefined;
  return {
    at: word(0) * 1000 + word(1) / header.fractionsPerMs,
    linkType: header.linkType,
    data: buffer.subarray(start, start + captured),
    length: word(3),
  };
}
