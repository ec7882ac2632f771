/** Something that is done again and again, and at once when it is kicked. */
export class Loop {
  readonly #body: () => Promise<number>;
  #timer: NodeJS.Timeout | undefined;
  #running = false;
  #kicks = 0;
  #stopped = false;

  /** `body` resolves with the time until its next run, ms; Infinity: when kicked. It must not throw. */
  constructor(body: () => Promise<number>) {
    this.#body = body;
  }
  kick(): void {
    if (this.#stopped) return;
    clearTimeout(this.#timer);
    this.#kicks += 1;
    if (!this.#running) void this.#run();
  }
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  async #run(): Promise<void> {
    this.#running = true;
    const kicks = this.#kicks;
    const pause = await this.#body();
    this.#running = false;
    if (this.#kicks !== kicks) this.kick();
    else if (!this.#stopped && Number.isFinite(pause)) this.#timer = setTimeout(() => this.kick(), pause);
  }
}
