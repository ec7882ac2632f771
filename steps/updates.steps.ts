import { Then, When } from '@cucumber/cucumber';
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

Then('it still lets nobody remove it without the secret', async function (this: HeiikiWorld) {
  const { session } = this;
  if (session.product.product.statement.uninstall.protection === 'none') return;
  const before = session.history.events.length;
  await session.hook('uninstall', { secret: 'none' });
  await session.ask({ check: 'refused', args: { hook: 'uninstall' }, since: before });
});
