/**
 * Reads product manifests and defects. Nothing is half loaded: all problems of all files are collected and
 * thrown as one ManifestError, each with file, line, column, and what to do.
 */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { z } from 'zod';
import { ManifestError } from './errors.ts';
import type { Problem } from './errors.ts';
import { explain, inFileOrder } from './explain.ts';
import { isObject, mergePatch } from './merge-patch.ts';
import { nearest } from './nearest.ts';
import { payloadDigest, readPayload } from './payload.ts';
import type { Complaint, Payload } from './payload.ts';
import { checkHooks, checkSecrets, checkStatement } from './rules.ts';
import { Defect, Product } from './schema.ts';
import { readYaml } from './yaml.ts';
import type { YamlFile } from './yaml.ts';

export { ManifestError } from './errors.ts';
export { fillHook } from './placeholders.ts';
export type { HookValues } from './placeholders.ts';

export interface LoadedProduct {
  readonly product: Product;
  /** absolute path of the folder with the manifest (of a defect: of the product that it is made from) */
  readonly folder: string;
  /** sha256, hex, over the manifests and the payload */
  readonly digest: string;
  readonly payload: Payload;
  readonly defect?: Defect;
}
export interface ListedProduct {
  readonly id: string;
  readonly kind: 'product' | 'defect';
  readonly file: string;
}
export interface LoadOptions {
  /** folder that holds a folder per product and `defects/` */
  readonly root?: string;
  /** where secrets are looked up */
  readonly env?: NodeJS.ProcessEnv;
}
interface Context {
  readonly root: string;
  readonly env: NodeJS.ProcessEnv;
  readonly problems: Problem[];
}

/** Folder of this file: products are found wherever the command was called. */
const HERE = import.meta.dirname;

/** By id, by folder, or by the path of a manifest; a defect counts as a product. Throws ManifestError. */
export async function loadProduct(
  pathOrId: string,
  options: LoadOptions | string = {},
): Promise<LoadedProduct> {
  const [loaded] = await loadAll([pathOrId], typeof options === 'string' ? { root: options } : options);
  if (!loaded) throw new TypeError(`nothing was loaded for ${pathOrId}`);
  return loaded;
}

/** As loadProduct, but only a defect will do. */
export async function loadDefect(
  pathOrId: string,
  options: LoadOptions = {},
): Promise<LoadedProduct & { defect: Defect }> {
  const loaded = await loadProduct(pathOrId, options);
  const { defect } = loaded;
  if (!defect)
    throw new ManifestError([
      {
        file: pathOrId,
        what: `\`${pathOrId}\` is a product, not a defect`,
        remedy: 'name one of products/defects',
      },
    ]);
  return { ...loaded, defect };
}

/** All of these, in this order; problems of all of them are thrown together. */
export async function loadAll(list: readonly string[], options: LoadOptions = {}): Promise<LoadedProduct[]> {
  const context = {
    root: resolve(options.root ?? HERE),
    env: options.env ?? process.env,
    problems: [] as Problem[],
  };
  const loaded: LoadedProduct[] = [];
  const seen = new Map<string, string>();
  for (const item of list) {
    const file = await find(item, context);
    const one = file === undefined ? undefined : await loadFile(file, context);
    if (file === undefined || one === undefined) continue;
    const other = seen.get(one.product.id);
    if (other !== undefined)
      context.problems.push({
        file,
        what: `the id \`${one.product.id}\` is taken by ${other}`,
        remedy: 'name each product once, or give one of them another id',
      });
    seen.set(one.product.id, file);
    loaded.push(one);
  }
  if (context.problems.length > 0) throw new ManifestError(context.problems);
  return loaded;
}

/** What is there, by file name only; nothing is read. Sorted by id, products first. */
export async function listProducts(root: string = HERE): Promise<ListedProduct[]> {
  const names = await readdir(root).catch(() => []);
  const products = names.map((id) => ({
    id,
    kind: 'product' as const,
    file: join(root, id, 'product.yaml'),
  }));
  const overlays = (await readdir(join(root, 'defects')).catch(() => [])).filter((name) =>
    name.endsWith('.yaml'),
  );
  const defects = overlays.map((name) => ({
    id: basename(name, '.yaml'),
    kind: 'defect' as const,
    file: join(root, 'defects', name),
  }));
  const there = await Promise.all(products.map(({ file }) => isThere(file)));
  const byId = (a: ListedProduct, b: ListedProduct) => (a.id < b.id ? -1 : 1);
  return [...products.filter((_, i) => there[i]).toSorted(byId), ...defects.toSorted(byId)];
}

