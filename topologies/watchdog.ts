/** Notices when this process did not get to run: timings of that while are not the product's fault. */
import type { Recorder } from '../history/events.ts';

const EVERY_MS = 100;
const STALL_MS = 500;

/** By the clock that deadlines go by: a host that was put to sleep has missed them, and has no other that says so. */
export function watchForStalls(recorder: Recorder, now: () => number = Date.now): Disposable {
  let last = now();
  const timer = setInterval(() => {
    const late = now() - last - EVERY_MS;
    last = now();
    if (late > STALL_MS) recorder.record('harness', { kind: 'host.stalled', ms: Math.round(late) });
  }, EVERY_MS);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
