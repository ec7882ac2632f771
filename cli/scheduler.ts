/** Runs jobs, a few at a time; a job starts when those it waits for have ended. */
export interface Job<T> {
  readonly name: string;
  /** a job that has to end before this one starts */
  readonly after?: Job<unknown>;
  run(): Promise<T>;
}

export interface Progress {
  started(name: string): void;
  ended(name: string, done: number, total: number): void;
}

/**
 * Results come back in the order of the jobs. A job that throws ends the whole: what can go wrong inside a
 * scenario is part of its result. An aborted signal lets running jobs end and starts no other.
 */
export async function runAll<T>(
  jobs: readonly Job<T>[],
  parallel: number,
  progress: Progress,
  signal: AbortSignal,
): Promise<readonly (T | undefined)[]> {
  const results = new Array<T | undefined>(jobs.length);
  const waiting = new Set(jobs.keys());
  const ended = new Set<Job<unknown>>();
  const running = new Map<number, Promise<void>>();
  const begin = (index: number, job: Job<T>): void => {
    waiting.delete(index);
    progress.started(job.name);
    const body = job.run().then((result) => {
      results[index] = result;
      ended.add(job);
      progress.ended(job.name, ended.size, jobs.length);
    });
    running.set(
      index,
      body.finally(() => running.delete(index)),
    );
  };
  for (;;) {
    for (const index of waiting) {
      const job = jobs[index];
      if (!job || signal.aborted || running.size >= parallel) break;
      if (!job.after || ended.has(job.after)) begin(index, job);
    }
    if (running.size === 0) return results;
    await Promise.race(running.values());
  }
}