async function find(pathOrId: string, { root, problems }: Context): Promise<string | undefined> {
  if (/[/\\]|\.ya?ml$/.test(pathOrId) || pathOrId === '.') {
    const isFolder = (await stat(pathOrId).catch(() => undefined))?.isDirectory() ?? false;
    return resolve(isFolder ? join(pathOrId, 'product.yaml') : pathOrId);
  }
  const known = await listProducts(root);
  const found = known.find(({ id }) => id === pathOrId);
  if (found) return found.file;
  const meant = nearest(
    pathOrId,
    known.map(({ id }) => id),
  );
  const remedy =
    meant === undefined
      ? `there are: ${known.map(({ id }) => id).join(', ') || 'none'}; or give a path`
      : `did you mean \`${meant}\`?`;
  problems.push({ file: root, what: `there is no product \`${pathOrId}\``, remedy });
  return undefined;
}

async function loadFile(file: string, context: Context): Promise<LoadedProduct | undefined> {
  const yaml = await readYaml(file);
  if (yaml.problems.length > 0) {
    context.problems.push(...yaml.problems);
    return undefined;
  }
  const isDefect = isObject(yaml.value) && yaml.value['schema'] === 'heiiki/defect/v1';
  return isDefect ? loadOverlay(yaml, context) : loadManifest(yaml, context);
}

async function loadManifest(yaml: YamlFile, context: Context): Promise<LoadedProduct | undefined> {
  const product = parse(yaml, Product, context);
  if (!product) return undefined;
  const found: Problem[] = [];
  const complain: Complaint = (path, what, remedy) =>
    found.push({ file: yaml.file, ...yaml.place(path), what, remedy });
  const folder = dirname(yaml.file);
  if (dirname(folder) === context.root && basename(folder) !== product.id)
    complain(
      ['id'],
      `the id \`${product.id}\` is not the name of its folder`,
      `rename one of them; the folder is \`${basename(folder)}\``,
    );
  const payload = await readPayload(folder, product.payload, complain);
  checkHooks(product, payload, complain);
  checkStatement(product, complain);
  checkSecrets(product, context.env, complain);
  context.problems.push(...found.toSorted(inFileOrder));
  // A product with problems is still returned: the caller throws, but first sees what else is wrong.
  return {
    product,
    folder,
    payload,
    digest: found.length > 0 ? '' : await payloadDigest([yaml.text], payload),
  };
}

async function loadOverlay(yaml: YamlFile, context: Context): Promise<LoadedProduct | undefined> {
  const defect = parse(yaml, Defect, context);
  if (!defect) return undefined;
  const file = await find(
    defect.of.includes('/') ? resolve(dirname(yaml.file), defect.of) : defect.of,
    context,
  );
  const base = file === undefined ? undefined : await loadFile(file, context);
  if (!base) return undefined;
  const install = base.product.hooks.install;
  if (!install)
    context.problems.push({
      file: yaml.file,
      ...yaml.place(['of']),
      what: `\`${defect.of}\` has no install hook that a flaw could be given to`,
      remedy: 'name a product that takes `--defect`',
    });
  const merged: unknown = mergePatch(base.product.statement, defect.statement);
  const statement = Product.shape.statement.safeParse(merged);
  if (!statement.success) {
    // Places are those of the patch: the base's own statement has been checked.
    const issues = statement.error.issues.map((issue) => ({ ...issue, path: ['statement', ...issue.path] }));
    context.problems.push(...explain({ ...yaml, value: { statement: merged } }, Product, issues));
    return undefined;
  }
  const product: Product = {
    ...base.product,
    id: defect.id,
    name: `${base.product.name} (${defect.id})`,
    description: defect.description,
    statement: statement.data,
    hooks: { ...base.product.hooks, install: [...(install ?? []), '--defect', defect.flaw] },
  };
  const digest = await payloadDigest([base.digest, yaml.text], base.payload);
  return { ...base, product, digest, defect };
}

function parse<T>(yaml: YamlFile, schema: z.ZodType<T>, context: Context): T | undefined {
  const result = schema.safeParse(yaml.value);
  if (result.success) return result.data;
  context.problems.push(...explain(yaml, schema, result.error.issues));
  return undefined;
}

async function isThere(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined)) !== undefined;
}
