/** As much of DER (ITU-T X.690) as a certificate needs. */
const der = (tag: number, ...parts: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  const { length } = body;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
};

export const sequence = (...parts: readonly Buffer[]): Buffer => der(0x30, ...parts);
export const set = (...parts: readonly Buffer[]): Buffer => der(0x31, ...parts);
export const context = (number: number, ...parts: readonly Buffer[]): Buffer => der(0xa0 + number, ...parts);
/** Positive: a leading one bit gets an octet before it. */
export const integer = (value: Buffer): Buffer =>
  der(0x02, Buffer.from([0]).subarray((value[0] ?? 0) < 0x80 ? 1 : 0), value);
/** Its content octets in hexadecimal. */
export const oid = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));
export const text = (tag: number, content: string | Buffer): Buffer =>
  der(tag, typeof content === 'string' ? Buffer.from(content) : content);
export const bits = (content: Buffer): Buffer => der(0x03, Buffer.from([0]), content);
/** ms since the epoch, until 2049 */
export const time = (at: number): Buffer => {
  const digits = new Date(at).toISOString().replaceAll(/[-:T]/g, '').slice(2, 14);
  return der(0x17, Buffer.from(`${digits}Z`));
};
