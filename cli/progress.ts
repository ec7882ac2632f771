/** Progress of long work: one moving line on a terminal, plain lines elsewhere. */
import ora, { type Ora } from 'ora';
import type { Progress } from './scheduler.ts';

export class Reporter implements Progress {
  #running = new Map<string, number>();
  #done = 0;
  #total = 0;
  #begun = Date.now();
  #spinner: Ora | undefined;
  #terminal = process.stderr.isTTY && !process.env['CI'];

  /** A line that stays, e.g. what a preparation is doing. */
  line(text: string): void {
    if (this.#spinner) {
      this.#spinner.clear();
      process.stderr.write(`${text}\n`);
      this.#spinner.render();
    } else process.stderr.write(`${text}\n`);
  }

  begin(total: number): void {
    this.#total = total;
    this.#done = 0;
    this.#begun = Date.now();
    if (this.#terminal) this.#spinner ??= ora({ stream: process.stderr, discardStdin: false }).start();
    this.#render();
  }
  started(name: string): void {
    this.#running.set(name, Date.now());
    this.#render();
  }
  ended(name: string, done: number): void {
    const seconds = ((Date.now() - (this.#running.get(name) ?? Date.now())) / 1000).toFixed(1);
    this.#running.delete(name);
    this.#done = done;
    if (!this.#spinner) this.line(`[${done}/${this.#total}] ${name} ${seconds} s${this.#left()}`);
    this.#render();
  }
  /** Outcome of what has just ended, for the plain lines. */
  finish(): void {
    this.#spinner?.stop();
    this.#spinner = undefined;
  }

  #left(): string {
    if (this.#done === 0 || this.#done === this.#total) return '';
    const seconds = ((Date.now() - this.#begun) / 1000 / this.#done) * (this.#total - this.#done);
    return `, about ${seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.round(seconds / 60)} min`} left`;
  }
  #render(): void {
    if (!this.#spinner) return;
    const names = [...this.#running.keys()].join(' · ');
    const width = Math.max(20, (process.stderr.columns || 100) - 40);
    this.#spinner.text = `${this.#done}/${this.#total}${this.#left()} — ${names.slice(0, width)}`;
  }
}
