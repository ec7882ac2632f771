/** What lets an endpoint be removed where nobody can be asked: only the console shows it, only its verifier goes out. */
import { createHash, randomBytes } from 'node:crypto';
import type { RemovalVerifier } from './protocol/types.ts';

/** Not a slow hash: nobody tries out what is random and this long. */
export function verifierOf(token: string, salt = randomBytes(16)): RemovalVerifier {
  return { salt: salt.toString('hex'), hash: createHash('sha256').update(salt).update(token).digest('hex') };
}

export class RemovalTokens {
  /** by agentId, in the order of the last enrolments */
  readonly #made = new Map<string, { readonly hostname: string; readonly token: string }>();

  /** Another one with each enrolment, so that whoever has seen the last one has nothing. */
  make(agentId: string, hostname: string): RemovalVerifier {
    const token = randomBytes(24).toString('hex'); // nothing that a command could take for an option
    this.#made.delete(agentId);
    this.#made.set(agentId, { hostname, token });
    return verifierOf(token);
  }

  /**
   * By agentId or host name, or of the one host; of several records of it, that of the last enrolment, also if it has said
   * good-bye meanwhile: it may still be there. null: none has ever enrolled. Throws in words if several hosts are meant.
   */
  of(name?: string): string | null {
    const found = [...this.#made].filter(
      ([agentId, { hostname }]) => name === undefined || agentId === name || hostname === name,
    );
    const hosts = new Set(found.map(([, { hostname }]) => hostname));
    if (hosts.size > 1) throw new Error(`there are tokens of ${[...hosts].join(', ')}; name one of them`);
    return found.at(-1)?.[1].token ?? null;
  }
}
