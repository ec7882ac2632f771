/** `heiiki product check`: a manifest and all that it names are read, and nothing is started. */
import { loadProduct, type LoadedProduct } from '../products/load.ts';
import { cutTimes, LANES, type Lane } from '../steps/support/timing.ts';

/** Throws ManifestError, which names every place that is wrong. */
export async function checkProduct(path: string): Promise<void> {
  const loaded = await loadProduct(path);
  const { id, version } = loaded.product;
  process.stdout.write(`${id} ${version}: the manifest is right (sha256 ${loaded.digest.slice(0, 12)})\n`);
  for (const lane of LANES)
    for (const line of warnings(loaded, lane)) process.stdout.write(`in lane ${lane}: ${line}\n`);
}

/** What the lane does not give the product that it declares. */
export const warnings = ({ product }: LoadedProduct, lane: Lane): string[] =>
  cutTimes(product.timing, lane).map(
    ({ key, declared, ceiling }) =>
      `timing.${key} of ${product.id} is ${declared / 1000} s, and is judged by ${ceiling / 1000} s, the ceiling`,
  );
