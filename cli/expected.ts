/** What has to be said of the products that are kept here to show how others are, and what a run says otherwise. */
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Cell } from '../reports/results.ts';

const Requirement = z.string().regex(/^[A-Z]{3}-\d\d$/);
const Requirements = z
  .array(z.union([Requirement, z.array(Requirement)]))
  .default([])
  .transform((lists) => lists.flat());
const OfProduct = z.strictObject({
  /** the verdict of whatever is not named */
  rest: z.string().regex(/^pass$|^fail because [A-Z]{3}-\d\d$/),
  pass: Requirements,
  fail: Requirements,
  'not-observable': Requirements,
  unsupported: Requirements,
  /** as chance has it: what passed with good luck */
  'pass or fail': Requirements,
  /** as the kind is that was drawn */
  'pass or unsupported': Requirements,
});
const Expected = z.record(z.string(), OfProduct);
export type Expected = z.infer<typeof Expected>;

/** By the product's id. */
export const loadExpected = async (): Promise<Expected> =>
  Expected.parse(parse(await readFile(new URL('./expected.yaml', import.meta.url), 'utf8')));

const VERDICTS = [
  'pass',
  'fail',
  'not-observable',
  'unsupported',
  'pass or fail',
  'pass or unsupported',
] as const;

/** `fail` is a root; what fails because of another requirement says so. */
const wordOf = ({ verdict, because }: Pick<Cell, 'verdict' | 'because'>): string =>
  because === undefined ? verdict : `${verdict} because ${because}`;

/** Throws for a product of which nothing is said. */
export function expectedOf(expected: Expected, product: string, requirement: string): string {
  const own = expected[product];
  if (!own) throw new Error(`cli/expected.yaml says nothing of ${product}`);
  return VERDICTS.find((verdict) => own[verdict].includes(requirement)) ?? own.rest;
}

/** A line for each cell that is not as it has to be. */
export const surprises = (expected: Expected, cells: readonly Cell[]): string[] =>
  cells.flatMap((cell) => {
    const { product, requirement, reason } = cell;
    const due = expectedOf(expected, product, requirement);
    return due.split(' or ').includes(wordOf(cell))
      ? []
      : [`${product} ${requirement}: ${wordOf(cell)}, not ${due}: ${reason.en}`];
  });

/** For people: a row a requirement, a column a product. */
export function pageOf(expected: Expected, requirements: readonly string[]): string {
  const products = Object.keys(expected);
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const head = ['requirement', ...products];
  return [
    '# What is said of the products in this repository',
    '',
    'They are here to show how products differ. What the catalogue has to say of each follows from what it declares and how it is built (`products/*/product.yaml`), and stands in `cli/expected.yaml`; the tests play `reference` through all of it and a part of the others, another one whenever something changes that could decide a verdict.',
    '',
    line(head),
    line(head.map(() => '---')),
    ...requirements.map((id) =>
      line([
        id,
        ...products.map((product) =>
          expectedOf(expected, product, id).replace('not-observable', 'not observable'),
        ),
      ]),
    ),
    '',
  ].join('\n');
}
