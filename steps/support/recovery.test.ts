/** In milliseconds where a product has seconds; of times nothing but the earliest end is asked for. */
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { expect } from 'chai';
import { scratch } from '../../history/scratch.ts';
import { HistoryWriter } from '../../history/writer.ts';
import { ofKind } from '../checks/window.ts';
import type { HookName, TimingKey } from '../../products/schema.ts';
import { deliversAgain, recover, WITHOUT_RELAY, type Goal, type LADDER } from './recovery.ts';
import type { Session } from './session.ts';

interface Product {
  readonly times?: Readonly<Partial<Record<TimingKey, number>>>;
  readonly hooks?: readonly HookName[];
  readonly protection?: 'none' | 'cloud-policy' | 'prefetched-token';
  /** hooks that fail, the first so many times */
  readonly failing?: Readonly<Partial<Record<HookName, number>>>;
  /** of the lab's cloud, which has a policy for it; left out: another cloud's */
  readonly policy?: 'read' | 'not read';
  /** it delivers from this method on, if ever */
  readonly well?: (typeof LADDER)[number];
}

/** What the ladder notes of a product that names no file of its configuration. */
async function climbed(
  { times = {}, hooks = [], protection = 'none', failing = {}, policy, well }: Product,
  goal: Goal = WITHOUT_RELAY,
) {
  const history = await HistoryWriter.open(join(scratch('recovery'), 'history.ndjson'));
  const attempts = () => ofKind(history.events, 'recovery.attempt');
  const left = new Map(Object.entries(failing));
  const zones: string[] = [];
  const read = (revision: number) =>
    history.record('cloud', {
      kind: 'cloud.policy-read',
      agent: 'agent-1',
      revision,
      notModified: false,
      via: 'direct',
    });
  const secrets: string[] = [];
  const session = {
    history,
    secret: 'secret',
    endpoint: { zone: 'internet' },
    product: {
      product: {
        cloud: { dialect: policy ? 'heiiki-v1' : 'json-lines' },
        hooks: Object.fromEntries(hooks.map((hook) => [hook, ['true']])),
        statement: { uninstall: { protection } },
      },
    },
    cloud: {
      setProtection: () => Promise.resolve(),
      setPolicy: (set: Record<string, unknown>) => {
        history.record('cloud', { kind: 'cloud.policy-set', revision: 2, policy: set });
        if (policy === 'read') setTimeout(() => read(2), 5);
        return Promise.resolve(2);
      },
    },
    inCloud: () => Promise.resolve('token'),
    within: (key: TimingKey) => times[key] ?? 1,
    declared: (key: TimingKey) => times[key] ?? 1,
    fresh: () => ({}),
    play: () => Promise.resolve({ id: 'a1', started: attempts().at(-1) }),
    happens: async () => {
      await new Promise((resolve) => setTimeout(resolve, 2));
      return well !== undefined && attempts().at(-1)?.method === well;
    },
    move: (zone: string) => Promise.resolve(zones.push(zone)),
    hook: (hook: HookName, { secret }: { secret?: string } = {}) => {
      if (secret !== undefined) secrets.push(secret);
      const fails = left.get(hook) ?? 0;
      left.set(hook, fails - 1);
      return Promise.resolve({ kind: 'hook.finished', hook, outcome: fails > 0 ? 'failed' : 'ok' });
    },
  } as unknown as Session;
  await recover(session, 'T1204.002', goal);
  const ended = Date.now();
  await history.close();
  const notes = attempts();
  return {
    notes: notes.filter(({ state }) => state !== 'begun').map(({ method, state }) => [method, state]),
    /** ms from when the method was done until the next was begun */
    tried: (method: (typeof LADDER)[number]): number => {
      const done = notes.find((note) => note.method === method && note.state === 'done');
      const next = notes.find((note) => note.n > (done?.n ?? Infinity));
      return (next?.t ?? ended) - (done?.t ?? Infinity);
    },
    steps: ofKind(history.events, 'manual.step').map(({ text, site }) => (site ? `there: ${text}` : text)),
    zones,
    policies: ofKind(history.events, 'cloud.policy-set').map((set) => set.policy),
    secrets,
  };
}

