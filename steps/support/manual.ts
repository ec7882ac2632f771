/** What somebody does by hand for a product: each step is on record, as its price is what a relocation is graded by. */
import type { Session } from './session.ts';

/** What was done; or why this method cannot be had with this product or here. */
export type Attempted = { readonly done: string } | { readonly impossible: string };

/** A step is noted before it is taken: what it brings about may arrive while it still runs. `site`: somebody has to go there. */
export function manual(session: Pick<Session, 'history'>, text: string, site: boolean): void {
  session.history.record('harness', { kind: 'manual.step', text, site });
}
