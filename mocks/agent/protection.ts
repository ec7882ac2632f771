/** May the person who asks remove the agent? */
import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import type { Config, Protection } from './config.ts';
import type { Behaviour } from './flaws.ts';

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

export interface RemovalRequest {
  readonly protection: Protection;
  readonly stored: Config['secret'];
  /** null: the person does not have it */
  readonly secret: string | null;
  /** protection in the policy that is in force on this endpoint; null before the first policy */
  readonly policy: 'on' | 'off' | null;
}
/** undefined: it may be removed. Otherwise why not, and what to do. */
export function refusal(request: RemovalRequest, rules: Behaviour['removal']): string | undefined {
  if (request.protection === 'none') return undefined;
  if (request.policy === 'off' && rules.obeysPolicy) return undefined;
  if (request.protection === 'cloud-policy') {
    if (!rules.asksForSecret) return undefined;
    return 'removal is protected by the policy; have the protection switched off in the cloud, and wait until this endpoint has read it';
  }
  if (!rules.asksForSecret || (request.secret !== null && secretMatches(request.secret, request.stored)))
    return undefined;
  const what =
    request.secret === null
      ? 'removal needs the secret that was set at install'
      : 'this is not the secret that was set at install';
  return `${what}; give it by --secret, or have the protection switched off in the cloud`;
}
