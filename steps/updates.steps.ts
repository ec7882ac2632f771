import { Then, When } from '@cucumber/cucumber';
import { until } from './support/ask.ts';
import { lookAtInstalled, lookUntilWhole, offerSlowly, partsCome, wholeWithin } from './support/release.ts';
import type { HeiikiWorld } from './support/world.ts';

When('the product is upgraded from an installation medium', async function (this: HeiikiWorld) {
  this.note('upgrade', await this.session.hook('upgrade'));
});

Then('it is a newer version with the same identity and the same relay', async function (this: HeiikiWorld) {
  const { session } = this;
  const within = session.within('reconnect') + session.declared('detect');
  const args = { within, relay: session.relay().name };
  await session.ask({ check: 'upgraded', args, since: this.event('relay back') });
});

When('its cloud hands out a new version, slowly', async function (this: HeiikiWorld) {
  await lookAtInstalled(this.session);
  this.note('release', await offerSlowly(this.session));
});

When('a good part of it has come', async function (this: HeiikiWorld) {
  await partsCome(this.session, this.release);
});

When('what is installed is looked at meanwhile', async function (this: HeiikiWorld) {
  const { session } = this;
  // Whoever takes what has come takes it when he notices that no more will.
  const noticed = Math.max(session.declared('retry'), session.declared('fallback'));
  await until(session.history, this.event('relay lost').t + noticed);
  await lookAtInstalled(session, this.release);
});

Then(
  'the new version has come whole, and the old one was whole until then',
  async function (this: HeiikiWorld) {
    const { session, release } = this;
    const back = this.event('relay back');
    const within = wholeWithin(session, release);
    await lookUntilWhole(session, release, back.t + within);
    await session.ask({ check: 'updated-whole', args: { version: release.version, within }, since: back });
  },
);

Then('it still lets nobody remove it without the secret', async function (this: HeiikiWorld) {
  const { session } = this;
  if (session.product.product.statement.uninstall.protection === 'none') return;
  const before = session.history.events.length;
  await session.hook('uninstall', { secret: 'none' });
  await session.ask({ check: 'refused', args: { hook: 'uninstall' }, since: before });
});
