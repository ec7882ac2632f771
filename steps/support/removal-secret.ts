/** What the person who removes a product has for it, by how it declares to be protected. */
import { REMOVAL_TOKEN } from '../../history/secrets.ts';
import type { Session } from './session.ts';

/** A token is fetched now: a new enrolment makes another. The console can be reached from wherever its administrator is. */
export async function removalSecret(
  session: Pick<Session, 'product' | 'history' | 'secret' | 'inCloud'>,
): Promise<string> {
  const { protection } = session.product.product.statement.uninstall;
  switch (protection) {
    case 'local-secret':
      return session.secret;
    case 'prefetched-token': {
      const token = await session.inCloud('fetching the removal token', (cloud) => cloud.removalToken());
      // Also the detailed log shows the arguments of the uninstall command.
      if (token !== null) session.history.conceal(REMOVAL_TOKEN, [token]);
      return token ?? 'none';
    }
    case 'cloud-policy':
    case 'none':
      return 'none';
  }
}
