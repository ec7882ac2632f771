/** `heiiki lab relocate|fault|heal`: one request, one answer in words. */
import { answerTo } from './client.ts';
import { wireTo } from './labs.ts';
import type { Request } from './protocol.ts';

export async function verb(lab: string, request: Request, signal: AbortSignal): Promise<number> {
  const wire = await wireTo(lab);
  wire.closeAt(signal);
  try {
    const reply = await answerTo(wire, lab, request);
    if (reply.kind === 'result') process.stdout.write(`${reply.text}\n`);
    return 0;
  } catch (error) {
    if (!signal.aborted) throw error;
    process.stderr.write(
      'interrupted; the lab finishes what it has begun: `heiiki lab ls` shows how it is\n',
    );
    return 130;
  }
}
