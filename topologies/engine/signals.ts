/**
 * SIGINT, SIGTERM, SIGHUP: let go of what we have on the engine, then end as the signal says. A program that listens
 * itself (the command line) winds down in its own order and disposes its engines; then the first signal is its
 * affair and only a second one ends the process here, as libraries with listeners of their own keep the
 * default action from happening. What then stays behind is known by its dead lease.
 *
 * One press of Ctrl-C can come twice: from the terminal and passed on by the process that started us.
 */
const NUMBER = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
type Signal = keyof typeof NUMBER;
const SIGNALS = Object.keys(NUMBER) as Signal[];

/** what follows the first one so soon is the same one again */
const SAME_MS = 1000;

const open = new Set<() => Promise<void>>();
let watching = false;

/** Call before libraries are loaded that listen to signals: who listens now is the program. */
export function watchSignals(): void {
  if (watching) return;
  watching = true;
  for (const signal of SIGNALS) {
    const program = process.listenerCount(signal) > 0;
    process.once(signal, () => {
      const first = performance.now();
      process.on(signal, () => {
        if (performance.now() - first > SAME_MS) process.exit(128 + NUMBER[signal]);
      });
      if (!program) void end(signal);
    });
  }
}

/** Registers a clean-up; returns how to forget it. */
export function disposeOnSignal(dispose: () => Promise<void>): () => void {
  open.add(dispose);
  return () => open.delete(dispose);
}

async function end(signal: Signal): Promise<void> {
  await Promise.allSettled([...open].map((dispose) => dispose()));
  process.exit(128 + NUMBER[signal]);
}
