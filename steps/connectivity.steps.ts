import { Given, Then, When } from '@cucumber/cucumber';
import { until } from './support/ask.ts';
import {
  answersCommand,
  hostOf,
  slowestFrom,
  takesCommands,
  tryFunctions,
  updateHost,
} from './support/functions.ts';
import { CLOUD_HOST } from './support/places.ts';
import { setPolicy, startAndEnrol } from './support/product.ts';
import { offerIfNothingWasFetched } from './support/release.ts';
import { LOST, ROUNDS, testInEveryState } from './support/relay-rounds.ts';
import type { Session } from './support/session.ts';
import type { HeiikiWorld } from './support/world.ts';

Given(
  'the product works in a closed network and knows its relay by name',
  async function (this: HeiikiWorld) {
    await this.session.openLab('closed network');
    const { name, port } = this.session.relay().access('closed');
    const relay = `${name}:${port}`;
    this.note('install', await startAndEnrol(this.session, 'closed', this.usable, { relay }));
  },
);

Given(
  'the relay lets nothing pass but what enrolling and reporting need',
  async function (this: HeiikiWorld) {
    const needed = neededDestinations(this.session);
    await this.session.changeRelay('shortening the list of the relay', (relay) => relay.allow(needed));
  },
);

Given('the product is installed and has had time to read its policy', async function (this: HeiikiWorld) {
  const { session } = this;
  const installed = await session.hook('install', { relay: session.relay().access('closed') });
  this.note('install', installed);
  const args = { within: session.within('enrol'), via: 'relay' };
  await session.ask({ check: 'enrolled', args, since: installed, given: 'NET-01' });
  await until(session.history, Date.now() + session.within('policy'));
});

When('its cloud sends it a policy and a command', async function (this: HeiikiWorld) {
  const { session } = this;
  await setPolicy(session, () => session.cloud.setMode('detect'));
  if (takesCommands(session)) await answersCommand(session, 'ping');
});

When('the endpoint is started again', async function (this: HeiikiWorld) {
  this.note('restart', await this.session.restart());
});

When('it has had its time to start', async function (this: HeiikiWorld) {
  // It may speak to its cloud before it looks at what happens on the endpoint.
  await until(this.session.history, this.event('restart').t + this.session.within('reconnect'));
});

When('the relay comes up later', async function (this: HeiikiWorld) {
  const { session } = this;
  // So late that whoever looks for it at boot has not found it, and has tried again.
  const tried = Math.max(session.declared('retry'), session.declared('fallback'), session.declared('detect'));
  await until(session.history, this.event('restart').t + tried);
  this.note('relay back', await session.healRelay());
});

When('all of it has had its time to come back', async function (this: HeiikiWorld) {
  // What is heard first need not be what reports: each part of it comes back by itself.
  await until(this.session.history, this.event('relay back').t + this.session.within('reconnect'));
});

Then('it is connected again in time', async function (this: HeiikiWorld) {
  const args = { within: this.session.within('reconnect'), via: 'relay' };
  await this.session.ask({ check: 'connected-again', args, since: this.event('restart') });
});

Then('each kind of exchange that it declares has reached the cloud', async function (this: HeiikiWorld) {
  const { session } = this;
  const declared = session.product.product.statement.channels;
  const since = this.event('install');
  await offerIfNothingWasFetched(session, since);
  // What it does seldom is waited for, too.
  const within = slowestFrom(session, Date.now()) - since.t + session.within('detect');
  await session.ask({ check: 'channels-used', args: { declared, within }, since });
});

Then('each of them went through the relay and none past it', async function (this: HeiikiWorld) {
  const { session } = this;
  await session.finishEvidence();
  const declared = session.product.product.statement.channels;
  const args = { declared, point: session.endpoint.name };
  await session.ask({
    check: 'channels-at-relay',
    args,
    since: this.event('install').n - 1,
    restsOn: 'NET-03',
  });
});

