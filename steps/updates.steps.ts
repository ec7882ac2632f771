import { Then, When } from '@cucumber/cucumber';
import { until } from './support/ask.ts';
import { slowestFrom } from './support/functions.ts';
import { bringIn, contentFor, playSample, unknownSample } from './support/offline-content.ts';
import { remove } from './support/product.ts';
import { removalSecret } from './support/removal-secret.ts';
import { lookAtInstalled, lookUntilWhole, offerSlowly, partsCome, wholeWithin } from './support/release.ts';
import type { HeiikiWorld } from './support/world.ts';

When('the product is upgraded from an installation medium', async function (this: HeiikiWorld) {
  this.note('upgrade', await this.session.hook('upgrade'));
});

Then('it is a newer version with the same identity and the same relay', async function (this: HeiikiWorld) {
  const { session } = this;
  // How quickly it starts is not what is asked here, and its version is told with a heartbeat.
  const within = session.within('reconnect') + session.declared('enrol') + slowestFrom(session, 0);
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
    const args = { version: release.version, within };
    await session.ask({ check: 'updated-whole', args, since: back, restsOn: 'NET-04' });
  },
);

Then('it still lets nobody remove it without the secret', async function (this: HeiikiWorld) {
  const { session } = this;
  if (session.product.product.statement.uninstall.protection === 'none') return;
  const before = session.history.events.length;
  await session.hook('uninstall', { secret: 'none' });
  await session.ask({ check: 'refused', args: { hook: 'uninstall' }, since: before, restsOn: 'TMP-01' });
});

Then('it still lets itself be removed with it', async function (this: HeiikiWorld) {
  const { session } = this;
  const { protection } = session.product.product.statement.uninstall;
  // Whether the cloud can still allow it is another question.
  if (protection === 'cloud-policy') return;
  const gone = await remove(session, await removalSecret(session));
  const args = { within: session.within('uninstall'), protection };
  await session.ask({ check: 'removed', args, since: gone.n - 1, restsOn: 'MOV-07' });
});

When('a file appears that only newer content knows', async function (this: HeiikiWorld) {
  this.note('sample', unknownSample(this.session));
  this.note('unknown', await playSample(this.session, this.sample));
});

Then('it is reported in time, although no update can be fetched', async function (this: HeiikiWorld) {
  const { id, started } = this.act('attack');
  const args = { act: id, within: this.session.within('detect') };
  await this.session.ask({ check: 'detected', args, since: started, restsOn: 'NET-09' });
});

Then('the file that only newer content knows is not', async function (this: HeiikiWorld) {
  const args = {
    act: this.act('unknown').id,
    sentinel: this.act('attack').id,
    within: this.session.declared('detect'),
  };
  await this.session.ask({ check: 'silent', args, since: this.event('install') });
});

When('newer content is brought in as a file', async function (this: HeiikiWorld) {
  this.note('brought in', contentFor(this.session, this.sample));
  this.note('content', await bringIn(this.session, this.brought));
});

When('that file appears again', async function (this: HeiikiWorld) {
  this.note('attack', await playSample(this.session, this.sample));
});

Then('cloud and endpoint show how old that content is', async function (this: HeiikiWorld) {
  const { session } = this;
  const { revision, issued } = this.brought;
  const since = this.event('content');
  await until(session.history, since.t + session.declared('status'));
  await session.hook('status');
  const within = session.within('status') + slowestFrom(session, 0);
  await session.ask({ check: 'content-age', args: { revision, issued, within }, since });
});
