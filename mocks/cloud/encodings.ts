/** Content codings that a client may send its body in. */
import {
  brotliDecompressSync,
  gunzipSync,
  inflateSync,
  zstdDecompressSync,
  type ZlibOptions,
} from 'node:zlib';

type Decode = (body: Buffer, options: Pick<ZlibOptions, 'maxOutputLength'>) => Buffer;
const DECODERS: Readonly<Record<string, Decode>> = {
  identity: (body) => body,
  gzip: gunzipSync,
  'x-gzip': gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
  zstd: zstdDecompressSync,
};

/** Several codings are undone from the last to the first. Undefined: one is not known, or it is not what it says. */
export function decoded(body: Buffer, codings = 'identity', limit = Infinity): Buffer | undefined {
  if (body.length === 0) return body;
  try {
    return codings
      .split(',')
      .map((coding) => coding.trim().toLowerCase())
      .reduceRight((rest, coding) => {
        const decode = DECODERS[coding];
        if (!decode) throw new Error(`${coding} is not known`);
        return decode(rest, Number.isFinite(limit) ? { maxOutputLength: limit } : {});
      }, body);
  } catch {
    return undefined;
  }
}