Then('the local DNS does not know the cloud', async function (this: HeiikiWorld) {
  const { session } = this;
  const asked = session.history.events.length;
  await session.endpoint.exec(['getent', 'ahostsv4', CLOUD_HOST], { timeoutMs: 20_000 });
  await session.finishEvidence();
  const args = { names: [CLOUD_HOST], asked };
  await session.ask({ check: 'unknown-to-dns', args, since: this.event('install') });
});

When(
  /^the product is installed with a relay that is wrong: (no relay at all|a machine that is none|a name that nobody has)$/,
  async function (this: HeiikiWorld, given: string) {
    const { session } = this;
    this.note('form', given);
    this.note('install', await session.hook('install', { relay: wrongRelay(session, given) }));
    // By then it must be visible; what the status says before is not looked at.
    await until(session.history, this.event('install').t + session.declared('status'));
    await session.hook('status');
  },
);

Then(
  'the installer refuses it, or the status says that there is no connection',
  async function (this: HeiikiWorld) {
    const args = { given: this.form };
    await this.session.ask({
      check: 'wrong-relay-visible',
      args,
      since: this.event('install').n - 1,
    });
  },
);

When(
  'its connectivity test is run while the relay works, is lost in every way, and is back',
  async function (this: HeiikiWorld) {
    await testInEveryState(this.session);
  },
);

Then('the test has told the truth each time', async function (this: HeiikiWorld) {
  const args = { lost: LOST, rounds: ROUNDS };
  await this.session.ask({ check: 'tests-truthfully', args, since: this.event('install') });
});

Then('each of them is reported as in the open', async function (this: HeiikiWorld) {
  const args = { acts: this.acts('attacks').map(({ id }) => id), within: this.session.within('detect') };
  await this.session.ask({
    check: 'each-in-time',
    args,
    since: this.event('install'),
    restsOn: 'DET-01',
  });
});

Then('what the relay refused is listed', async function (this: HeiikiWorld) {
  const { session } = this;
  await session.finishEvidence();
  const needed = neededDestinations(session);
  const withheld = Object.values(session.product.product.statement.channels).filter(
    (to) => !needed.includes(to),
  );
  await session.ask({ check: 'refused-listed', args: { withheld }, since: this.event('install').n - 1 });
});

When('each of its functions is tried', async function (this: HeiikiWorld) {
  const { session } = this;
  await tryFunctions(session, this.stimulus, this.event('install'), session.within('enrol'));
});

When('each of its functions is tried there', async function (this: HeiikiWorld) {
  const { session } = this;
  // Who has not got to its cloud before has to enrol here.
  const time = Math.max(session.within('fallback'), session.within('reconnect'), session.within('enrol'));
  await tryFunctions(session, this.stimulus, this.event('move'), time);
});

Then('behind the relay it can do what it declares', async function (this: HeiikiWorld) {
  const { session } = this;
  const update = updateHost(session);
  const declared = session.product.product.statement.connectivity;
  const args = { declared, ...(update === undefined ? {} : { update }) };
  const since = this.event('install').n - 1;
  await session.ask({ check: 'connectivity-class', args, since, restsOn: 'NET-04' });
});

/** Without updates: their content is what only the Internet has. */
function neededDestinations(session: Session): string[] {
  const update = updateHost(session);
  const all = Object.values(session.product.product.statement.channels);
  return [...new Set(all.filter((to) => hostOf(to) !== update))];
}

function wrongRelay(session: Session, given: string): string {
  const { port } = session.relay().access('closed');
  if (given === 'no relay at all') return 'none';
  if (given === 'a name that nobody has') return `proxy.closed.test:${port}`;
  // Somebody is there, who serves the network in another way.
  const ready = session.history.events.findLast((event) => event.kind === 'lab.ready');
  const gateway = ready?.nodes.find(({ kind, addresses }) => kind === 'gateway' && addresses['closed']);
  if (!gateway) throw new Error('the lab has told no gateway of the closed network');
  return `${gateway.addresses['closed'] ?? ''}:${port}`;
}
