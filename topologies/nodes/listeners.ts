/** Who waits for connections in a network namespace, from the kernel's own tables (proc(5), /proc/net/tcp). */

/** Of one line: slot, local address and port, remote address and port, state 0A: listening. */
const LISTENING = /^\s*\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) \S+ 0A /;

/** Prints both tables; where the kernel knows no IPv6 there is one. */
export const PRINT_LISTENERS = 'cat /proc/net/tcp; [ ! -e /proc/net/tcp6 ] || cat /proc/net/tcp6';

/** `0.0.0.0:22`, `[::]:22` and the like, each once, in order. */
export function parseListeners(tables: string): string[] {
  const found = tables.split('\n').flatMap((line) => {
    const [, address = '', port = ''] = LISTENING.exec(line) ?? [];
    return address === '' ? [] : [`${written(address)}:${Number.parseInt(port, 16)}`];
  });
  return [...new Set(found)].sort();
}

/** Words of 32 bits, each with its bytes reversed. */
function written(address: string): string {
  const bytes = (address.match(/.{8}/g) ?? []).flatMap((word) =>
    (word.match(/../g) ?? []).reverse().map((byte) => Number.parseInt(byte, 16)),
  );
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.every((byte) => byte === 0)) return '[::]';
  const groups = Array.from({ length: 8 }, (_, at) => (bytes[2 * at] ?? 0) * 256 + (bytes[2 * at + 1] ?? 0));
  return `[${groups.map((group) => group.toString(16)).join(':')}]`;
}
