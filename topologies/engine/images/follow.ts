/** Reads the engine's build stream: one JSON object a line, with text, progress or the error that ended it. */
import { createInterface } from 'node:readline';
import { asReadable } from '../streams.ts';

const KEPT = 30;

/** @throws Error with the last lines of output, if the build failed or the stream ended before it was done */
export async function followBuild(stream: NodeJS.ReadableStream, say: (line: string) => void): Promise<void> {
  const tail: string[] = [];
  for await (const line of createInterface({ input: asReadable(stream), crlfDelay: Infinity })) {
    const message = parse(line);
    if (message.error !== undefined)
      throw new Error([message.error.trim(), ...tail.map((one) => `    ${one}`)].join('\n'));
    for (const text of (message.stream ?? message.status ?? '').split('\n')) {
      if (text.trim() === '') continue;
      tail.push(text);
      if (tail.length > KEPT) tail.shift();
      if (/^Step \d+\//.test(text)) say(text.trim());
    }
  }
}

interface Message {
  readonly stream?: string;
  readonly status?: string;
  readonly error?: string;
}
function parse(line: string): Message {
  if (line.trim() === '') return {};
  try {
    return JSON.parse(line) as Message;
  } catch {
    return { stream: line };
  }
}
