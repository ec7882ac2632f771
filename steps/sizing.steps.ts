import { Then, When } from '@cucumber/cucumber';
import { until } from './support/ask.ts';
import type { Session } from './support/session.ts';
import { slowestInterval } from './support/timing.ts';
import type { HeiikiWorld } from './support/world.ts';

/** Twice what comes seldom, so that none of it is missed or counted for more than it is. */
const watchOf = (session: Session): number => 2 * slowestInterval((key) => session.declared(key));
/** Attacks in that time; each is a program that is started and reported, and so is what the harness reads back. */
const ACTS = 6;

When(/^the endpoint is watched: (idle|workload)$/, async function (this: HeiikiWorld, condition: string) {
  const { session } = this;
  const begun = session.history.events.findLast((event) => event.kind === 'step');
  if (!begun) throw new Error('this step has left no mark in the history');
  this.note('watch', begun);
  const end = begun.t + watchOf(session);
  if (condition === 'workload')
    for (let act = 0; act < ACTS; act++) {
      await session.play(session.fresh(this.stimulus));
      await until(session.history, begun.t + ((act + 1) * watchOf(session)) / ACTS);
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
    await session.ask({ check: 'relay-load', args, since: this.event('watch') });
  },
);
