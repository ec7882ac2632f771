import { Then, When } from '@cucumber/cucumber';
import { until } from './support/ask.ts';
import { slowestFrom } from './support/functions.ts';
import type { Session } from './support/session.ts';
import { slowestInterval } from './support/timing.ts';
import { watchUsage } from './support/usage.ts';
import type { HeiikiWorld } from './support/world.ts';

/** Twice what comes seldom, so that none of it is missed or counted for more than it is. */
const watchOf = (session: Session): number => 2 * slowestInterval((key) => session.declared(key));
/** Attacks in that time; each is a program that is started and reported, and so is what the harness reads back. */
const ACTS = 6;

When(/^the endpoint is watched: (idle|workload)$/, async function (this: HeiikiWorld, condition: string) {
  const { session } = this;
  // What comes with an installation once, and the log of the first attack, is not what it asks of the relay every hour.
  await until(session.history, slowestFrom(session, Date.now()));
  const begun = session.history.events.at(-1);
  if (!begun) throw new Error('nothing is in the history');
  this.note('watch', begun);
  const end = Date.now() + watchOf(session);
  if (condition === 'workload')
    for (let act = 0; act < ACTS; act++) {
      await session.play(session.fresh(this.stimulus));
      await until(session.history, end - ((ACTS - act - 1) * watchOf(session)) / ACTS);
    }
  await until(session.history, end);
});

Then(
  /^it is known what the relay carries for one endpoint: (idle|workload)$/,
  async function (this: HeiikiWorld, condition: string) {
    const { session } = this;
    await session.finishEvidence();
    const promised = condition === 'idle' ? session.product.product.statement.relayLoad : undefined;
    const args = {
      point: session.endpoint.name,
      watch: watchOf(session),
      promised: { bytes: promised?.bytesPerHour, connections: promised?.connectionsPerHour },
    };
    await session.ask({ check: 'relay-load', args, since: this.event('watch'), restsOn: 'REL-02' });
  },
);

/** As long as its slowest interval: whatever it does again and again is in both. */
const phaseOf = (session: Session): number => slowestInterval((key) => session.declared(key));

When(
  'what the endpoint uses is measured online, and while the relay is lost',
  async function (this: HeiikiWorld) {
    const { session } = this;
    // An installation has work of its own for a while.
    await until(session.history, slowestFrom(session, Date.now()));
    await watchUsage(session, 'online', phaseOf(session));
    await session.loseRelay('refused');
    await watchUsage(session, 'away', phaseOf(session));
    this.note('relay back', await session.healRelay());
  },
);

Then('it has not used more during the outage than it declares', async function (this: HeiikiWorld) {
  const { session } = this;
  const args = {
    endpoint: session.endpoint.name,
    watch: phaseOf(session),
    limits: session.product.product.statement.outageUse,
  };
  await session.ask({ check: 'outage-use', args, since: this.event('install') });
});

Then('it is heard of again in time', async function (this: HeiikiWorld) {
  const args = { within: this.session.within('reconnect'), via: 'relay' };
  await this.session.ask({ check: 'connected-again', args, since: this.event('relay back') });
});
