/**
 * Reads product manifests and defects. Nothing is half loaded: all problems of all files are collected and
 * thrown as one ManifestError, each with file, line, column, and what to do.
 */
import { basename, dirname, join, resolve } from 'node:path';
import type { z } from 'zod';
import { ManifestError } from './errors.ts';
import type { Problem } from './errors.ts';
import { explain, inFileOrder } from './explain.ts';
import { OVERLAYS, PRODUCTS, asPath, findProduct, listProducts } from './find.ts';
import { isObject, mergePatch } from './merge-patch.ts';
import { payloadDigest, readPayload } from './payload.ts';
import type { Complaint, Payload } from './payload.ts';
import { checkHooks, checkSecrets, checkStatement } from './rules.ts';
import { Defect, Product } from './schema.ts';
import { readYaml } from './yaml.ts';
import type { YamlFile } from './yaml.ts';

export { ManifestError } from './errors.ts';
export { listProducts } from './find.ts';
export type { ListedProduct } from './find.ts';
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
  /** manifests of products that were read, by file */
  readonly read: Map<string, Promise<LoadedProduct | undefined>>;
}

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
  const root = resolve(options.root ?? PRODUCTS);
  const context: Context = { root, env: options.env ?? process.env, problems: [], read: new Map() };
  const loaded: LoadedProduct[] = [];
  const seen = new Map<string, string>();
  for (const item of list) {
    const file = await fileOf(item, context);
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

async function fileOf(pathOrId: string, { root, problems }: Context): Promise<string | undefined> {
  const path = await asPath(pathOrId);
  if (path !== undefined) return path;
  const found = findProduct(pathOrId, await listProducts(root));
  if ('file' in found) return found.file;
  problems.push({ file: root, ...found });
  return undefined;
}

async function loadFile(file: string, context: Context): Promise<LoadedProduct | undefined> {
  const yaml = await readYaml(file);
  const isDefect = isObject(yaml.value) && yaml.value['schema'] === 'heiiki/defect/v1';
  return isDefect ? loadOverlay(yaml, context) : loadOnce(file, context);
}

/** Many defects are made from one product: it is read once, and its problems are told once. */
function loadOnce(file: string, context: Context): Promise<LoadedProduct | undefined> {
  const reading = context.read.get(file) ?? readYaml(file).then((yaml) => loadManifest(yaml, context));
  context.read.set(file, reading);
  return reading;
}

async function loadManifest(yaml: YamlFile, context: Context): Promise<LoadedProduct | undefined> {
  const product = parse(yaml, Product, context);
  if (!product) return undefined;
  const found: Problem[] = [];
  const complain = complainAbout(yaml, found);
  const folder = dirname(yaml.file);
  if (dirname(folder) === context.root) checkName(product.id, basename(folder), complain);
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

/** What a defect can change of its product. */
const Patched = Product.pick({ statement: true, cloud: true });

async function loadOverlay(yaml: YamlFile, context: Context): Promise<LoadedProduct | undefined> {
  const defect = parse(yaml, Defect, context);
  if (!defect) return undefined;
  const complain = complainAbout(yaml, context.problems);
  const folder = dirname(yaml.file);
  if (Object.values(OVERLAYS).some((name) => folder === join(context.root, name)))
    checkName(defect.id, basename(yaml.file, '.yaml'), complain);
  // Its product is beside the folder of defects, or else among the products of this call.
  const beside = await listProducts(dirname(folder));
  const known = beside.length > 0 ? beside : await listProducts(context.root);
  const found = findProduct(
    defect.of,
    known.filter(({ kind }) => kind === 'product'),
  );
  if ('what' in found) complain(['of'], found.what, found.remedy);
  const base = 'what' in found ? undefined : await loadOnce(found.file, context);
  if (!base) return undefined;
  const install = base.product.hooks.install;
  if (!install && defect.flaw !== undefined)
    complain(
      ['of'],
      `\`${defect.of}\` has no install hook that a flaw could be given to`,
      'name a product that has one',
    );
  const merged = {
    statement: mergePatch(base.product.statement, defect.statement),
    cloud: mergePatch(base.product.cloud, defect.cloud),
  };
  const patched = Patched.safeParse(merged);
  if (!patched.success) {
    // Places are those of the patch: the base's own parts have been checked.
    context.problems.push(...explain({ ...yaml, value: merged }, Product, patched.error.issues));
    return undefined;
  }
  const flaw = defect.flaw === undefined ? [] : ['--defect', defect.flaw];
  const product: Product = {
    ...base.product,
    id: defect.id,
    name: `${base.product.name} (${defect.id})`,
    description: defect.description,
    ...patched.data,
    hooks: { ...base.product.hooks, install: [...(install ?? []), ...flaw] },
  };
  checkStatement(product, complain);
  const digest = await payloadDigest([base.digest, yaml.text], base.payload);
  return { ...base, product, digest, defect };
}

function complainAbout(yaml: YamlFile, problems: Problem[]): Complaint {
  return (path, what, remedy) => problems.push({ file: yaml.file, ...yaml.place(path), what, remedy });
}

function checkName(id: string, name: string, complain: Complaint): void {
  if (id !== name)
    complain(
      ['id'],
      `the id \`${id}\` is not the name on disk`,
      `rename one of them; on disk it is \`${name}\``,
    );
}

/** Undefined if the file is not of that shape; why is then in the context. */
function parse<T>(yaml: YamlFile, schema: z.ZodType<T>, context: Context): T | undefined {
  if (yaml.problems.length > 0) {
    context.problems.push(...yaml.problems);
    return undefined;
  }
  const result = schema.safeParse(yaml.value);
  if (result.success) return result.data;
  context.problems.push(...explain(yaml, schema, result.error.issues));
  return undefined;
}
