import { describe, it } from 'node:test';
import { expect } from 'chai';
import {
  after,
  BEGIN,
  healing,
  MOST_ATTACKS,
  possible,
  wayOf,
  words,
  type State,
  type Step,
  type Verb,
} from './verbs.ts';

const step = (verb: Verb, pause = false): Step => ({ ...verb, pause });
const lose = step({ do: 'lose-relay', fault: 'silent' });
const heal = step({ do: 'heal-relay' });
const away = step({ do: 'move', to: 'internet' });
const home = step({ do: 'move', to: 'closed' });
const attack = step({ do: 'attack', times: 2 });

describe('what can be done when', () => {
  it('leaves out what cannot be done when its turn comes', () => {
    expect(possible([heal, lose, lose, heal, home, away, lose, home])).to.deep.equal([
      lose,
      heal,
      away,
      home,
    ]);
  });
  it('heals a relay also while the endpoint is elsewhere', () => {
    expect(possible([lose, away, heal])).to.deep.equal([lose, away, heal]);
  });
  it('breaks the cloud in one way at a time, wherever the endpoint is', () => {
    const first = step({ do: 'break-cloud', fault: '5xx' });
    const second = step({ do: 'break-cloud', fault: 'lost-ack' });
    expect(possible([away, first, second, step({ do: 'heal-cloud' }), second])).to.have.length(4);
  });
  it('plays no more attacks than there are samples', () => {
    const many = possible(Array.from({ length: MOST_ATTACKS }, () => attack));
    expect(many).to.have.length(MOST_ATTACKS / 2);
  });
  it('heals everything at the end, and only what is broken', () => {
    expect(healing(BEGIN)).to.deep.equal([]);
    const state: State = { zone: null, relay: 'paused', cloud: '5xx', attacks: 3 };
    const healed = healing(state).reduce((now, verb) => after(now, verb) ?? now, state);
    expect(healed).to.deep.equal({ ...BEGIN, attacks: 3 });
  });
  it('knows the way that a product can take', () => {
    expect(wayOf(BEGIN, true)).to.equal('relay');
    expect(wayOf({ ...BEGIN, relay: 'refused' }, true)).to.equal(null);
    expect(wayOf({ ...BEGIN, zone: 'internet', relay: 'refused' }, true)).to.equal('direct');
    expect(wayOf({ ...BEGIN, zone: 'internet' }, false)).to.equal(null);
    expect(wayOf({ ...BEGIN, zone: null }, true)).to.equal(null);
  });
  it('says a step in words', () => {
    expect(words(step({ do: 'move', to: null }, true))).to.equal(
      'the endpoint is moved: to no network, and the product has time to notice',
    );
    expect(words(attack)).to.equal('2 attacks happen');
  });
});
