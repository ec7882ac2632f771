/** A disk of an endpoint without a byte of room, and with room again; seen by writing to it. */
import type { HistoryWriter } from '../../history/writer.ts';
import type { Endpoint } from '../../topologies/lab-types.ts';
import { LabBroken } from './errors.ts';

/** Of that size is the disk that is filled: a product has enough room on it until then, and it takes no time. */
export const SMALL_DISK = 64 * 1024 * 1024;
const FILLER = '.filled-by-the-lab';
const WAIT_MS = 20_000;

/** Ends with 7 if the disk is larger than it should be; all that is left in a page of the file is taken, too. */
const FILL = `cd "$1" || exit 8
[ "$(df --output=size -B1 . | tail -n 1)" -le "$3" ] || exit 7
cat /dev/zero >"$2" 2>/dev/null
if printf x >"$2.more" 2>/dev/null && [ -s "$2.more" ]; then exit 9; fi
rm -f "$2.more"`;

export async function fill(endpoint: Endpoint, folder: string, history: HistoryWriter): Promise<void> {
  await run(endpoint, FILL, [folder, FILLER, String(SMALL_DISK)]);
  note(endpoint, history, 'full');
}
export async function makeRoom(endpoint: Endpoint, folder: string, history: HistoryWriter): Promise<void> {
  await run(endpoint, 'cd "$1" && rm -f "$2" && printf x >"$2" && rm -f "$2"', [folder, FILLER]);
  note(endpoint, history, 'room');
}

async function run(endpoint: Endpoint, script: string, args: readonly string[]): Promise<void> {
  const { exit, stderr } = await endpoint.exec(['sh', '-c', script, 'sh', ...args], {
    user: 'root',
    timeoutMs: WAIT_MS,
  });
  if (exit !== 0)
    throw LabBroken.from('filling the disk', new Error(`exit ${String(exit)}: ${stderr.trim()}`));
}
function note(endpoint: Endpoint, history: HistoryWriter, value: 'full' | 'room'): void {
  history.record('harness', {
    kind: 'endpoint.state',
    endpoint: endpoint.name,
    by: 'exec',
    what: 'disk',
    value,
  });
}
