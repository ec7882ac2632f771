/** Those who wait until there is something new to look at. */
export class Waiters {
  readonly #waiting = new Set<() => void>();

  wake(): void {
    for (const resume of this.#waiting) resume();
  }

  /** Resolves at the next `wake`, after `ms`, or when the signal aborts; never rejects. */
  wait(ms = Infinity, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const resume = (): void => {
        this.#waiting.delete(resume);
        clearTimeout(timer);
        signal?.removeEventListener('abort', resume);
        resolve();
      };
      const timer = Number.isFinite(ms) ? setTimeout(resume, ms) : undefined;
      signal?.addEventListener('abort', resume);
      this.#waiting.add(resume);
    });
  }
}
