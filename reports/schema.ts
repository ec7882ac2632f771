/** `docs/results.schema.json`, made from the zod schema. To write it again: `node --import tsx reports/schema.ts`. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { Results } from './results.ts';

export const SCHEMA_FILE = join(import.meta.dirname, '../docs/results.schema.json');

/** JSON Schema, draft 2020-12. */
export function resultsSchema(): Record<string, unknown> {
  return {
    title: 'heiiki/results/v1',
    description: 'Everything that one run of heiiki observed; all reports are made from it.',
    ...z.toJSONSchema(Results, { target: 'draft-2020-12' }),
  };
}

async function writeSchema(): Promise<void> {
  const { format, resolveConfig } = await import('prettier');
  const text = await format(JSON.stringify(resultsSchema()), {
    ...(await resolveConfig(SCHEMA_FILE)),
    filepath: SCHEMA_FILE,
  });
  await writeFile(SCHEMA_FILE, text);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await writeSchema();
