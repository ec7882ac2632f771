/** What people read, in both languages of the reports. Text of programs (errors, output, ids) stays as it is in either. */
import { z } from 'zod';

export const Both = z.strictObject({ en: z.string(), ja: z.string() });
export type Both = Readonly<z.infer<typeof Both>>;

export const both = (en: string, ja: string): Both => ({ en, ja });

/** Nothing to say. */
export const NONE: Both = both('', '');
