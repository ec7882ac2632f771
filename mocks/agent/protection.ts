/** May the person who asks remove the agent? */
import { createHash, randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import type { RemovalVerifier } from '../cloud/protocol/types.ts';
import type { Config, Protection } from './config.ts';
import { readState, writeWhole } from './files.ts';
import type { Behaviour } from './flaws.ts';
import type { Places } from './places.ts';

const KEY_BYTES = 32;

export function hashSecret(secret: string): { salt: string; hash: string } {
  const salt = randomBytes(16);
  return { salt: salt.toString('hex'), hash: scryptSync(secret, salt, KEY_BYTES).toString('hex') };
}
export function secretMatches(secret: string, stored: Config['secret']): boolean {
  if (stored === null) return false;
  const right = Buffer.from(stored.hash, 'hex');
  const given = scryptSync(secret, Buffer.from(stored.salt, 'hex'), KEY_BYTES);
  return right.length === given.length && timingSafeEqual(given, right);
}

/** What the cloud has said of its token at the last enrolment. It outlives the identity, so that a change of tenant leaves no gap. */
export const saveVerifier = (places: Places, verifier: RemovalVerifier): void =>
  writeWhole(verifierFile(places), JSON.stringify(verifier));
/** null: it has never enrolled. */
export function storedVerifier(places: Places): RemovalVerifier | null {
  const { salt, hash } = readState(verifierFile(places)) ?? {};
  return typeof salt === 'string' && typeof hash === 'string' ? { salt, hash } : null;
}
const verifierFile = ({ state }: Places): string => join(state, 'removal.json');
export function tokenMatches(token: string, { salt, hash }: RemovalVerifier): boolean {
  const right = Buffer.from(hash, 'hex');
  const given = createHash('sha256').update(Buffer.from(salt, 'hex')).update(token).digest();
  return right.length === given.length && timingSafeEqual(given, right);
}

export interface RemovalRequest {
  readonly protection: Protection;
  readonly stored: Config['secret'];
  /** of the cloud's token; null: it has never enrolled, and there is nothing yet that could be taken away */
  readonly verifier: RemovalVerifier | null;
  /** null: the person does not have it */
  readonly secret: string | null;
  /** protection in the policy that is in force on this endpoint; null before the first policy */
  readonly policy: 'on' | 'off' | null;
}
/** undefined: it may be removed. Otherwise why not, and what to do. */
export function refusal(request: RemovalRequest, rules: Behaviour['removal']): string | undefined {
  const { protection, stored, verifier, secret, policy } = request;
  if (!rules.asksForSecret || (policy === 'off' && rules.obeysPolicy)) return undefined;
  switch (protection) {
    case 'none':
      return undefined;
    case 'cloud-policy':
      return 'removal is protected by the policy; have the protection switched off in the cloud, and wait until this endpoint has read it';
    case 'local-secret':
      if (secret !== null && secretMatches(secret, stored)) return undefined;
      return without(secret, 'the secret that was set at install');
    case 'prefetched-token':
      if (verifier === null || (secret !== null && tokenMatches(secret, verifier))) return undefined;
      return without(secret, 'the token that the console of its cloud shows for this endpoint');
  }
}

const without = (secret: string | null, what: string): string =>
  `${secret === null ? 'removal needs' : 'this is not'} ${what}; give it by --secret, or have the protection switched off in the cloud`;
