/** What a broken agent does after a way that came and went: it doubts what it has sent, and makes new findings of it (flaws.ts). */
import { randomUUID } from 'node:crypto';
import type { DetectionFinding } from '../cloud/protocol/types.ts';
import type { FindingQueue } from './queue.ts';

const OFTEN = 3;
const SHORT_MS = 30_000;

export class FlapEcho {
  readonly #queue: FindingQueue;
  #returns: number[] = [];
  #sent: DetectionFinding[] = [];

  constructor(queue: FindingQueue) {
    this.#queue = queue;
  }
  /** These were accepted. */
  sent(findings: readonly DetectionFinding[]): void {
    if (this.#returns.length > 0) this.#sent.push(...findings);
  }
  /** The way is there again. */
  back(now: number): void {
    this.#returns = [...this.#returns, now].filter((time) => now - time < SHORT_MS);
    if (this.#returns.length < OFTEN) return;
    for (const finding of this.#sent.splice(0))
      this.#queue.add({ ...finding, finding_info: { ...finding.finding_info, uid: randomUUID() } });
  }
}
