/** Terminal output of a plain `npx cucumber-js`: one line a scenario with its verdict, counts at the end. */
import { Formatter, Status, type IFormatterOptions } from '@cucumber/cucumber';
import type { Envelope } from '@cucumber/messages';
import { z } from 'zod';
import { Both } from '../history/both.ts';
import { JUDGEMENT, Verdict } from '../history/verdict.ts';

const Judged = z.looseObject({
  product: z.string(),
  scenario: z.string(),
  verdict: Verdict,
  reason: Both,
});

export default class VerdictFormatter extends Formatter {
  static override readonly documentation = 'one line a scenario with its verdict';
  #counts = new Map<Verdict, number>();

  constructor(options: IFormatterOptions) {
    super(options);
    options.eventBroadcaster.on('envelope', (envelope: Envelope) => this.#see(envelope));
  }

  #see(envelope: Envelope): void {
    if (envelope.attachment?.mediaType === JUDGEMENT) {
      const { product, scenario, verdict, reason } = Judged.parse(JSON.parse(envelope.attachment.body));
      this.#counts.set(verdict, (this.#counts.get(verdict) ?? 0) + 1);
      this.log(
        `${verdict.padEnd(14)} ${product} ${scenario}${verdict === 'pass' ? '' : `\n               ${reason.en}`}\n`,
      );
    }
    const failed = envelope.testStepFinished?.testStepResult;
    if (failed?.status === Status.UNDEFINED || failed?.status === Status.AMBIGUOUS)
      this.log(`${failed.status}: ${failed.message ?? ''}\n`);
    if (envelope.testRunFinished)
      this.log(
        `${[...this.#counts].map(([verdict, count]) => `${count} ${verdict}`).join(', ') || 'no scenario was played'}\n`,
      );
  }
}
