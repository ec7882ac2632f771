import { Given, Then, When } from '@cucumber/cucumber';
import { until } from './support/ask.ts';
import { SMALL_DISK } from './support/disk.ts';
import { killProcesses } from './support/kill.ts';
import { longEnough } from './support/outage.ts';
import { startAndEnrol } from './support/product.ts';
import { ageLogTo, lookUp, retentionOf, type Retention } from './support/retention.ts';
import type { PlayedAct, Session } from './support/session.ts';
import type { HeiikiWorld } from './support/world.ts';

/** Ways to lose the relay that a log must survive; which one is played is a matter of the seed. */
const OUTAGES = ['refused', 'silent', 'paused', 'answers-503'] as const;
const HOUR = 3_600_000;
/** What a reader of the log would take for the same moment, ms. */
const SAME_MOMENT = 60_000;

/** Days for which the cloud has had the log. */
const AGES = {
  'has begun': () => 0,
  'is almost over': ({ days, margin }: Retention) => days - margin,
  'is over': ({ days, margin }: Retention) => days + margin,
} as const;

const ids = (acts: readonly PlayedAct[]): string[] => acts.map(({ id }) => id);

/** What leaves a trace in the log and is worth no report: a program start, or a line for whoever ships lines. */
async function ordinary(world: HeiikiWorld, count: number): Promise<readonly PlayedAct[]> {
  const { session, usable } = world;
  const shipsLines = usable.every((kind) => kind === 'log-line');
  const acts: PlayedAct[] = [];
  for (let index = 0; index < count; index++)
    acts.push(await session.play(shipsLines ? session.fresh('log-line') : session.twin('T1204.002')));
  return acts;
}
const lastOf = (acts: readonly PlayedAct[]): PlayedAct => {
  const last = acts.at(-1);
  if (!last) throw new Error('no act was played');
  return last;
};
const afterReturn = (session: Session, what: 'detect' | 'log'): number =>
  session.within('reconnect') + session.declared(what);

When('an ordinary program is run', async function (this: HeiikiWorld) {
  this.note('ordinary', await ordinary(this, 1));
});

/** Some more of it, which is only what others are compared with: that it is logged is LOG-01's question. */
async function logged(world: HeiikiWorld): Promise<readonly PlayedAct[]> {
  const acts = await ordinary(world, 1);
  const args = { acts: ids(acts), within: world.session.within('log') };
  await world.session.ask({ check: 'in-log', args, since: lastOf(acts).started, given: 'LOG-01' });
  return acts;
}

Given('ordinary work is in its log', async function (this: HeiikiWorld) {
  this.note('ordinary', await logged(this));
});

When('the relay is lost in one of several ways', async function (this: HeiikiWorld) {
  const way = OUTAGES[this.session.random.integer(0, OUTAGES.length - 1)] ?? OUTAGES[0];
  this.note('relay lost', await this.session.loseRelay(way));
});

When('ordinary work goes on', async function (this: HeiikiWorld) {
  this.note('ordinary', await ordinary(this, this.session.random.integer(4, 8)));
});

Then(
  'the log says process, parent, command line, user and hash of each attack',
  async function (this: HeiikiWorld) {
    const acts = this.acts('attacks');
    for (const played of acts) await this.session.readHash(played);
    const args = {
      acts: acts.map(({ id, act }) => ({ act: id, user: act.command.user })),
      within: this.session.within('log'),
    };
    await this.session.ask({ check: 'log-context', args, since: lastOf(acts).started });
  },
);

Then('the ordinary program is in the log, too', async function (this: HeiikiWorld) {
  const acts = this.acts('ordinary');
  const args = { acts: ids(acts), within: this.session.within('log') };
  await this.session.ask({ check: 'in-log', args, since: lastOf(acts).started });
});

Then('all of that work is in the log, or in a gap that the log tells of', async function (this: HeiikiWorld) {
  const args = { acts: ids(this.acts('ordinary')), within: afterReturn(this.session, 'log'), gaps: true };
  await this.session.ask({ check: 'in-log', args, since: this.event('relay back') });
});

