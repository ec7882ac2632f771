/** Commands that wait for an agent to ask for them (long poll), until their result arrives. */
import { randomUUID } from 'node:crypto';
import type { Command } from './protocol/types.ts';

/** A command without a result is handed out again after this time: its answer may have been lost. */
export const AGAIN_MS = 5000;

interface Waiting {
  readonly command: Command;
  givenAt: number;
}
interface Box {
  readonly commands: Map<string, Waiting>;
  readonly finished: Set<string>;
  /** ends the wait of the newest poll; `superseded`: a newer poll has come */
  wake?: (why: 'command' | 'superseded') => void;
}

export class CommandQueue {
  readonly #boxes = new Map<string, Box>();
  readonly #now: () => number;

  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  add(agentId: string, name: string, args?: Record<string, unknown>): Command {
    const command: Command = { uid: randomUUID(), name, ...(args ? { arguments: args } : {}) };
    const box = this.#box(agentId);
    box.commands.set(command.uid, { command, givenAt: -Infinity });
    box.wake?.('command');
    return command;
  }

  /** The result is here. `again`: it was here before, its acknowledgement was lost. */
  finish(agentId: string, uid: string): 'first' | 'again' | 'unknown' {
    const { commands, finished } = this.#box(agentId);
    if (finished.has(uid)) return 'again';
    if (!commands.delete(uid)) return 'unknown';
    finished.add(uid);
    return 'first';
  }

  /**
   * Commands for this agent, at once or when one comes; empty after `waitMs`, when the client has gone, or when a
   * newer poll of the same agent takes over: an older one may hang on a connection that silently died.
   */
  async next(agentId: string, waitMs: number, signal: AbortSignal): Promise<Command[]> {
    const box = this.#box(agentId);
    box.wake?.('superseded');
    const end = this.#now() + waitMs;
    for (;;) {
      if (signal.aborted) return [];
      const due = this.#take(box);
      const left = end - this.#now();
      if (due.length > 0 || left <= 0) return due;
      if ((await this.#wait(box, Math.min(left, this.#untilAgain(box)), signal)) === 'superseded') return [];
    }
  }

  #take(box: Box): Command[] {
    const due = [...box.commands.values()].filter((w) => this.#now() - w.givenAt >= AGAIN_MS);
    for (const waiting of due) waiting.givenAt = this.#now();
    return due.map((w) => w.command);
  }

  #untilAgain(box: Box): number {
    return Math.min(...[...box.commands.values()].map((w) => w.givenAt + AGAIN_MS - this.#now()));
  }

  #wait(box: Box, ms: number, signal: AbortSignal): Promise<'command' | 'superseded' | 'time' | 'gone'> {
    return new Promise((resolve) => {
      const finish = (why: 'command' | 'superseded' | 'time' | 'gone'): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', gone);
        if (box.wake === finish) delete box.wake;
        resolve(why);
      };
      const gone = (): void => finish('gone');
      const timer = setTimeout(() => finish('time'), Math.max(1, ms));
      signal.addEventListener('abort', gone, { once: true });
      box.wake = finish;
    });
  }

  #box(agentId: string): Box {
    let box = this.#boxes.get(agentId);
    if (!box) this.#boxes.set(agentId, (box = { commands: new Map(), finished: new Set() }));
    return box;
  }
}
