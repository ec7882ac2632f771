import { Given, Then, When } from '@cucumber/cucumber';
import type { RelayKind } from '../topologies/lab-types.ts';
import { undeclaredRelay } from './support/applicability.ts';
import { seen, until } from './support/ask.ts';
import { slowestFrom } from './support/functions.ts';
import { trustRelay } from './support/inspection.ts';
import { RELAY_TOPOLOGIES } from './support/places.ts';
import { startAndEnrol } from './support/product.ts';
import { recover } from './support/recovery.ts';
import { relaySecrets } from './support/relay-words.ts';
import { playUntilThrough, renewed, tellProduct } from './support/relay-care.ts';
import { searchFiles, SOUGHT, watchProcesses } from './support/secrets.ts';
import type { HeiikiWorld } from './support/world.ts';

const ZONE = 'closed';
/** A directory locks an account after five wrong attempts or, mostly, more. */
const MOST_SIGN_INS = 5;
const SECOND = 'second';
/** What shows that a product works behind a relay of that kind. */
const ROOTS: Readonly<Partial<Record<RelayKind, string>>> = {
  basic: 'REL-03',
  tls: 'REL-04',
  inspected: 'TLS-03',
};

Given('a closed network with a relay that asks for a sign-in', async function (this: HeiikiWorld) {
  await this.session.openTopology(RELAY_TOPOLOGIES.basic);
});

Given(
  /^a closed network with a relay of the kind (\w+)$/,
  async function (this: HeiikiWorld, kind: RelayKind) {
    await this.session.openTopology(RELAY_TOPOLOGIES[kind]);
    await trustRelay(this.session);
    this.note('relay kind', kind);
  },
);

Given(
  /^the product works behind a relay (?:of the kind (\w+)|that asks for a sign-in)$/,
  async function (this: HeiikiWorld, named?: RelayKind) {
    const kind = named ?? 'basic';
    const root = this.requirement === ROOTS[kind] ? 'NET-01' : (ROOTS[kind] ?? 'NET-01');
    await this.session.openTopology(RELAY_TOPOLOGIES[kind]);
    // As a company does that has such a relay, also for those who look there and not at what the installer is told.
    await trustRelay(this.session);
    this.note('install', await startAndEnrol(this.session, ZONE, this.usable, { root }));
  },
);

Given('the product works behind the first of two relays', async function (this: HeiikiWorld) {
  await this.session.openLab('closed network with two relays');
  const second = this.session.relay(SECOND).access(ZONE).address;
  this.note('install', await startAndEnrol(this.session, ZONE, this.usable, { second }));
});

Given('the product works behind a relay that is going to be replaced', async function (this: HeiikiWorld) {
  await this.session.openLab('closed network with two relays');
  this.note('install', await startAndEnrol(this.session, ZONE, this.usable));
});

When('the product is installed with a wrong password', async function (this: HeiikiWorld) {
  const { session } = this;
  const relay = session.relay().access(ZONE);
  const installed = await session.hook('install', { relay: { ...relay, password: session.freshSecret() } });
  this.note('install', installed);
  // What the status says before it has been turned away is not looked at.
  const within = session.within('enrol');
  await seen(session.history, installed.t + within, (event) => event.kind === 'relay.request' && !event.ours);
  await until(session.history, Date.now() + session.within('status'));
  await session.hook('status');
});

Then('the relay turns it away', async function (this: HeiikiWorld) {
  const args = { within: this.session.within('enrol') };
  await this.session.ask({ check: 'turned-away', args, since: this.event('install'), restsOn: 'NET-01' });
});

Then(
  'the installer refuses the password, or the status says that there is no connection',
  async function (this: HeiikiWorld) {
    const args = { given: 'wrong password' };
    const since = this.event('install').n - 1;
    await this.session.ask({ check: 'wrong-relay-visible', args, since, restsOn: 'NET-07' });
  },
);

