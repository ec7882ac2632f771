/** A network on a slice of a documentation range (RFC 5737, RFC 3849) that nobody else on this machine needs. */
import { randomInt } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import { setTimeout as after } from 'node:timers/promises';
import type { Engine, StartedNetwork } from '../engine/engine.ts';
import { LabError } from '../errors.ts';

/** The third of RFC 5737, 192.0.2.0/24, is left to the machines that sit in it themselves. */
const RANGES = ['198.51.100', '203.0.113'];
/** A /28 has 16 addresses, and a range of 256 has 16 of them. */
const SIZE = 16;
const SLICES = 256 / SIZE;
/** Images are built from here while labs run; a mirror behind a proxy may well have a documentation address. */
const MIRRORS = ['deb.debian.org', 'security.debian.org'];
const LOOKUP_MS = 1000;

/** The engine refuses what overlaps with any other network, also of another run; then the next slice is tried. */
export async function takeSlice(
  engine: Engine,
  name: string,
): Promise<{ network: StartedNetwork; ipv6: string | undefined }> {
  const count = RANGES.length * SLICES;
  const first = randomInt(count);
  const needed = await neededSlices();
  let last: unknown = 'others need all of them';
  for (let i = 0; i < count; i++) {
    const slice = (first + i) % count;
    const subnet = subnetOf(slice);
    if (needed.has(subnet)) continue;
    const ipv6 = `2001:db8:${randomInt(1, 0x10000).toString(16)}:${slice + 1}::/64`;
    for (const six of [ipv6, undefined])
      try {
        const spec = { name, kind: 'open' as const, subnet };
        return {
          network: await engine.network(six === undefined ? spec : { ...spec, ipv6: six }),
          ipv6: six,
        };
      } catch (cause) {
        last = cause;
        if (String(cause).includes('overlap')) break;
      }
  }
  throw new LabError('engine', 'the open control lab got no network', String(last), { cause: last });
}

const subnetOf = (slice: number): string =>
  `${RANGES[Math.floor(slice / SLICES)] ?? ''}.${(slice % SLICES) * SIZE}/28`;

/** The slices that hold an address to which the machine itself has to get; none where names are not resolved. */
async function neededSlices(): Promise<ReadonlySet<string>> {
  const found = Promise.all(MIRRORS.map((name) => lookup(name, { all: true, family: 4 }).catch(() => [])));
  const addresses = await Promise.race([found, after(LOOKUP_MS, [], { ref: false })]);
  return new Set(addresses.flat().map(({ address }) => sliceAround(address)));
}

/** `203.0.113.80/28` for 203.0.113.87 */
export function sliceAround(address: string): string {
  const [last = '', ...rest] = address.split('.').reverse();
  return `${rest.reverse().join('.')}.${Number(last) - (Number(last) % SIZE)}/28`;
}
