import { Given, Then, When } from '@cucumber/cucumber';
import {
  failTakingReports,
  FINDINGS_OF_ONE,
  fullQueue,
  keepable,
  lateBy,
  lossesAreTold,
  playMany,
  takeReportsAgain,
  type CloudFailure,
} from './support/accounting.ts';
import { until } from './support/ask.ts';
import { startAndEnrol } from './support/product.ts';
import type { HeiikiWorld } from './support/world.ts';

Given('an attack has been reported', async function (this: HeiikiWorld) {
  const { session } = this;
  const control = await session.play(session.fresh(this.stimulus));
  const within = session.within('detect');
  const args = { act: control.id, within };
  await session.ask({ check: 'detected', args, since: control.started, given: 'DET-01' });
  // All that it has to say of one act it has said by then.
  await until(session.history, control.started.t + within);
  this.note('attack', control);
});

Given(
  /^the product works with a (queue|log) that can be filled$/,
  async function (this: HeiikiWorld, what: 'queue' | 'log') {
    const { session } = this;
    const full = fullQueue(session.product.product.statement, what);
    if ('verdict' in full) {
      session.history.record('harness', { kind: 'applicability', ...full });
      return 'skipped';
    }
    await session.openLab('closed network');
    this.note('install', await startAndEnrol(session, 'closed', this.usable, { queue: 'smallest' }));
    this.note('full queue', full);
    return undefined;
  },
);

When(/^the cloud fails to take reports: (.+)$/, async function (this: HeiikiWorld, how: CloudFailure) {
  this.note('cloud fault', await failTakingReports(this.session, how));
});

When('several attacks of the same kind happen', async function (this: HeiikiWorld) {
  const count = keepable(this.session, this.session.random.integer(4, 8));
  this.note('attacks', await playMany(this.session, [this.stimulus], count));
});

When('the cloud takes reports again', async function (this: HeiikiWorld) {
  this.note('cloud back', await takeReportsAgain(this.session));
});

When('one more attack of the same kind happens', async function (this: HeiikiWorld) {
  this.note('sentinel', await this.session.play(this.session.fresh(this.stimulus)));
});

When('more attacks happen than its queue holds', async function (this: HeiikiWorld) {
  const count = this.fullQueue.detections + this.session.random.integer(3, 6);
  this.note('attacks', await playMany(this.session, this.usableMany, count));
});

When('attacks happen, fewer than its queue holds', async function (this: HeiikiWorld) {
  const count = Math.max(1, Math.floor(this.fullQueue.detections / FINDINGS_OF_ONE) - 1);
  this.note('attacks', await playMany(this.session, this.usableMany, count));
});
When('another attack happens', async function (this: HeiikiWorld) {
  this.note('attacks', [...this.acts('attacks'), ...(await playMany(this.session, this.usableMany, 1))]);
});

When('more ordinary programs run than its log holds', async function (this: HeiikiWorld) {
  const { session, fullQueue } = this;
  this.note('ordinary', await session.play(session.ordinary(fullQueue.programs)));
});

Then('each report says when its attack happened', async function (this: HeiikiWorld) {
  const args = { ...arrival(this), tolerance: TOLERANCE };
  await this.session.ask({ check: 'time-of-act', args, since: this.event('relay back'), restsOn: 'DET-03' });
});
/** Clocks of products may know whole seconds only. */
const TOLERANCE = 1000;

Then('the reports show their order and come as the product declares', async function (this: HeiikiWorld) {
  const order = this.session.product.product.statement.queue?.order ?? 'none';
  const args = { ...arrival(this), order };
  await this.session.ask({ check: 'in-order', args, since: this.event('relay back'), restsOn: 'DET-03' });
});

Then('the cloud has each of them once', async function (this: HeiikiWorld) {
  const { session } = this;
  const acts = [...this.acts('attacks'), this.act('sentinel')].map(({ id }) => id);
  // What the cloud still holds back when it is well again comes that much later.
  const held = this.cloudFault === 'late-answer' ? lateBy(session) : 0;
  const within = held + session.within('reconnect') + session.declared('detect');
  const watch = held + session.declared('retry') + session.declared('detect');
  const args = { acts, control: this.act('attack').id, fault: this.cloudFault, within, watch };
  await session.ask({ check: 'exactly-once', args, since: this.event('cloud back'), restsOn: 'DET-03' });
});

Then('the cloud has each of them once after that start', async function (this: HeiikiWorld) {
  const { session } = this;
  const since = this.event('relay back');
  const starts = session.declared('enrol');
  const connected = { within: session.within('reconnect') + starts, via: 'relay' };
  await session.ask({ check: 'connected-again', args: connected, since, given: 'NET-06' });
  const sentinel = await session.play(session.fresh(this.stimulus));
  const acts = [...this.acts('attacks'), sentinel].map(({ id }) => id);
  // The last of them has its whole time, however late it could be played.
  const back = Math.max(session.within('reconnect') + starts, Date.now() - since.t);
  const within = back + session.within('detect');
  const watch = back + session.declared('retry') + session.declared('detect');
  // By then it had noticed all that had happened, and was not yet ended.
  const noticed =
    Math.max(...this.acts('attacks').map(({ started }) => started.t)) + session.declared('detect');
  const args = { acts, control: this.act('attack').id, within, watch, started: noticed };
  await session.ask({ check: 'exactly-once', args, since, restsOn: 'LOG-03' });
});

Then('the cloud is told how many are lost', async function (this: HeiikiWorld) {
  await lossesAreTold(this, {
    since: this.event('relay back'),
    within: arrival(this).within,
    restsOn: 'DET-03',
  });
});

Then('all of the attacks are reported, and ordinary events made room', async function (this: HeiikiWorld) {
  const { session } = this;
  const sentinel = await session.play(session.ordinary(1));
  const events = { events: this.act('ordinary').id, count: this.fullQueue.programs };
  const logged = session.within('reconnect') + session.declared('log');
  const args = { ...arrival(this), ...events, sentinel: sentinel.id, logged };
  await session.ask({
    check: 'detections-outlive',
    args,
    since: this.event('relay back'),
    restsOn: 'DET-03',
  });
});

Then('each report has what OCSF requires, and names the technique', async function (this: HeiikiWorld) {
  const acts = this.acts('attacks').map(({ id }) => id);
  const args = { acts, within: this.session.within('detect') };
  await this.session.ask({ check: 'whole-findings', args, since: this.event('install'), restsOn: 'DET-01' });
});

/** What was played while the relay was away, and the time that it has once that is back. */
const arrival = (world: HeiikiWorld) => ({
  acts: world.acts('attacks').map(({ id }) => id),
  within: world.session.within('reconnect') + world.session.declared('detect'),
});
