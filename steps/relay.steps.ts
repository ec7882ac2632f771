import { Then, When } from '@cucumber/cucumber';
import type { RelayFault } from '../topologies/lab-types.ts';
import { until } from './support/ask.ts';
import { longEnough, TRIES } from './support/outage.ts';
import type { Session } from './support/session.ts';
import { slowestInterval } from './support/timing.ts';
import type { HeiikiWorld } from './support/world.ts';

const slowest = (session: Session): number => slowestInterval((key) => session.declared(key));

When(/^the relay is lost: ([a-z0-9-]+)$/, async function (this: HeiikiWorld, kind: RelayFault) {
  this.note('relay lost', await this.session.loseRelay(kind));
});

When(
  /^the relay comes back( after many attempts)?$/,
  async function (this: HeiikiWorld, many: string | null) {
    const { session } = this;
    await longEnough(session, this.event('relay lost'), many ? TRIES : 1);
    this.note('relay back', await session.healRelay());
  },
);

When('the product is watched for as long as its slowest interval', async function (this: HeiikiWorld) {
  // What it does seldom is seen, too; that it still works at the end is shown by the report that follows.
  await until(this.session.history, Date.now() + slowest(this.session));
});

Then('it is reported after the relay is back', async function (this: HeiikiWorld) {
  const acts = [this.act('attack').id];
  const within = this.session.within('reconnect') + this.session.declared('detect');
  await this.session.ask({ check: 'all-delivered', args: { acts, within }, since: this.event('relay back') });
});

Then('all of them arrive', async function (this: HeiikiWorld) {
  const acts = this.acts('attacks').map((played) => played.id);
  const within = this.session.within('reconnect') + this.session.declared('detect');
  const since = this.event('relay back');
  await this.session.ask({ check: 'all-delivered', args: { acts, within }, since, restsOn: 'DET-03' });
});

Then('it is reported directly, without the relay', async function (this: HeiikiWorld) {
  const { id, started } = this.act('attack');
  const within = this.session.within('fallback') + this.session.declared('detect');
  const args = { act: id, within, via: 'direct', timing: 'fallback+detect' };
  await this.session.ask({ check: 'detected', args, since: started });
});

Then(
  'it is reported, directly or through the relay that still works at its address',
  async function (this: HeiikiWorld) {
    const { id, started } = this.act('attack');
    const within = this.session.within('fallback') + this.session.declared('detect');
    const args = { act: id, within, timing: 'fallback+detect' };
    await this.session.ask({ check: 'detected', args, since: started });
  },
);

/** Ends the evidence when the product has been watched for as long as its slowest interval, however quick all else was; ms. */
async function watched(world: HeiikiWorld): Promise<number> {
  const watch = slowest(world.session);
  await until(world.session.history, world.event('install').t + watch);
  await world.session.finishEvidence();
  return watch;
}

Then('the endpoint has sent nothing past the relay', async function (this: HeiikiWorld) {
  const watch = await watched(this);
  const args = { point: this.session.endpoint.name, allowed: ['relay', 'resolver'], watch };
  const since = this.event('install').n - 1;
  await this.session.ask({ check: 'wire-clean', args, since, restsOn: 'NET-03' });
});

Then('the endpoint has sent no data past the relay', async function (this: HeiikiWorld) {
  const { connectivity } = this.session.product.product.statement;
  // While its relay is lost, a product that can do without may knock at its cloud; nobody may send data.
  const allowed = connectivity === 'relay-preferred' ? ['relay', 'resolver', 'cloud'] : ['relay', 'resolver'];
  const watch = await watched(this);
  const args = { point: this.session.endpoint.name, allowed, noData: true, watch };
  await this.session.ask({ check: 'wire-clean', args, since: this.event('install').n - 1 });
});

Then('every tunnel that it asks for names its target in the Host header', async function (this: HeiikiWorld) {
  await this.session.finishEvidence();
  await this.session.ask({ check: 'strict-connect', since: this.event('install').n - 1 });
});

Then('it has asked the relay for declared destinations only', async function (this: HeiikiWorld) {
  await this.session.finishEvidence();
  const declared = [...new Set(Object.values(this.session.product.product.statement.channels))];
  await this.session.ask({ check: 'only-declared', args: { declared }, since: this.event('install').n - 1 });
});
