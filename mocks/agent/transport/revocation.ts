/** Asking whether a certificate is revoked, as a careless maker does it: directly, and everything waits for it. */
import { portOpen } from './dial.ts';
import { RouteError } from './failure.ts';

/** It insists for so long, then takes the certificate unasked. */
const INSISTS_MS = 25_000;
const ANSWER_MS = 800;

export function revocationAsker(): (places: readonly string[]) => Promise<void> {
  let since: number | undefined;
  return async (places) => {
    since ??= performance.now();
    for (const place of places) {
      const { hostname, port } = new URL(place);
      const to = { host: hostname, port: port === '' ? 80 : Number(port) };
      const answered = await portOpen(to, ANSWER_MS).then(
        () => true,
        () => false,
      );
      if (answered) return;
    }
    if (performance.now() - since < INSISTS_MS)
      throw new RouteError('untrusted', 'nobody says whether the certificate has been revoked');
  };
}
