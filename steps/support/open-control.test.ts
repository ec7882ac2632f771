import { describe, it } from 'node:test';
import { expect } from 'chai';
import { NONE, both } from '../../history/both.ts';
import type { HistoryWriter } from '../../history/writer.ts';
import { Story } from '../checks/testing.ts';
import type { Baseline } from './applicability.ts';
import { LabBroken } from './errors.ts';
import { relaysToTry, seenToStart, shown } from './open-control.ts';

const STARTS: Baseline = { installed: true, seen: {}, reason: NONE };
const DOES_NOT: Baseline = { installed: false, seen: {}, reason: both('it did not', 'いいえ') };

describe('the open control', () => {
  it("gives a product that is bound to its relay the network's, but only if it does not work without", () => {
    expect(relaysToTry('relay-only')).to.deep.equal(['none', 'of the network']);
  });
  it('gives any other product no relay', () => {
    expect(relaysToTry('relay-preferred')).to.deep.equal(['none']);
    expect(relaysToTry('direct-only')).to.deep.equal(['none']);
  });

  const seen = async (relays: ReturnType<typeof relaysToTry>, ...starts: boolean[]) => {
    const tried: string[] = [];
    const { installed } = await seenToStart(relays, (relay) =>
      Promise.resolve(starts[tried.push(relay) - 1] ? STARTS : DOES_NOT),
    );
    return { installed, tried };
  };
  it('sees a product twice before it is said not to start', async () => {
    const { installed, tried } = await seen(['none'], false, false);
    expect([installed, tried]).to.deep.equal([false, ['none', 'none']]);
    expect((await seen(['none'], false, true)).installed).to.equal(true);
    expect((await seen(['none'], true)).tried).to.deep.equal(['none']);
    const bound = await seen(relaysToTry('relay-only'), false, true);
    expect([bound.installed, bound.tried]).to.deep.equal([true, ['none', 'of the network']]);
  });

  /** Nothing is reported of an act in its time; the host may have stood still for a part of it, ms. */
  const missed = (stalled?: number) => {
    const story = new Story().act('a1');
    const since = story.events.at(-1);
    if (!since) throw new Error('a story begins');
    story.after(2500);
    if (stalled !== undefined) story.see({ kind: 'host.stalled', ms: stalled });
    const session = {
      history: { events: story.events } as unknown as HistoryWriter,
      happens: () => Promise.resolve(false),
    };
    return shown(session, { check: 'detected', args: { act: 'a1', within: 2000 }, since }, 2000);
  };
  it('says nothing of a product that was late while the host stood still', async () => {
    expect(await missed()).to.equal(false);
    const error = await missed(1800).catch((cause: unknown) => cause);
    expect(error).to.be.instanceOf(LabBroken);
    expect((error as LabBroken).blame).to.equal('host');
  });
});
