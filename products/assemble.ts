/**
 * Base + payloads = an endpoint's image, as plain data in the shape of the engine's ImageRecipe (which is not
 * imported: products know nothing of engines).
 */
import type { LoadedProduct } from './load.ts';
import { ROOT } from './payload.ts';
import type { ContextFile } from './payload.ts';
import type { Product } from './schema.ts';

export interface Recipe {
  readonly name: string;
  /** Without a FROM line: built on `parent`. With ARG BASE and FROM ${BASE}: BASE is the parent's tag. */
  readonly dockerfile: string;
  readonly parent: ParentImage;
  readonly files: ReadonlyMap<string, ContextFile>;
}
export interface ImageRef {
  readonly tag: string;
  readonly digest: string;
}
/** A recipe of the engine's, or of ours, or an image that is already built. */
export type ParentImage =
  | ImageRef
  | {
      readonly name: string;
      readonly dockerfile: string;
      readonly parent?: ParentImage;
      readonly files?: ReadonlyMap<string, ContextFile>;
    };
/** The images that endpoints start from, with what the harness puts on every endpoint; the second holds the first. */
export type Bases = Readonly<Record<Product['endpoint']['base'], ParentImage>>;

type Installable = Pick<LoadedProduct, 'product' | 'payload' | 'defect'>;

/** The chain base → payload → payload …; the base is the richest that one of the products asks for. */
export function endpointRecipe(products: readonly Installable[], bases: Bases): ParentImage {
  const base = products.some(({ product }) => product.endpoint.base === 'debian-12-node')
    ? 'debian-12-node'
    : 'debian-12';
  return products.reduce<ParentImage>((parent, loaded) => payloadRecipe(loaded, parent), bases[base]);
}

/** Linux capabilities that these products ask for together. */
export function privilegesOf(products: readonly Pick<LoadedProduct, 'product'>[]): string[] {
  return [...new Set(products.flatMap(({ product }) => product.privileges))].toSorted();
}

function payloadRecipe({ product, payload, defect }: Installable, parent: ParentImage): Recipe {
  const dockerfile = payload.dockerfile ?? generated(product.payload.packages, payload.files.size > 0);
  // A defect is its product's program with another argument: one image serves them all.
  const name = (defect?.of ?? product.id).replaceAll(/[^a-z0-9-]+/g, '-').replace(/^-+/, '');
  return { name, dockerfile, parent, files: payload.files };
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
