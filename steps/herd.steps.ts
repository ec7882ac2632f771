import { Given, Then, When } from '@cucumber/cucumber';
import { until } from './support/ask.ts';
import { startHerd } from './support/herd.ts';
import { TRIES } from './support/outage.ts';
import type { HeiikiWorld } from './support/world.ts';

Given('the product works on several endpoints behind one relay', async function (this: HeiikiWorld) {
  await startHerd(this.session);
});

When('all of them lose the relay at once, and it comes back later', async function (this: HeiikiWorld) {
  const { session } = this;
  const lost = await session.loseRelay('refused');
  // Fewer tries say nothing of how they are spread.
  await until(session.history, lost.t + TRIES * session.declared('retry'));
  this.note('relay back', await session.healRelay());
});

Then('all of them are back in time', async function (this: HeiikiWorld) {
  const { session } = this;
  const args = { endpoints: session.endpointNames.length, within: session.within('reconnect') };
  await session.ask({ check: 'all-back', args, since: this.event('relay back') });
});

Then('they do not run the relay over', async function (this: HeiikiWorld) {
  const { session } = this;
  const args = { points: session.endpointNames, limits: session.product.product.statement.comeback };
  await session.finishEvidence();
  await session.ask({ check: 'spread-out', args, since: this.event('relay back') });
});
