/** The content update that is offered; every change makes a new revision. */
import type { Content } from './protocol/types.ts';

export class ContentStore {
  #now: Content = { revision: 1, issued: Date.now(), rules: ['T1204.002', 'T1098.007'] };

  get current(): Content {
    return this.#now;
  }
  get etag(): string {
    return `"c${this.#now.revision}"`;
  }
  set(rules: readonly string[]): number {
    this.#now = { revision: this.#now.revision + 1, issued: Date.now(), rules: [...rules] };
    return this.#now.revision;
  }
}