describe('the ways to bring a product back', () => {
  it('are tried in the order of what they cost, until one does', async () => {
    const all = await climbed({});
    expect(all.notes).to.deep.equal([
      ['itself', 'done'],
      ['policy', 'not-possible'],
      ['local-command', 'not-possible'],
      ['edited-configuration', 'not-possible'],
      ['reinstall', 'done'],
    ]);
    expect((await climbed({ well: 'itself' })).notes).to.deep.equal([['itself', 'done']]);
    const byCommand = await climbed({ hooks: ['set-relay'], well: 'local-command' });
    expect(byCommand.notes.at(-1)).to.deep.equal(['local-command', 'done']);
  });
  it('are tried no further where the cloud says the way in its policy, and that is read', async () => {
    const { notes, steps, policies } = await climbed({
      policy: 'read',
      times: { policy: 1000 },
      well: 'policy',
    });
    expect(notes).to.deep.equal([
      ['itself', 'done'],
      ['policy', 'done'],
    ]);
    expect(policies).to.deep.equal([{ relay: null }]);
    expect(steps).to.deep.equal([]);
  });
  it('are tried further where the policy is not read, or helps nothing', async () => {
    const unread = await climbed({ policy: 'not read', well: 'policy' });
    expect(unread.notes[1]).to.deep.equal(['policy', 'not-possible']);
    expect(unread.notes.at(-1)?.[0]).to.equal('reinstall');
    const useless = await climbed({ policy: 'read', times: { policy: 400 } });
    expect(useless.notes[1]).to.deep.equal(['policy', 'done']);
    expect(useless.notes.at(-1)?.[0]).to.equal('reinstall');
  });
  it('have each its whole time: by itself for going around or coming back', async () => {
    for (const times of [{ fallback: 120 }, { reconnect: 120 }])
      expect((await climbed({ times })).tried('itself')).to.be.at.least(120);
  });
  it('have each its whole time: by hand for coming back or beginning anew', async () => {
    for (const times of [{ enrol: 120 }, { reconnect: 120 }]) {
      const { tried } = await climbed({ times, hooks: ['set-relay'] });
      expect(tried('local-command')).to.be.at.least(120);
      expect(tried('reinstall')).to.be.at.least(120);
    }
  });
  it('have each its whole time: a new installation also for its policy', async () => {
    expect((await climbed({ times: { policy: 120 } })).tried('reinstall')).to.be.at.least(120);
  });
  it('count the way back to the cloud that must allow the removal, and try until it is allowed', async () => {
    const product = { protection: 'cloud-policy', failing: { uninstall: 3 } } as const;
    const { notes, steps, zones } = await climbed({ ...product, times: { policy: 20, reconnect: 200 } });
    expect(notes.at(-1)).to.deep.equal(['reinstall', 'done']);
    expect(steps).to.deep.equal([
      'there: carry the endpoint back to the closed network',
      'allow the removal in the policy',
      'remove the product',
      'there: carry the endpoint to its new place again',
      'install the product without a relay',
    ]);
    expect(zones).to.deep.equal(['closed', 'internet']);
  });
  it('count that a token is fetched at the cloud, which is no way to the endpoint', async () => {
    const { notes, steps, zones, secrets } = await climbed({ protection: 'prefetched-token' });
    expect(notes.at(-1)).to.deep.equal(['reinstall', 'done']);
    expect(steps).to.deep.equal([
      'fetch the removal token at the cloud',
      'remove the product',
      'install the product without a relay',
    ]);
    expect([zones, secrets]).to.deep.equal([[], ['token']]);
  });
  it('end where its cloud can be reached nowhere, and where it cannot be removed', async () => {
    const product = { protection: 'cloud-policy', failing: { uninstall: 1000 } } as const;
    const nowhere = await climbed(product, { ...WITHOUT_RELAY, detour: null });
    expect(nowhere.notes.at(-1)).to.deep.equal(['reinstall', 'not-possible']);
    expect(nowhere.zones).to.deep.equal([]);
    const stuck = await climbed(product);
    expect(stuck.notes.at(-1)).to.deep.equal(['reinstall', 'not-possible']);
    expect(stuck.zones).to.deep.equal(['closed', 'internet']);
  });
});

describe('attacks until one is delivered', () => {
  const TIME = 100;
  /** When each was played; `delivered`: the number of the one that is. */
  async function played(delivered = Infinity) {
    const history = HistoryWriter.inMemory();
    const times: number[] = [];
    const session = {
      history,
      within: () => 1,
      fresh: () => ({}),
      play: () => {
        const started = history.record('harness', { kind: 'step', text: 'an attack' });
        times.push(started.t);
        return Promise.resolve({ id: `a${times.length}`, started });
      },
      happens: () => Promise.resolve(times.length === delivered),
    } as unknown as Session;
    const begun = Date.now();
    const again = await deliversAgain(session, 'T1204.002', TIME);
    return { again, times, begun };
  }

  it('are few, however often they could be played, and the last one comes when the time is over', async () => {
    const { again, times, begun } = await played();
    expect(again).to.equal(false);
    expect(times).to.have.length.within(1, 6);
    expect(times.at(-1)).to.be.at.least(begun + TIME);
  });
  it('end with the first that is', async () => {
    const { again, times } = await played(1);
    expect([again, times.length]).to.deep.equal([true, 1]);
  });
});
