/** A session with its evidence folder and its history, whose first event says what was asked. */
import { join } from 'node:path';
import { HistoryWriter } from '../../history/writer.ts';
import type { LoadedProduct } from '../../products/load.ts';
import { wholeTiming } from '../../products/schema.ts';
import type { RunContext } from './context.ts';
import { Session } from './session.ts';

export async function openSession(
  context: RunContext,
  product: LoadedProduct,
  asked: { requirement: string; scenario: string; folder: string; seed: number; traces?: boolean },
): Promise<Session> {
  const { id } = product.product;
  const { lane } = context.options;
  const evidence = await context.evidenceFolder(id, asked.folder);
  const { seed, traces = false } = asked;
  const { timing } = product.product;
  const history = await HistoryWriter.open(join(evidence, 'history.ndjson'));
  history.record('harness', {
    kind: 'scenario.started',
    product: id,
    requirement: asked.requirement,
    scenario: asked.scenario,
    seed: asked.seed,
    lane,
    statement: product.product.statement,
    timing: wholeTiming(timing),
  });
  return new Session({ context, product, history, seed, lane, evidence, traces });
}
