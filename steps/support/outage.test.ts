/** In milliseconds where a product has seconds; nothing but the earliest end is asked for. */
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { expect } from 'chai';
import { scratch } from '../../history/scratch.ts';
import { HistoryWriter } from '../../history/writer.ts';
import type { TimingKey } from '../../products/schema.ts';
import { longEnough, TRIES } from './outage.ts';

const WHAT = { fault: 'refused', target: 'relay', state: 'in-force', detail: '' } as const;

/** How long it lasted from the loss, and from the end of the act in it, ms. */
async function lasted(
  declared: Readonly<Partial<Record<TimingKey, number>>>,
  { actAfter, tries }: { actAfter?: number; tries?: number } = {},
) {
  const history = await HistoryWriter.open(join(scratch('outage'), 'history.ndjson'));
  const lost = history.record('harness', { kind: 'fault.verified', ...WHAT });
  let acted = lost.t;
  if (actAfter !== undefined) {
    await new Promise((resolve) => setTimeout(resolve, actAfter));
    const done = { exit: 0, effect: 'happened', output: '' } as const;
    acted = history.record('harness', { kind: 'act.finished', act: 'a1', ...done }).t;
  }
  await longEnough({ history, declared: (key) => declared[key] ?? 1 }, lost, tries);
  await history.close();
  return { fromLoss: Date.now() - lost.t, fromAct: Date.now() - acted };
}

describe('an outage', () => {
  it('lasts until another way can have been looked for', async () => {
    expect((await lasted({ fallback: 120 })).fromLoss).to.be.at.least(120);
  });
  it('lasts for as many attempts as are asked for', async () => {
    expect((await lasted({ retry: 20 }, { tries: TRIES })).fromLoss).to.be.at.least(20 * TRIES);
  });
  it('lasts until what happened in it can have been seen', async () => {
    expect((await lasted({ detect: 120 }, { actAfter: 60 })).fromAct).to.be.at.least(120);
  });
});
