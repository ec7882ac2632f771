import { Given, Then, When } from '@cucumber/cucumber';
import { maySayConnected } from './checks/status.ts';
import { until } from './support/ask.ts';
import { slowestFrom } from './support/functions.ts';
import { recover } from './support/recovery.ts';
import { ALLOWANCE } from './support/timing.ts';
import type { HeiikiWorld } from './support/world.ts';

When('the endpoint is moved to the open network', async function (this: HeiikiWorld) {
  this.note('move', await this.session.move('internet'));
});

When('the endpoint is moved back to the closed network', async function (this: HeiikiWorld) {
  this.note('move', await this.session.move('closed'));
});

Given('its status has been asked while it works', async function (this: HeiikiWorld) {
  const { session } = this;
  // It has had an answer of its cloud just now, and has this long to show it.
  await until(session.history, Date.now() + session.declared('status'));
  const end = Date.now() + ALLOWANCE;
  // What it said last is what is judged, once it is cut off; on a slow machine it may take a little longer.
  do await session.hook('status');
  while (Date.now() < end && maySayConnected(session.history.events));
});

Given('the endpoint is cut off from every network', async function (this: HeiikiWorld) {
  this.note('move', await this.session.move(null));
});

Given('the endpoint has been in the open network', async function (this: HeiikiWorld) {
  const { session } = this;
  const moved = await session.move('internet');
  const { id, started } = await session.play(session.fresh(this.stimulus));
  const { recovery } = session.product.product.statement;
  if (recovery !== 'itself') {
    // It is not expected to work here; it gets the time in which a product would try to.
    await until(session.history, moved.t + session.declared('fallback'));
    return;
  }
  // As MOV-01 has it, or this would blame MOV-01 for what passes there.
  const back = Math.max(session.within('fallback'), session.within('reconnect'));
  const within = back + session.declared('detect');
  await session.ask({
    check: 'detected',
    args: { act: id, within, via: 'direct' },
    since: started,
    given: 'MOV-01',
  });
});

When('the cheapest way that brings the product back is looked for', async function (this: HeiikiWorld) {
  await recover(this.session, this.stimulus);
});

Then('it has recovered as declared', async function (this: HeiikiWorld) {
  const declared = this.session.product.product.statement.recovery;
  const since = this.event('move');
  await this.session.ask({ check: 'recovery', args: { declared }, since, restsOn: 'MOV-01' });
});

Then('it is visible on the endpoint that the product is cut off', async function (this: HeiikiWorld) {
  const { session } = this;
  const since = this.cutOffSince;
  // Who is asked late, as acts came before, still has the time for one answer.
  const asked = Math.max(session.within('reconnect'), Date.now() - since.t);
  const within = session.within('status') + asked;
  // The hook is asked again until it says so or its time is over; what it said last is what is judged.
  do await session.hook('status');
  while (
    Date.now() < since.t + within &&
    !(await session.happens({ check: 'says-disconnected', args: { within: Date.now() - since.t }, since }))
  );
  await session.ask({ check: 'says-disconnected', args: { within }, since });
});

Then('the product has not spoken to its cloud', async function (this: HeiikiWorld) {
  const { session } = this;
  const since = this.event('move');
  // Whatever it exchanges with its cloud, also seldom, would have gone there by now; who looks for a way only when it is started has looked.
  const { t } = this.cutOffSince;
  const around = t + session.within('reconnect');
  await until(session.history, Math.max(around, slowestFrom(session, t)));
  await session.finishEvidence();
  await session.ask({
    check: 'no-packets-to',
    args: { point: session.endpoint.name, peers: ['cloud'] },
    // What is sent while the move is being finished counts, too.
    since: session.history.events.findLast((e) => e.kind === 'move.started' && e.n < since.n) ?? since,
  });
});

Then('it is reported through the relay in time', async function (this: HeiikiWorld) {
  const { id, started } = this.act('attack');
  const within = this.session.within('return') + this.session.declared('detect');
  const args = { act: id, within, via: 'relay', timing: 'return+detect' };
  await this.session.ask({ check: 'detected', args, since: started });
});

Then('the product no longer tries to go around the relay', async function (this: HeiikiWorld) {
  const { session } = this;
  const first = this.act('attack');
  // Where it still tries now and then, with whatever it exchanges, it has done so by now.
  const move = this.event('move');
  const within = session.declared('return');
  const begun = Math.max(first.started.t, move.t + within);
  const around = begun + Math.max(session.declared('return'), session.declared('fallback'));
  await until(session.history, Math.max(around, slowestFrom(session, begun)));
  const second = await session.play(session.fresh(this.stimulus));
  await session.ask({
    check: 'detected',
    args: { act: second.id, within: session.within('detect'), via: 'relay' },
    since: second.started,
  });
  await session.finishEvidence();
  const args = { point: session.endpoint.name, act: first.id, within: session.within('return') };
  await session.ask({ check: 'direct-stops', args, since: move });
});