Then('the password shows nowhere that others can look', async function (this: HeiikiWorld) {
  const { session } = this;
  const { endpoint, history } = session;
  await session.hook('status');
  await session.hook('test-connectivity');
  await searchFiles(endpoint, history, relaySecrets(session.relay().access(ZONE)));
  // What it starts to report something is looked at as well.
  const reported = Date.now() + session.within('detect');
  const end = Math.max(reported, slowestFrom(session, this.event('install').t));
  await Promise.all([watchProcesses(endpoint, history, end), session.play(session.fresh(this.stimulus))]);
  await session.finishEvidence();
  const args = { secret: SOUGHT, moments: 2 };
  await session.ask({ check: 'secret-hidden', args, since: this.event('install').n - 1 });
});

Then('the relay has let it through for its account only', async function (this: HeiikiWorld) {
  const { user } = this.session.relay().access(ZONE);
  await this.session.finishEvidence();
  await this.session.ask({ check: 'signed-in', args: { user }, since: this.event('install').n - 1 });
});

Then('it works there, unless it does not declare that kind', async function (this: HeiikiWorld) {
  const { session, relayKind: kind } = this;
  const declared = session.product.product.statement.relays.includes(kind);
  // Said before it is tried: what comes of that is worth knowing, and decides nothing.
  if (!declared) session.history.record('harness', { kind: 'applicability', ...undeclaredRelay(kind) });
  const args = { kind, declared, within: session.within('enrol') };
  await session.ask({ check: 'relay-kind', args, since: this.event('install'), restsOn: 'NET-01' });
  return declared ? undefined : 'skipped';
});

Then('its attacks are reported through the relay', async function (this: HeiikiWorld) {
  const { session } = this;
  const install = this.event('install');
  await until(session.history, install.t + session.declared('policy'));
  const { id, started } = await session.play(session.fresh(this.stimulus));
  const args = { act: id, within: session.within('policy') + session.declared('detect'), via: 'relay' };
  await session.ask({ check: 'detected', args, since: started });
});

Then('attacks are reported through the second relay in time', async function (this: HeiikiWorld) {
  await playUntilThrough(this.session, this.stimulus, {
    since: this.event('relay lost'),
    relay: SECOND,
    measure: 'failover.seconds',
  });
});

Then('attacks are reported through the first relay in time', async function (this: HeiikiWorld) {
  await playUntilThrough(this.session, this.stimulus, {
    since: this.event('relay back'),
    relay: this.session.relay().name,
    measure: 'failback.seconds',
  });
});

When(
  'the certificate of the relay is renewed, and the endpoint is told as far as it must be',
  async function (this: HeiikiWorld) {
    this.note('relay back', await renewed(this.session, this.stimulus));
  },
);

When('the account expires', async function (this: HeiikiWorld) {
  const expired = await this.session.changeRelay('expiring the account', (relay) => relay.expireAccount());
  this.note('cut off', expired);
});

Then('it has not shown the expired account again and again', async function (this: HeiikiWorld) {
  const { session } = this;
  const since = this.event('cut off');
  const watch = slowestFrom(session, 0);
  await session.ask({ check: 'sign-ins-bounded', args: { most: MOST_SIGN_INS, watch }, since });
});

When('the account gets a new password, and the product is told', async function (this: HeiikiWorld) {
  const { session } = this;
  await session.changeRelay('changing the password', (relay) => relay.changePassword());
  this.note('relay back', await tellProduct(session));
});

Then('it is reported through the relay after the renewal', async function (this: HeiikiWorld) {
  const { session } = this;
  const within = session.within('reconnect') + session.declared('detect');
  const args = { act: this.act('attack').id, within, via: 'relay', timing: 'reconnect+detect' };
  await session.ask({ check: 'detected', args, since: this.event('relay back') });
});

When(
  'the cheapest way that brings the product to the new relay is looked for',
  async function (this: HeiikiWorld) {
    const relay = this.session.relay(SECOND).access(ZONE);
    await recover(this.session, this.stimulus, {
      relay,
      policy: relay.address,
      words: 'with the new relay',
      detour: null,
    });
  },
);

Then('it has come to the new relay as declared', async function (this: HeiikiWorld) {
  const { recovery, relayReplaced } = this.session.product.product.statement;
  const args = { declared: relayReplaced ?? recovery };
  await this.session.ask({ check: 'recovery', args, since: this.event('relay lost') });
});