When(
  /^that log is looked up at the cloud when the declared time (has begun|is almost over|is over)$/,
  async function (this: HeiikiWorld, when: keyof typeof AGES) {
    const { session } = this;
    await ageLogTo(session, AGES[when](retentionOf(session)));
    await lookUp(session, lastOf(this.acts('ordinary')), lastOf(await logged(this)));
  },
);

Then('it was there until that time was over, and no longer', async function (this: HeiikiWorld) {
  const { id, started } = lastOf(this.acts('ordinary'));
  const args = { act: id, ...retentionOf(this.session) };
  await this.session.ask({ check: 'kept-as-declared', args, since: started });
});

const stateFolder = ({ product }: Session): string => {
  const { stateFolder: folder } = product.product.statement;
  if (folder === undefined) throw new Error('the statement names no stateFolder');
  return folder;
};

Given(
  'the product works in a closed network, with a small disk for its state',
  async function (this: HeiikiWorld) {
    await this.session.openLab('closed network', { stateBytes: SMALL_DISK });
    this.note('install', await startAndEnrol(this.session, 'closed', this.usable));
  },
);

When('that disk is full', async function (this: HeiikiWorld) {
  await this.session.fillDisk(stateFolder(this.session), true);
});

When('that disk has room again', async function (this: HeiikiWorld) {
  await this.session.fillDisk(stateFolder(this.session), false);
});

When('it has had its time to notice them', async function (this: HeiikiWorld) {
  // What it has not even seen by then is not queued, and no queue could keep it.
  const { session } = this;
  await until(session.history, Date.now() + session.declared('detect'));
});

When('the product is killed and started by its manager', async function (this: HeiikiWorld) {
  await killProcesses(this.session);
  // The harness is the manager: endpoints have none that would see a process end.
  const { start } = this.session.product.product.hooks;
  this.note('restart', start ? await this.session.hook('start') : await this.session.restart());
});

Then('nothing that was queued is lost', async function (this: HeiikiWorld) {
  const { session } = this;
  const since = this.event('relay back');
  // How quickly it starts is not what is asked here: it may still be about to.
  const starts = session.declared('enrol');
  const args = { within: session.within('reconnect') + starts, via: 'relay' };
  await session.ask({ check: 'connected-again', args, since, given: 'NET-06' });
  const acts = ids(this.acts('attacks'));
  const all = { acts, within: afterReturn(session, 'detect') + starts };
  await session.ask({ check: 'all-delivered', args: all, since, restsOn: 'DET-03' });
});

When(
  /^the clock of the cloud, and with it its certificate, is (an hour|ten hours) (fast|slow)$/,
  async function (this: HeiikiWorld, far: 'an hour' | 'ten hours', wrong: 'fast' | 'slow') {
    const hours = far === 'an hour' ? 1 : 10;
    this.note('clock wrong', await this.session.setCloudClock((wrong === 'fast' ? hours : -hours) * HOUR));
  },
);

When('the clock of the cloud is right again', async function (this: HeiikiWorld) {
  const { session } = this;
  await longEnough(session, this.event('clock wrong'));
  this.note('clock right', await session.setCloudClock(0));
});

Then('all of them arrive once the clock is right', async function (this: HeiikiWorld) {
  // What was reported meanwhile says nothing of what the clock has done to it.
  const after = await this.session.play(this.session.fresh(this.stimulus));
  this.note('attacks', [...this.acts('attacks'), after]);
  const args = { acts: ids(this.acts('attacks')), within: afterReturn(this.session, 'detect') };
  const since = this.event('clock right');
  await this.session.ask({ check: 'all-delivered', args, since, restsOn: 'DET-03' });
});

Then('the cloud knows it as the same endpoint', async function (this: HeiikiWorld) {
  await this.session.ask({ check: 'same-identity', since: this.event('clock wrong') });
});

Then('their times are right, or the report says how far they are off', async function (this: HeiikiWorld) {
  const args = { acts: ids(this.acts('attacks')), tolerance: SAME_MOMENT };
  await this.session.ask({ check: 'times-right', args, since: this.event('clock wrong') });
});
