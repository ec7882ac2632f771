/** SIGINT and SIGTERM: let go of what we have on the engine, then end as the signal says. */
const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
const NUMBER = { SIGINT: 2, SIGTERM: 15 } as const;
const open = new Set<() => Promise<void>>();
let installed = false;

/** Registers a clean-up; returns how to forget it. */
export function disposeOnSignal(dispose: () => Promise<void>): () => void {
  open.add(dispose);
  if (!installed) {
    installed = true;
    for (const signal of SIGNALS) process.once(signal, () => void end(signal));
  }
  return () => open.delete(dispose);
}

async function end(signal: (typeof SIGNALS)[number]): Promise<void> {
  // whoever else listens (the command line) may have more to write and ends the process itself
  const alone = process.listenerCount(signal) === 0;
  await Promise.allSettled([...open].map((dispose) => dispose()));
  if (alone) process.exit(128 + NUMBER[signal]);
}
