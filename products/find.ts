/** Which products there are, and which of them a word means. */
import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { nearest } from './nearest.ts';

export interface ListedProduct {
  readonly id: string;
  /** `nemesis`: a defect that no scenario finds by itself, as it takes several things in a certain order */
  readonly kind: 'product' | 'defect' | 'nemesis';
  readonly file: string;
}

/** Folder of this file: products are found wherever the command was called from. */
export const PRODUCTS = import.meta.dirname;

/** What is there, by file name only; nothing is read. Sorted by id, products first. */
export async function listProducts(root: string = PRODUCTS): Promise<ListedProduct[]> {
  const products: ListedProduct[] = [];
  for (const id of await namesIn(root)) {
    const file = join(root, id, 'product.yaml');
    if (await isFile(file)) products.push({ id, kind: 'product', file });
  }
  return [...products, ...(await overlays(root, 'defect')), ...(await overlays(root, 'nemesis'))];
}

/** Where each kind of defect is kept. */
export const OVERLAYS = { defect: 'defects', nemesis: 'nemesis' } as const;

async function overlays(root: string, kind: keyof typeof OVERLAYS): Promise<ListedProduct[]> {
  const folder = join(root, OVERLAYS[kind]);
  const names = (await namesIn(folder)).filter((name) => name.endsWith('.yaml'));
  return names.map((name) => ({ id: basename(name, '.yaml'), kind, file: join(folder, name) }));
}

/** A folder with a manifest, or a manifest: as a file's absolute path; undefined if the word is an id. */
export async function asPath(pathOrId: string): Promise<string | undefined> {
  if (!/[/\\]|\.ya?ml$/.test(pathOrId) && pathOrId !== '.' && pathOrId !== '..') return undefined;
  const isFolder = (await stat(pathOrId).catch(() => undefined))?.isDirectory() ?? false;
  return resolve(isFolder ? join(pathOrId, 'product.yaml') : pathOrId);
}

/** The one with that id, or in words that there is none and what may have been meant. */
export function findProduct(
  id: string,
  known: readonly ListedProduct[],
): ListedProduct | { what: string; remedy: string } {
  const found = known.find((one) => one.id === id);
  if (found) return found;
  const ids = known.map((one) => one.id);
  const meant = nearest(id, ids);
  const products = known.filter(({ kind }) => kind === 'product').map((one) => one.id);
  const all = `a folder is named with a slash, e.g. ./${id}; by id there are: ${products.join(', ') || 'none'}`;
  return {
    what: `there is no product \`${id}\``,
    remedy: meant === undefined ? all : `did you mean \`${meant}\`?`,
  };
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(() => [])).toSorted();
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() ?? false;
}
