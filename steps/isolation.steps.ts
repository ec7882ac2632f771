import { Given, Then, When } from '@cucumber/cucumber';
import { answered, order } from './support/orders.ts';
import { knock, sayMore, send, speak, stand } from './support/contacts.ts';
import { editConfiguration } from './support/edit-configuration.ts';
import { startAndEnrol } from './support/product.ts';
import type { HeiikiWorld } from './support/world.ts';

Given('the product works in a closed network beside a neighbour', async function (this: HeiikiWorld) {
  await this.session.openLab('closed network beside a neighbour');
  this.note('install', await startAndEnrol(this.session, 'closed', this.usable));
});

/** With whomever it has beside it where it stands now: from both sides, with and without a connection, and over one from before. */
async function tryContacts(world: HeiikiWorld, during: boolean): Promise<void> {
  const { session, contacts } = world;
  const neighbour = session.endpoint.zone === 'closed' ? 'neighbour' : 'outside';
  const standing = contacts.filter(({ way }) => during && way === 'standing');
  const made = await Promise.all([
    speak(session, neighbour, during),
    send(session, neighbour, during),
    knock(session, neighbour, during, contacts.length),
    ...standing.map((first) => sayMore(session, neighbour, first)),
  ]);
  world.note('contacts', [...contacts, ...made]);
}

Given('the endpoint reaches its neighbour', async function (this: HeiikiWorld) {
  await tryContacts(this, false);
  this.note('contacts', [...this.contacts, await stand(this.session, 'neighbour')]);
});

When('the cloud orders the endpoint to be isolated', async function (this: HeiikiWorld) {
  const { session } = this;
  const given = await order(session, 'isolate');
  this.note('isolation', given);
  await answered(session, given.uid, given.t + session.within('command'));
});

Given('the endpoint is isolated', async function (this: HeiikiWorld) {
  const { session } = this;
  const given = await order(session, 'isolate');
  this.note('isolation', given);
  const args = { command: given.uid, within: session.within('command') };
  await session.ask({ check: 'command-done', args, since: given, given: 'RSP-02' });
});

When('the endpoint tries to reach its neighbour', async function (this: HeiikiWorld) {
  await tryContacts(this, true);
});

Then(
  'the order is acknowledged through the relay, and so is another one meanwhile',
  async function (this: HeiikiWorld) {
    const { session, isolation } = this;
    const within = session.within('command');
    const args = { command: isolation.uid, within, via: 'relay' };
    await session.ask({ check: 'command-done', args, since: isolation });
    const another = await order(session, 'ping');
    const more = { command: another.uid, within, via: 'relay' };
    await session.ask({ check: 'command-done', args: more, since: another });
  },
);

When('the product is told so, if it declares that it has to be', async function (this: HeiikiWorld) {
  const { session } = this;
  const { recovery } = session.product.product.statement;
  if (recovery === 'policy') await session.cloud.setPolicy({ relay: null });
  if (recovery === 'local-command') await session.hook('set-relay', { relay: 'none' });
  if (recovery === 'edited-configuration') await editConfiguration(session, 'none');
});

When('the cloud orders the isolation to be ended', async function (this: HeiikiWorld) {
  this.note('order', await order(this.session, 'release'));
});

Then('the order is acknowledged once the product is back', async function (this: HeiikiWorld) {
  const { session } = this;
  const byPolicy = session.product.product.statement.recovery === 'policy' ? session.within('policy') : 0;
  const back = byPolicy + Math.max(session.within('fallback'), session.within('reconnect'));
  const args = { command: this.order.uid, within: back + session.declared('command') };
  await session.ask({ check: 'command-done', args, since: this.event('move'), restsOn: 'MOV-01' });
});

Then('everything else was cut until then, and is not any more', async function (this: HeiikiWorld) {
  const { session, isolation } = this;
  await tryContacts(this, false);
  await session.finishEvidence();
  const args = {
    point: session.endpoint.name,
    isolate: isolation.uid,
    release: this.order.uid,
    contacts: this.contacts,
  };
  await session.ask({ check: 'isolated', args, since: isolation, restsOn: 'RSP-02' });
});
