/** The five words of a verdict (DESIGN §3). */
import { z } from 'zod';

export const Verdict = z.enum(['pass', 'fail', 'unsupported', 'not-observable', 'inconclusive']);
export type Verdict = z.infer<typeof Verdict>;
