/** `heiiki lab watch`: the history as it happens. Ending it does nothing to the lab. */
import { once } from 'node:events';
import { ask } from './client.ts';
import { wireTo } from './labs.ts';
import { Narrator } from './narrator.ts';

/** Packets are summed up by the second; a second is over when nothing more of it is on its way. */
const TICK_MS = 500;

export async function watch(
  lab: string,
  { json, past }: { json: boolean; past: boolean },
  signal: AbortSignal,
): Promise<number> {
  const wire = await wireTo(lab);
  // Who reads this may have seen enough.
  const enough = new AbortController();
  process.stdout.on('error', () => enough.abort());
  wire.closeAt(signal, enough.signal);
  if (!json) process.stderr.write(`watching ${lab}; Ctrl-C ends this, not the lab\n`);
  const narrator = new Narrator();
  const say = (lines: readonly string[]): boolean =>
    lines.length === 0 || process.stdout.write(`${lines.join('\n')}\n`);
  const ticking = setInterval(() => say(narrator.until(Date.now() - TICK_MS)), TICK_MS);
  try {
    for await (const reply of ask(wire, lab, { op: 'watch', past })) {
      const room =
        reply.kind !== 'event' || say(json ? [JSON.stringify(reply.event)] : narrator.tell(reply.event));
      if (!room) await once(process.stdout, 'drain', { signal });
      if (reply.kind === 'result') process.stderr.write(`${reply.text}\n`);
    }
    return 0;
  } catch (error) {
    if (signal.aborted || enough.signal.aborted) return 0;
    throw error;
  } finally {
    clearInterval(ticking);
    say(narrator.until(Infinity));
  }
}
