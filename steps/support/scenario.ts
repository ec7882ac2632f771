/** What a pickle is called elsewhere: its requirement, its folder, its seed. */
import { createHash } from 'node:crypto';
import type { Pickle } from '@cucumber/messages';

const REQUIREMENT = /^@([A-Z]{3}-\d{2})$/;

/** The requirement of a scenario is the one tag that has the form of an id. */
export function requirementOf(tags: readonly string[]): string {
  const ids = tags.flatMap((tag) => REQUIREMENT.exec(tag)?.[1] ?? []);
  const [id] = ids;
  if (!id || ids.length > 1)
    throw new Error(`a scenario needs one tag like @NET-01; this one has: ${tags.join(' ')}`);
  return id;
}

/** Folder name: requirement and scenario, e.g. `net-01-first-start-behind-the-relay`. */
export function scenarioSlug(pickle: Pick<Pickle, 'name' | 'tags'>): string {
  const id = requirementOf(pickle.tags.map((tag) => tag.name));
  return `${id} ${pickle.name}`
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

/** A seed of its own for each product and scenario, so that running one alone plays it as the whole run did. */
export function seedOf(runSeed: number, product: string, scenario: string): number {
  return createHash('sha256').update(`${runSeed}/${product}/${scenario}`).digest().readUInt32BE(0) >>> 1;
}
