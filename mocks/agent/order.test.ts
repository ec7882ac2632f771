import { describe, it } from 'node:test';
import { expect } from 'chai';
import { live, NOTHING_YET, ORDERS, type Moment, type OrderFlaw, type Wrong } from './order.ts';

const started: Moment = { kind: 'started' };
const lost: Moment = { kind: 'lost', silent: false };
const silence: Moment = { kind: 'lost', silent: true };
const moved: Moment = { kind: 'moved' };
const atRelay: Moment = { kind: 'back', via: 'relay' };
const directly: Moment = { kind: 'back', via: 'direct' };
const found: Moment = { kind: 'found', uid: 'u' };
const refused: Moment = { kind: 'unsent', uids: ['u'], refused: true };
const unanswered: Moment = { kind: 'unsent', uids: ['u'], refused: false };

/** What each flaw waits for, the last one being when it shows. */
const WAITED_FOR: Readonly<Record<OrderFlaw, { moments: readonly Moment[]; wrong: Wrong }>> = {
  'forgets-second-outage': {
    moments: [lost, atRelay, lost, found, moved],
    wrong: { do: 'forget', uids: ['u'] },
  },
  'tells-twice-out-of-silence': {
    moments: [silence, found, moved],
    wrong: { do: 'tell-again', uids: ['u'] },
  },
  'new-identity-from-cold-start': { moments: [lost, moved], wrong: { do: 'begin-anew' } },
  'stays-where-it-started': { moments: [directly, started], wrong: { do: 'stay-direct' } },
  'forgets-refused-at-start': { moments: [refused, started], wrong: { do: 'forget', uids: ['u'] } },
  'renames-unanswered-when-moved': {
    moments: [unanswered, moved],
    wrong: { do: 'rename', uids: ['u'] },
  },
  'beacons-after-return': { moments: [directly, atRelay, lost], wrong: { do: 'beacon' } },
};

function wrongs(flaw: OrderFlaw, moments: readonly Moment[]): Wrong[] {
  let memory = NOTHING_YET;
  return [started, ...moments].flatMap((moment) => {
    const lived = live(flaw, memory, moment);
    ({ memory } = lived);
    return lived.wrong ? [lived.wrong] : [];
  });
}

describe('flaws that need an order', () => {
  for (const flaw of Object.keys(ORDERS) as OrderFlaw[]) {
    const { moments, wrong } = WAITED_FOR[flaw];
    it(`${flaw}: shows at the end of it, and once`, () => {
      expect(wrongs(flaw, moments.slice(0, -1))).to.deep.equal([]);
      expect(wrongs(flaw, moments)).to.deep.equal([wrong]);
    });
    it(`${flaw}: does not show when any part is missing`, () => {
      for (const [left, { kind }] of moments.slice(0, -1).entries()) {
        const without = moments.filter((_moment, index) => index !== left);
        expect(wrongs(flaw, without), kind).to.deep.equal([]);
      }
    });
  }
  it('leaves alone what was sent meanwhile', () => {
    const sent: Moment = { kind: 'sent', uids: ['u'] };
    expect(wrongs('renames-unanswered-when-moved', [found, unanswered, sent, moved])).to.deep.equal([]);
    expect(wrongs('forgets-refused-at-start', [found, refused, sent, started])).to.deep.equal([]);
  });
});
