import { Given, Then, When } from '@cucumber/cucumber';
import { lossesAreTold } from './support/accounting.ts';
import { until } from './support/ask.ts';
import { longEnough, TRIES } from './support/outage.ts';
import { startAndEnrol } from './support/product.ts';
import { deliversAgain, recover, toRelayOf } from './support/recovery.ts';
import { arriveOnce } from './support/once.ts';
import { allowRemoval, removeOffline } from './support/reinstall.ts';
import type { Session } from './support/session.ts';
import type { HeiikiWorld } from './support/world.ts';

/** of topologies/two-sites.yaml */
const OTHER = { zone: 'site-b', relay: 'relay-b' };

/** Whatever it has to do: to find its relay, to enrol and read its policy, to return, or to go around; and then to report. */
const timeToWork = (session: Session): number =>
  Math.max(
    session.within('enrol') + session.declared('policy'),
    ...(['reconnect', 'return', 'fallback'] as const).map((key) => session.within(key)),
  ) + session.declared('detect');

When('the endpoint arrives where the product reaches its cloud', async function (this: HeiikiWorld) {
  const { session } = this;
  await longEnough(session, this.event('move'), TRIES);
  const { recovery } = session.product.product.statement;
  this.note('move', await session.move(recovery === 'itself' ? 'internet' : 'closed'));
});

Then('each of them arrives, and none is told twice', async function (this: HeiikiWorld) {
  const [since, within] = [this.event('move'), timeToWork(this.session)];
  await arriveOnce(this, { since, within, restsOn: 'MOV-01' });
});

Then('what it could not carry is told to the cloud', async function (this: HeiikiWorld) {
  const [since, within] = [this.event('move'), timeToWork(this.session)];
  await this.session.ask({ check: 'connected-again', args: { within }, since, given: 'MOV-01' });
  await lossesAreTold(this, {
    since,
    within,
    restsOn: 'DET-07',
    // What fits in is no loss, whatever was declared.
    mayKeepAll: true,
  });
});

When(
  'the endpoint is moved back to the closed network and has had time to connect',
  async function (this: HeiikiWorld) {
    await this.session.move('closed');
    await deliversAgain(this.session, this.stimulus, timeToWork(this.session));
  },
);

When('the endpoint is started again and has had time to connect', async function (this: HeiikiWorld) {
  await this.session.restart();
  await deliversAgain(this.session, this.stimulus, timeToWork(this.session));
});

When(
  'the product is removed without any network, and installed again in the closed one',
  async function (this: HeiikiWorld) {
    const { session } = this;
    await allowRemoval(session);
    this.note('removal', await removeOffline(session, 'closed'));
    await session.hook('install', { relay: session.relay().access('closed') });
    await deliversAgain(session, this.stimulus, timeToWork(session));
  },
);

Then('the cloud knows the endpoint once', async function (this: HeiikiWorld) {
  const args = { sentinel: this.act('attack').id, within: this.session.within('detect') };
  await this.session.ask({ check: 'one-identity', args, since: this.event('install').n - 1 });
});

Given('the product works at the first of two closed sites', async function (this: HeiikiWorld) {
  await this.session.openTopology('two-sites');
  this.note('install', await startAndEnrol(this.session, 'closed', this.usable));
});

When('the endpoint is moved to the other site', async function (this: HeiikiWorld) {
  this.note('move', await this.session.move(OTHER.zone));
});

When(
  'the cheapest way that brings the product to the relay of that site is looked for',
  async function (this: HeiikiWorld) {
    await recover(this.session, this.stimulus, toRelayOf(this.session, OTHER.relay, OTHER.zone));
  },
);

Then('it has come to the relay of that site as declared', async function (this: HeiikiWorld) {
  const { recovery, relayReplaced } = this.session.product.product.statement;
  const args = { declared: relayReplaced ?? recovery };
  await this.session.ask({ check: 'recovery', args, since: this.event('move') });
});

Given('its removal is allowed', async function (this: HeiikiWorld) {
  await allowRemoval(this.session);
});

When(
  'the product is removed there, and installed again in the closed network',
  async function (this: HeiikiWorld) {
    const { session } = this;
    this.note('removal', await removeOffline(session, 'closed'));
    this.note('relay back', await session.hook('install', { relay: session.relay().access('closed') }));
  },
);

Then('each of them arrives, or it was said how many are lost', async function (this: HeiikiWorld) {
  const { session } = this;
  const acts = this.acts('attacks').map(({ id }) => id);
  const args = { acts, within: timeToWork(session) };
  await session.ask({ check: 'kept-or-said', args, since: this.event('relay back') });
});

When(
  'the endpoint sleeps while it is moved to the open network, and wakes up there',
  async function (this: HeiikiWorld) {
    const { session } = this;
    await session.asleep(async () => {
      // So long that whatever it had open elsewhere has ended without it.
      await until(session.history, Date.now() + session.within('reconnect'));
      this.note('move', await session.move('internet'));
    });
  },
);
