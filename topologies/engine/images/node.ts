/** Node on top of another image: the binary of our own package where it fits, else that of the usual image. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ImageRecipe } from '../engine.ts';

const OURS = fileURLToPath(new URL('../../../node_modules/node/bin/node', import.meta.url));
const USUAL = 'node:24-bookworm-slim';

/** HEIIKI_NODE_IMAGE names another source, e.g. where the engine's machine has another architecture than this one. */
export function withNode(name: string, parent: ImageRecipe): ImageRecipe {
  const given = process.env['HEIIKI_NODE_IMAGE'];
  if (given === undefined && process.platform === 'linux' && existsSync(OURS))
    return {
      name,
      parent,
      dockerfile: 'COPY node /usr/local/bin/node',
      files: new Map([['node', { content: { disk: OURS }, mode: 0o755 }]]),
    };
  return {
    name,
    parent,
    dockerfile: `COPY --from=${given ?? USUAL} /usr/local/bin/node /usr/local/bin/node`,
  };
}
