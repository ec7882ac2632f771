import { Given, Then, When } from '@cucumber/cucumber';
import type { HistoryEvent } from '../history/events.ts';
import { until } from './support/ask.ts';
import { knocksAMinute, slowestFrom } from './support/functions.ts';
import { arriveOnce } from './support/once.ts';
import { startAndEnrol } from './support/product.ts';
import type { PlayedAct } from './support/session.ts';
import type { HeiikiWorld } from './support/world.ts';

/** of topologies/stranger.yaml */
const STRANGER = 'stranger';
/** how often a relay goes and comes back */
const FLAPS = 30;
const FLAP_SECONDS = 0.5;
const WHILE_FLAPPING = 5;
const PORTAL = 'captive-302';

Given(
  'the product works behind a relay whose address a stranger has elsewhere',
  async function (this: HeiikiWorld) {
    const { session } = this;
    // The account of a relay is what a stranger would like best; who knows no sign-in has none to lose.
    const signsIn = session.product.product.statement.relays.includes('basic');
    await session.openTopology(signsIn ? 'stranger-basic' : 'stranger');
    const root = signsIn ? 'REL-03' : 'NET-01';
    this.note('install', await startAndEnrol(session, 'closed', this.usable, { root }));
  },
);

When('the endpoint is moved to the network of the stranger', async function (this: HeiikiWorld) {
  this.note('move', await this.session.move('home'));
});

Then('the stranger has got no data and no credential', async function (this: HeiikiWorld) {
  const { session } = this;
  await session.finishEvidence();
  const watch = slowestFrom(session, 0);
  const args = { stranger: STRANGER, point: session.endpoint.name, watch };
  await session.ask({ check: 'stranger-got-nothing', args, since: this.event('move') });
});

When('the relay no longer answers ping', async function (this: HeiikiWorld) {
  this.note('relay lost', await this.session.loseRelay('no-ping'));
});

Then('it is reported in time, and nothing has gone around the relay', async function (this: HeiikiWorld) {
  const { session } = this;
  const { id, started } = this.act('attack');
  const within = session.within('detect');
  await session.ask({ check: 'detected', args: { act: id, within, via: 'relay' }, since: started });
  await session.finishEvidence();
  const args = { point: session.endpoint.name, peers: ['cloud'] };
  await session.ask({ check: 'no-packets-to', args, since: this.event('relay lost'), restsOn: 'NET-04' });
});

Given(
  'the product works in a closed network whose addresses a home network has as well',
  async function (this: HeiikiWorld) {
    await this.session.openTopology('home-office');
    this.note('install', await startAndEnrol(this.session, 'closed', this.usable));
  },
);

When('the endpoint is moved to the home network', async function (this: HeiikiWorld) {
  this.note('move', await this.session.move('home'));
});

When('the relay comes and goes many times, and attacks happen meanwhile', async function (this: HeiikiWorld) {
  const { session } = this;
  const settings = { seconds: FLAP_SECONDS, times: FLAPS };
  this.note('relay lost', await session.loseRelay('flapping', settings));
  const acts: PlayedAct[] = [];
  // From the first time that it goes until it is to stay: what is reported when it has come back often, too.
  const apart = (2 * settings.times * settings.seconds * 1000) / WHILE_FLAPPING;
  const { t } = this.event('relay lost');
  for (let index = 0; index < WHILE_FLAPPING; index++) {
    await until(session.history, t + (index + session.random.integer(0, 9) / 10) * apart);
    acts.push(await session.play(session.fresh(this.stimulus)));
  }
  this.note('attacks', acts);
  this.note('relay back', await session.healRelay());
});

Then('each of them arrives after that, and none is told twice', async function (this: HeiikiWorld) {
  const { session } = this;
  const within = session.within('reconnect') + session.declared('detect');
  await arriveOnce(this, { since: this.event('relay back'), within, restsOn: 'DET-03' });
});

Then('the product has not knocked without end', async function (this: HeiikiWorld) {
  const { session } = this;
  const since = this.event('relay lost');
  await session.finishEvidence();
  const flapping = FLAPS * FLAP_SECONDS * 2000 * 0.9;
  // A portal answers at once, as a relay does that has just come back: what is allowed there is enough here.
  const most = knocksAMinute(session, FLAP_SECONDS * 2);
  const until = portalEnd(since, this.event('relay back'));
  const rest = until === undefined ? {} : { until };
  const watch = Math.min(flapping, (until ?? Infinity) - since.t);
  const args = { point: session.endpoint.name, most, watch, ...rest };
  await session.ask({ check: 'reconnects-bounded', args, since });
});

/** When the portal began to go, ms since the epoch: a calm time after it must not make up for a storm. Undefined: it was none. */
function portalEnd(lost: HistoryEvent, back: HistoryEvent): number | undefined {
  if (lost.kind !== 'fault.verified' || lost.fault !== PORTAL) return undefined;
  return back.t - ((back.kind === 'fault.healed' && back.ms) || 0);
}

When('a captive portal answers in the place of the relay', async function (this: HeiikiWorld) {
  const { session } = this;
  const lost = await session.loseRelay(PORTAL);
  this.note('relay lost', lost);
  this.note('cut off', lost);
  // It has noticed by then, or takes the portal for what it was looking for.
  await until(session.history, lost.t + session.declared('reconnect'));
});
