import { Given, Then, When } from '@cucumber/cucumber';
import { until } from './support/ask.ts';
import { putInForce } from './support/product.ts';
import type { Session } from './support/session.ts';
import { curlThrough } from './support/tamper.ts';
import { slowestInterval } from './support/timing.ts';
import type { HeiikiWorld } from './support/world.ts';

const slowest = (session: Session): number => slowestInterval((key) => session.declared(key));

Given('its removal is allowed, where that is for the cloud to say', async function (this: HeiikiWorld) {
  const { session } = this;
  if (session.product.product.statement.uninstall.protection !== 'cloud-policy') return;
  await putInForce(session, () => session.cloud.setProtection('off'), 'TMP-02');
});

When(
  'the endpoint is watched on for as long as the slowest interval was',
  async function (this: HeiikiWorld) {
    const { session } = this;
    const { t } = this.event('removal');
    await until(session.history, t + session.declared('uninstall') + slowest(session));
  },
);

Then('it has sent nothing since, and its cloud shows that it is gone', async function (this: HeiikiWorld) {
  const { session } = this;
  const sentinel = session.history.events.findLast((event) => event.kind === 'step');
  if (!sentinel) throw new Error('this step has left no mark in the history');
  await curlThrough(session, session.relay().name);
  await session.finishEvidence();
  const args = {
    point: session.endpoint.name,
    gone: session.declared('uninstall'),
    sentinel: sentinel.n,
    watch: slowest(session),
  };
  await session.ask({ check: 'gone-for-good', args, since: this.event('removal').n - 1 });
});
