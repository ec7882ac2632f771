/** Run ids sort by time and are short enough for container names: `20261123-0612-3f9a`. */
import { randomBytes } from 'node:crypto';

export function openRunId(now = new Date()): string {
  const digits = now.toISOString().replace(/\D/g, '');
  return `${digits.slice(0, 8)}-${digits.slice(8, 14)}-${randomBytes(2).toString('hex')}`;
}
