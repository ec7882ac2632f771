/** How what belongs to a run is recognised, by name for people and by label for the sweep. */
import { randomBytes } from 'node:crypto';

export const OURS = 'heiiki';
export const RUN = 'heiiki.run';
export const LEASE = 'heiiki.lease';

export function newRun(): string {
  return randomBytes(4).toString('hex');
}
export function fullName(run: string, name: string): string {
  return `heiiki-${run}-${name}`;
}
export function labelsOf(run: string, more?: Readonly<Record<string, string>>): Record<string, string> {
  return { ...more, [OURS]: '1', [RUN]: run };
}
