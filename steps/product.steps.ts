import { Given, Then, When } from '@cucumber/cucumber';
import { undeclaredMode } from './support/applicability.ts';
import { putInForce, remove, setPolicy } from './support/product.ts';
import { removalSecret } from './support/removal-secret.ts';
import { readProxySettings } from './support/traces.ts';
import { curlToCloud } from './support/curl.ts';
import type { HeiikiWorld } from './support/world.ts';

When('the product is installed with the address of the relay', async function (this: HeiikiWorld) {
  const relay = this.session.lab.relay().address('closed');
  this.note('install', await this.session.hook('install', { relay }));
});

When(
  /^the product is installed with the address of the relay as (host:port|URL)$/,
  async function (this: HeiikiWorld, form: 'host:port' | 'URL') {
    const address = this.session.lab.relay().address('closed');
    this.note('form', form);
    const relay = form === 'URL' ? `http://${address}` : address;
    this.note('install', await this.session.hook('install', { relay }));
  },
);

Then('it enrols through the relay in time', async function (this: HeiikiWorld) {
  const within = this.session.within('enrol');
  await this.session.ask({ check: 'enrolled', args: { within, via: 'relay' }, since: this.event('install') });
});

Then('it enrols through the relay, or refuses the address with an error', async function (this: HeiikiWorld) {
  const within = this.session.within('enrol');
  const args = { form: this.form, within };
  const since = this.event('install').n - 1;
  await this.session.ask({ check: 'address-form', args, since, restsOn: 'NET-01' });
});

Given('it is known what proxies the endpoint has by itself', async function (this: HeiikiWorld) {
  await readProxySettings(this.session.endpoint, this.session.history);
});

When('a user of the endpoint tries to reach the cloud with curl', async function (this: HeiikiWorld) {
  await readProxySettings(this.session.endpoint, this.session.history);
  await curlToCloud(this.session);
});

Then('no proxy is set on the endpoint and the user did not get out', async function (this: HeiikiWorld) {
  await this.session.finishEvidence();
  await this.session.ask({ check: 'no-system-proxy', since: this.event('install') });
});

Given(/^its policy says (detect|block)$/, async function (this: HeiikiWorld, mode: 'detect' | 'block') {
  const { modes } = this.session.product.product.statement;
  if (!modes.includes(mode)) {
    this.session.history.record('harness', { kind: 'applicability', ...undeclaredMode(mode) });
    return 'skipped';
  }
  this.note('policy', await putInForce(this.session, () => this.session.cloud.setMode(mode)));
  return undefined;
});

When('protection is switched off in the cloud', async function (this: HeiikiWorld) {
  // Nobody waits until it is in force: how long that takes is what the removal shows.
  this.note('allowed', await setPolicy(this.session, () => this.session.cloud.setProtection('off')));
});

When('somebody tries to remove it without the secret', async function (this: HeiikiWorld) {
  this.note('removal', await this.session.hook('uninstall', { secret: 'none' }));
});

Given('removal without the secret is refused', async function (this: HeiikiWorld) {
  const before = this.session.history.events.length;
  await this.session.hook('uninstall', { secret: 'none' });
  await this.session.ask({ check: 'refused', args: { hook: 'uninstall' }, since: before, given: 'TMP-01' });
});

When(
  'the product is removed without the secret as soon as it lets itself',
  async function (this: HeiikiWorld) {
    const by = this.allowed.t + this.session.within('policy');
    this.note('removal', await remove(this.session, 'none', by));
  },
);

When('the product is removed as its maker documents it', async function (this: HeiikiWorld) {
  this.note('removal', await remove(this.session, await removalSecret(this.session)));
});

Then('the removal was refused', async function (this: HeiikiWorld) {
  await this.session.ask({
    check: 'refused',
    args: { hook: 'uninstall' },
    since: this.event('removal').n - 1,
  });
});

Then('it was removed in time, and nothing of it is left', async function (this: HeiikiWorld) {
  const { session } = this;
  const { protection } = session.product.product.statement.uninstall;
  const allowed = {
    revision: this.allowed.revision,
    within: session.within('policy') + session.declared('uninstall'),
  };
  const args = { within: session.within('uninstall'), protection, allowed };
  await session.ask({ check: 'removed', args, since: this.event('removal').n - 1 });
});

Then('nothing of it is left', async function (this: HeiikiWorld) {
  const { protection } = this.session.product.product.statement.uninstall;
  const args = { within: this.session.within('uninstall'), protection };
  await this.session.ask({ check: 'removed', args, since: this.event('removal').n - 1 });
});
