/** IPv4 arithmetic for the labs' small subnets, and the pool they come from. */
import { randomInt } from 'node:crypto';

const POOL = toNumber('10.201.0.0');
const POOL_SIZE = 65536;
/** a /28: 14 addresses for nodes */
const SMALLEST = 16;

export function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}
export function toText(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
}
/** First address and size of a CIDR block. */
export function blockOf(cidr: string): { readonly first: number; readonly size: number } {
  const [address = '', bits = '32'] = cidr.split('/');
  const size = 2 ** (32 - Number(bits));
  const first = toNumber(address);
  return { first: first - (first % size), size };
}
export function overlaps(one: string, other: string): boolean {
  const a = blockOf(one);
  const b = blockOf(other);
  return a.first < b.first + b.size && b.first < a.first + a.size;
}
/** The address of a subnet at an index: 1 is the gateway's, 2 and up are for nodes. */
export function addressAt(cidr: string, index: number): string {
  const { first, size } = blockOf(cidr);
  if (index < 1 || index > size - 2)
    throw new RangeError(`${cidr} has addresses 1 to ${size - 2}, not ${index}`);
  return toText(first + index);
}

/**
 * Free blocks of the pool with room for that many hosts, from a random start so that concurrent runs rarely want the
 * same one. Taking one is atomic only in the engine, which refuses overlaps: then the caller goes on to the next.
 * Throws RangeError if the pool as a whole is too small.
 */
export function* freeSubnets(
  taken: readonly string[],
  { hosts = SMALLEST - 2, start }: { hosts?: number | undefined; start?: number } = {},
): Generator<string> {
  const size = Math.max(SMALLEST, 2 ** Math.ceil(Math.log2(hosts + 2)));
  if (size > POOL_SIZE) throw new RangeError(`no subnet of 10.201.0.0/16 has room for ${hosts} hosts`);
  const howMany = POOL_SIZE / size;
  const first = start ?? randomInt(howMany);
  const ipv4 = taken.filter((cidr) => !cidr.includes(':'));
  for (let i = 0; i < howMany; i++) {
    const subnet = `${toText(POOL + ((first + i) % howMany) * size)}/${32 - Math.log2(size)}`;
    if (!ipv4.some((other) => overlaps(subnet, other))) yield subnet;
  }
}

/** From the IPv4 address, as engines do: the same address is the same neighbour. */
export const hardwareAddress = (address: string): string =>
  ['02:42', ...address.split('.').map((part) => Number(part).toString(16).padStart(2, '0'))].join(':');
/** Of the bridge of a sealed network: that of the one address that nobody can have. */
export const bridgeAddress = (cidr: string): string => hardwareAddress(toText(blockOf(cidr).first));
