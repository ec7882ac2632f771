import { Given, Then, When } from '@cucumber/cucumber';
import { until } from './support/ask.ts';
import {
  answered,
  HANDED_OUT_AGAIN,
  killOrder,
  order,
  SPOILED,
  spoiled,
  spoilResults,
} from './support/orders.ts';
import { lookAtEffect, readListeners, workRemotely } from './support/shell.ts';
import { lookUntil, namesakes, service, SETTLES, startPrograms } from './support/programs.ts';
import type { HeiikiWorld } from './support/world.ts';

Given('two business programs of one name run on the endpoint', async function (this: HeiikiWorld) {
  const programs = this.session.random.shuffle(namesakes(this.session));
  await startPrograms(this.session, programs);
  this.note('programs', programs);
});

Given(
  'a business program runs on the endpoint and is started again whenever it ends',
  async function (this: HeiikiWorld) {
    const programs = [service(this.session)];
    await startPrograms(this.session, programs);
    this.note('programs', programs);
  },
);

Given(
  /^the cloud's answer to the next results goes wrong: (lost-ack|5xx)$/,
  async function (this: HeiikiWorld, kind: 'lost-ack' | '5xx') {
    await spoilResults(this.session, kind);
  },
);

When(/^the cloud orders (?:one of them|the program) to be ended$/, async function (this: HeiikiWorld) {
  const [meant] = this.programs;
  if (!meant) throw new Error('no program runs');
  this.note('order', await killOrder(this.session, meant));
});

When('the cloud has had its answers go wrong', async function (this: HeiikiWorld) {
  const { session } = this;
  // Who does not send a result again by itself is handed the order again.
  const end = this.order.t + session.within('command') + session.declared('retry') * SPOILED;
  await answered(session, this.order.uid, end);
  while (spoiled(session.history.events, this.order) < SPOILED && Date.now() < end)
    await until(session.history, Math.min(end, Date.now() + 100));
});

Then('the order is acknowledged through the relay in time', async function (this: HeiikiWorld) {
  const args = { command: this.order.uid, within: this.session.within('command'), via: 'relay' };
  await this.session.ask({ check: 'command-done', args, since: this.order });
});

Then('that program has ended and the other one still runs', async function (this: HeiikiWorld) {
  const { session, order, programs } = this;
  const [meant, ...others] = programs.map(({ path }) => path);
  const end = order.t + session.within('command');
  await lookUntil(session, programs, end, ({ running }) => !running.includes(meant ?? ''));
  const args = { command: order.uid, program: meant, others };
  await session.ask({ check: 'program-ended', args, since: order });
});

Then('it was ended exactly once, or the order has expired', async function (this: HeiikiWorld) {
  const { session, programs } = this;
  const first = this.order;
  const again = session.within('reconnect') + session.declared('command') + HANDED_OUT_AGAIN;
  await answered(session, first.uid, Date.now() + again);
  // A later order takes the same way; when it is answered, what would be done twice has been done.
  const sentinel = await order(session, 'ping');
  const within = session.within('reconnect') + session.declared('command');
  const answer = { command: sentinel.uid, within };
  await session.ask({ check: 'command-done', args: answer, since: sentinel, restsOn: 'RSP-01' });
  const program = programs[0]?.path ?? '';
  // That it has ended is written down a moment after.
  await lookUntil(session, programs, Date.now() + SETTLES, ({ ends }) => (ends[program] ?? 0) > 0);
  const args = { command: first.uid, program, sentinel: sentinel.uid };
  await session.ask({ check: 'ended-once', args, since: first, restsOn: 'RSP-01' });
});

When('a business act happens that looks like an attack', async function (this: HeiikiWorld) {
  this.note('attack', await this.session.play(this.session.fresh(this.fileStimulus)));
});

Then('the business act has succeeded', async function (this: HeiikiWorld) {
  const { session } = this;
  const played = this.act('attack');
  await session.readFile(played);
  await session.ask({ check: 'act-succeeded', args: { act: played.id }, since: played.started });
});

Given('it is known who listens on the endpoint', async function (this: HeiikiWorld) {
  await readListeners(this.session);
});

Given('a shell from the cloud is forbidden on the endpoint', async function (this: HeiikiWorld) {
  await this.session.hook('forbid-shell');
});

When('an analyst works on the endpoint from the cloud', async function (this: HeiikiWorld) {
  this.note('work', await workRemotely(this.session));
});

Then('what the analyst did has come back through the relay in time', async function (this: HeiikiWorld) {
  const { session, work } = this;
  // Until then he was kept waiting, so that he could be looked at.
  const args = { command: work.given.uid, within: session.within('command'), via: 'relay' };
  await session.ask({ check: 'command-done', args, since: work.goesOn });
});

Then('nobody else has listened on the endpoint meanwhile', async function (this: HeiikiWorld) {
  const args = { command: this.work.given.uid };
  await this.session.ask({ check: 'no-new-listener', args, since: this.work.given });
});

Then('who did what, and when, is on record', async function (this: HeiikiWorld) {
  const { session, work } = this;
  const { given, analyst, nonce } = work;
  const log = session.product.product.statement.channels.telemetry !== undefined;
  const within = session.within('command') + session.declared('log');
  const args = { command: given.uid, analyst, nonce, log, within };
  await session.ask({ check: 'shell-recorded', args, since: work.goesOn });
});

Then('this is refused with a reason, and nothing was done', async function (this: HeiikiWorld) {
  const { session, work } = this;
  await lookAtEffect(session, work);
  const args = { command: work.given.uid, within: session.within('command') };
  await session.ask({ check: 'order-refused', args, since: work.given });
});
