import { Given, Then, When } from '@cucumber/cucumber';
import { until } from './support/ask.ts';
import { slowestFrom } from './support/functions.ts';
import { longEnough } from './support/outage.ts';
import { startAndEnrol } from './support/product.ts';
import {
  commandsNowAndThen,
  idleSeconds,
  limitOf,
  manyAttacks,
  withoutEach,
} from './support/relay-limits.ts';
import type { Session } from './support/session.ts';
import type { HeiikiWorld } from './support/world.ts';

const declared = ({ product }: Session): string[] => [
  ...new Set(Object.values(product.product.statement.channels)),
];
const allow = (session: Session, destinations: readonly string[]) =>
  session.changeRelay('changing what the relay lets pass', (relay) => relay.allow(destinations));

Given('the product works behind a gateway with a URL filter', async function (this: HeiikiWorld) {
  await this.session.openLab('closed network with a gateway that filters');
  this.note('install', await startAndEnrol(this.session, 'closed', this.usable));
});

When('the gateway blocks everything but where reports go', async function (this: HeiikiWorld) {
  const { channels } = this.session.product.product.statement;
  const needed = Object.entries(channels).flatMap(([channel, to]) => (channel === 'update' ? [] : [to]));
  await allow(this.session, [...new Set(needed)]);
});

When('the gateway blocks everything', async function (this: HeiikiWorld) {
  this.note('relay lost', await allow(this.session, []));
});

When('the relay lets all of them pass again', async function (this: HeiikiWorld) {
  this.note('relay back', await allow(this.session, declared(this.session)));
});

Then('the product is shown block pages', async function (this: HeiikiWorld) {
  const { session } = this;
  const { detection, telemetry } = session.product.product.statement.channels;
  const reports = [detection, telemetry].filter((to) => to !== undefined);
  // Each attack has had its time to be reported into a page, and to be tried again.
  await longEnough(session, this.event('relay lost'));
  await until(session.history, Date.now() + session.declared('retry'));
  const since = this.acts('attacks').at(-1)?.started ?? this.event('relay lost');
  const within = slowestFrom(session, Date.now()) - since.t;
  const args = { within, destinations: reports.length > 0 ? reports : declared(session) };
  await session.ask({ check: 'block-page-shown', args, since });
});

Then('it is reported in time, whatever else is blocked', async function (this: HeiikiWorld) {
  const { id, started } = this.act('attack');
  const args = { act: id, within: this.session.within('detect') };
  await this.session.ask({ check: 'detected', args, since: started, restsOn: 'REL-08' });
});

Then('all of them arrive, as none was taken for delivered', async function (this: HeiikiWorld) {
  const acts = this.acts('attacks').map(({ id }) => id);
  const within = this.session.within('reconnect') + this.session.declared('detect');
  const since = this.event('relay back');
  await this.session.ask({ check: 'all-delivered', args: { acts, within }, since, restsOn: 'DET-03' });
});

When('the relay begins to cut tunnels that have been idle for a while', async function (this: HeiikiWorld) {
  const seconds = idleSeconds(this.session);
  this.note('relay lost', await this.session.loseRelay('idle-cut', { seconds }));
});

When('commands are given now and then', async function (this: HeiikiWorld) {
  this.note('commands', await commandsNowAndThen(this.session));
});

Then('each of them has its result in time', async function (this: HeiikiWorld) {
  // Each may be given just when the tunnel for it has been cut.
  const within = this.session.within('command') + this.session.declared('reconnect');
  const args = { commands: this.commands, within };
  await this.session.ask({ check: 'commands-in-time', args, since: this.event('relay lost') });
});

Then('the product has not opened connection after connection', async function (this: HeiikiWorld) {
  const { session } = this;
  const since = this.event('relay lost');
  const seconds = idleSeconds(session);
  // What it declares to open while nothing happens is no reconnecting, nor is a connection for each time that it asks for commands.
  const asks = 60 / (session.declared('command') / 1000);
  const own = (session.product.product.statement.relayLoad?.connectionsPerHour ?? 0) / 60 + asks;
  // Two tunnels for each destination, opened anew whenever they are cut, and one more every five seconds.
  const most = Math.ceil((60 / seconds) * declared(session).length * 2 + own) + 12;
  const watch = seconds * 1000 * 2;
  await until(session.history, since.t + watch);
  await session.finishEvidence();
  const args = { point: session.endpoint.name, most, watch };
  await session.ask({ check: 'reconnects-bounded', args, since });
});

When('many attacks happen', async function (this: HeiikiWorld) {
  this.note('attacks', await manyAttacks(this.session, this.usable));
});

When('the relay begins to cut connections that carry much', async function (this: HeiikiWorld) {
  const bytes = limitOf(this.session, this.acts('attacks').length);
  this.note('relay lost', await this.session.loseRelay('body-limit', { bytes }));
});

Then('all of them arrive in spite of the limit', async function (this: HeiikiWorld) {
  const { session } = this;
  const acts = this.acts('attacks').map(({ id }) => id);
  // A batch that is cut is halved until it passes, and each time may cost a retry.
  const halvings = Math.ceil(Math.log2(acts.length)) * session.declared('retry');
  const back = Math.max(session.within('return'), session.within('reconnect'));
  const args = { acts, within: back + session.declared('detect') + halvings, via: 'relay' };
  await session.ask({ check: 'backlog-drains', args, since: this.event('move'), restsOn: 'MOV-05' });
});

When(
  'each declared destination is taken away for a while, and an attack happens meanwhile',
  async function (this: HeiikiWorld) {
    const { session } = this;
    const taken = await withoutEach(session, this.stimulus, declared(session), (rest) =>
      allow(session, rest),
    );
    this.note('taken', taken);
  },
);

Then('reports have needed no destination but their own', async function (this: HeiikiWorld) {
  const { session } = this;
  const args = { tried: this.taken, within: session.within('detect') };
  await session.ask({ check: 'minimal-allowlist', args, since: this.event('install') });
});
