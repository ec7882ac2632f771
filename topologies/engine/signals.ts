/**
 * SIGINT, SIGTERM, SIGHUP: let go of what we have on the engine, then end as the signal says. A program that listens
 * itself (the command line) winds down in its own order and disposes its engines, and has a while to do so: what it
 * waits for may be minutes away. A second signal ends the process at once, as libraries with listeners of their own
 * keep the default action from happening; what then stays behind is known by its dead lease.
 *
 * One press of Ctrl-C can come twice: from the terminal and passed on by the process that started us.
 */
const NUMBER = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
type Signal = keyof typeof NUMBER;
const SIGNALS = Object.keys(NUMBER) as Signal[];

/** what follows the first one so soon is the same one again */
const SAME_MS = 1000;
/** how long a program may wind down */
const GRACE_MS = 30_000;

const open = new Set<() => Promise<void>>();
let watching = false;

/** Call before libraries are loaded that listen to signals: who listens now is the program. */
export function watchSignals(graceMs = GRACE_MS): void {
  if (watching) return;
  watching = true;
  for (const signal of SIGNALS) {
    const program = process.listenerCount(signal) > 0;
    let first: number | undefined;
    // Not `once`: with no listener left, even for a moment, the signal would end us there and then.
    process.on(signal, () => {
      const now = performance.now();
      if (first !== undefined) {
        if (now - first > SAME_MS) process.exit(128 + NUMBER[signal]);
        return;
      }
      first = now;
      if (program) setTimeout(() => void end(signal), graceMs).unref();
      else void end(signal);
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
