import { Given, Then, When } from '@cucumber/cucumber';
import { until } from './support/ask.ts';
import { slowestFrom } from './support/functions.ts';
import { arriveOnce } from './support/once.ts';
import { longEnough } from './support/outage.ts';
import type { HeiikiWorld } from './support/world.ts';

/** The cloud's customer at the site that the endpoint comes to. */
const TENANT = 'site-b';
/** of topologies/two-sites.yaml */
const SITE = { zone: 'site-b', relay: 'relay-b' };

Given('the other site belongs to another tenant of its cloud', async function (this: HeiikiWorld) {
  const token = this.session.freshSecret();
  await this.session.inCloud('opening a tenant', (cloud) => cloud.openTenant(TENANT, token));
  this.note('tenant token', token);
});

When('the product is told the relay of that site and its tenant', async function (this: HeiikiWorld) {
  const { session } = this;
  await longEnough(session, this.event('move'));
  const relay = session.relay(SITE.relay).access(SITE.zone);
  this.note('tenant', await session.hook('set-tenant', { relay, token: this.tenantToken }));
});

When('it has been at that tenant for as long as its slowest interval', async function (this: HeiikiWorld) {
  const { session } = this;
  // What it still tells the old one seldom has been told by then, however late it came to the new one.
  const arrived = this.event('tenant').t + session.within('enrol');
  await until(session.history, slowestFrom(session, arrived));
});

Then('what waited arrives there, and none is told twice', async function (this: HeiikiWorld) {
  const { session } = this;
  const within = session.within('enrol') + session.declared('detect');
  await arriveOnce(this, { since: this.event('tenant'), within, restsOn: 'MOV-09' });
});

Then(
  'it is the same endpoint at the new tenant, and the old one hears nothing more of it',
  async function (this: HeiikiWorld) {
    const { session } = this;
    const args = {
      tenant: TENANT,
      relay: SITE.relay,
      waiting: this.acts('attacks').map(({ id }) => id),
      sentinel: this.act('attack').id,
      enrol: session.within('enrol'),
      within: session.within('detect'),
      watch: slowestFrom(session, 0),
    };
    await session.ask({ check: 'tenant-changed', args, since: this.event('tenant') });
  },
);
