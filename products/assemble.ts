/**
 * Base + payloads = an endpoint's image, as plain data in the shape of the engine's ImageRecipe (which is not
 * imported: products know nothing of engines). A recipe's Dockerfile text has no FROM line; the engine's
 * builder writes it from `parent`.
 */
import { parseDockerfile } from './dockerfile.ts';
import type { LoadedProduct } from './load.ts';
import { ROOT } from './payload.ts';
import type { ContextFile } from './payload.ts';
import type { Product } from './schema.ts';

export { fillHook } from './placeholders.ts';
export type { HookValues } from './placeholders.ts';

export interface Recipe {
  readonly name: string;
  readonly dockerfile: string;
  readonly parent?: ParentImage;
  /** images to copy from: COPY --from=NAME */
  readonly stages?: ReadonlyMap<string, ParentImage>;
  readonly files?: ReadonlyMap<string, ContextFile>;
}
export interface ImageRef {
  readonly tag: string;
  readonly digest: string;
}
/** A recipe of the engine's, or of ours, or an image that is already built. */
export type ParentImage = ImageRef | Recipe;
/** The images that endpoints start from, with what the harness puts on every endpoint; the second holds the first. */
export type Bases = Readonly<Record<Product['endpoint']['base'], ParentImage>>;
type Installable = Pick<LoadedProduct, 'product' | 'payload' | 'defect'>;

/** The chain base → payload → payload …; the base is the richest that one of the products asks for. */
export function endpointRecipe(products: readonly Installable[], bases: Bases): ParentImage {
  const withNode = products.some(({ product }) => product.endpoint.base === 'debian-12-node');
  const base = bases[withNode ? 'debian-12-node' : 'debian-12'];
  return products.reduce<ParentImage>((parent, loaded) => payloadRecipe(loaded, parent), base);
}

/** Linux capabilities that these products ask for together, sorted. */
export function privilegesOf(products: readonly Pick<LoadedProduct, 'product'>[]): string[] {
  return [...new Set(products.flatMap(({ product }) => product.privileges))].toSorted();
}

function payloadRecipe({ product, payload, defect }: Installable, parent: ParentImage): ParentImage {
  // A defect is its product's program with another argument: one image serves them all.
  const name = (defect?.of ?? product.id).replaceAll(/[^a-z0-9-]+/g, '-').replace(/^-+/, '');
  const { dockerfile, files } = payload;
  if (dockerfile !== undefined) return stagedRecipe(name, dockerfile, files, parent);
  return { name, dockerfile: generated(product.payload.packages, files.size > 0), parent, files };
}

/** Each stage of the vendor's Dockerfile is a recipe of its own; the last is the endpoint's. */
function stagedRecipe(
  name: string,
  text: string,
  files: ReadonlyMap<string, ContextFile>,
  base: ParentImage,
): ParentImage {
  const parsed = parseDockerfile(text);
  if ('wrong' in parsed) throw new TypeError(`the Dockerfile of ${name}: ${parsed.wrong}`);
  const stages = new Map<string, ParentImage>();
  let last = base;
  for (const stage of parsed.stages) {
    const parent = stage.from === undefined ? base : (stages.get(stage.from) ?? base);
    const suffix = stage === parsed.stages.at(-1) ? '' : `-${stage.name ?? 'stage'}`;
    const usable = [...stages].filter(([earlier]) => stage.body.includes(`--from=${earlier}`));
    last = { name: `${name}${suffix}`, dockerfile: stage.body, parent, stages: new Map(usable), files };
    if (stage.name !== undefined) stages.set(stage.name, last);
  }
  return last;
}

/** Packages first: they change less often than files, and the engine keeps the layer. */
function generated(packages: readonly string[], hasFiles: boolean): string {
  const lines = packages.length > 0 ? [installPackages(packages)] : [];
  if (hasFiles) lines.push(`COPY ${ROOT}/ /`);
  return `${lines.join('\n')}\n`;
}

/** A package that starts its service while it is unpacked would run during the build: policy-rc.d forbids it. */
function installPackages(packages: readonly string[]): string {
  return [
    "RUN printf '#!/bin/sh\\nexit 101\\n' >/usr/sbin/policy-rc.d && chmod 755 /usr/sbin/policy-rc.d",
    'apt-get update -qq',
    `DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ${packages.join(' ')}`,
    'rm -rf /var/lib/apt/lists/* /usr/sbin/policy-rc.d',
  ].join(' \\\n && ');
}
