/** The five words of a verdict. */
import { z } from 'zod';

export const Verdict = z.enum(['pass', 'fail', 'unsupported', 'not-observable', 'inconclusive']);
export type Verdict = z.infer<typeof Verdict>;

/** Media type under which a scenario's judgement is attached to its Cucumber messages. */
export const JUDGEMENT = 'application/vnd.heiiki.judgement+json';
