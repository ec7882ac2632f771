/** Products × scenarios as jobs: the open controls first, then the scenarios in seeded order. */
import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { HistoryEvent } from '../history/events.ts';
import { readHistory } from '../history/reader.ts';
import type { LoadedProduct } from '../products/load.ts';
import { controlOf, type RunContext } from '../steps/support/context.ts';
import { seeded } from '../steps/support/random.ts';
import type { ScenarioOutcome } from './outcome.ts';
import { outcomeOf } from './outcome.ts';
import type { Scenario, Scenarios } from './scenarios.ts';
import type { Job } from './scheduler.ts';

export interface Selection {
  readonly product: LoadedProduct;
  readonly scenarios: readonly Scenario[];
  /** Do these outcomes of a requirement say all that is asked? Its other scenarios are then left out. */
  readonly enough?: (requirement: string, played: readonly ScenarioOutcome[]) => boolean;
}

export function plan(
  context: RunContext,
  scenarios: Scenarios,
  selections: readonly Selection[],
): Job<ScenarioOutcome | undefined>[] {
  const random = seeded(context.options.seed, 'order');
  const controls = new Map<string, Job<ScenarioOutcome | undefined>>();
  const later: Job<ScenarioOutcome | undefined>[] = [];
  for (const { product, scenarios: chosen, enough } of selections) {
    const { id } = product.product;
    const played: ScenarioOutcome[] = [];
    const control = controls.get(controlOf(product)) ?? {
      name: `${controlOf(product)}: open control`,
      run: async () => {
        // What breaks here is said by every scenario that asks for the control.
        await context.openControl(product).catch(() => undefined);
        return undefined;
      },
    };
    controls.set(controlOf(product), control);
    for (const scenario of chosen)
      later.push({
        name: `${id}: ${scenario.requirement} ${scenario.name}`,
        after: control,
        run: async () => {
          const same = played.filter(({ requirement }) => requirement === scenario.requirement);
          if (enough?.(scenario.requirement, same)) return undefined;
          const { judgement, messages } = await scenarios.play(scenario, context.options.id, id);
          await writeMessages(join(context.options.out, 'messages', `${id}.ndjson`), messages);
          const recorded = judgement === undefined ? await recordOf(context, id, scenario) : [];
          const outcome = outcomeOf(id, scenario, judgement, messages, recorded);
          played.push(outcome);
          return outcome;
        },
      });
  }
  return [...controls.values(), ...random.shuffle(later)];
}

/** What there is of a record whose scenario was not judged: it may not be there, or not be whole. */
async function recordOf(
  { options }: RunContext,
  product: string,
  { slug }: Scenario,
): Promise<readonly HistoryEvent[]> {
  const file = join(options.out, 'evidence', product, slug, 'history.ndjson');
  return readHistory(file).catch(() => []);
}

async function writeMessages(file: string, messages: readonly unknown[]): Promise<void> {
  await mkdir(join(file, '..'), { recursive: true });
  await appendFile(file, messages.map((message) => `${JSON.stringify(message)}\n`).join(''));
}
