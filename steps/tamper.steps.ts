import { Given, Then, When } from '@cucumber/cucumber';
import { firstAttack } from './support/after-restart.ts';
import { until } from './support/ask.ts';
import { killEach } from './support/end-product.ts';
import { startAndEnrol } from './support/product.ts';
import { curlThrough, editAsRoot, tryAsUser } from './support/tamper.ts';
import type { HeiikiWorld } from './support/world.ts';

/** The relay that the product is not told of. */
const BAIT = 'second';
/** Whose product works again where its endpoint was started anew behind its relay. */
const STARTS_AGAIN = 'NET-05';

Given(
  'the product works in a closed network where somebody runs a relay of his own',
  async function (this: HeiikiWorld) {
    await this.session.openLab('closed network with two relays');
    this.note('install', await startAndEnrol(this.session, 'closed', this.usable));
    await curlThrough(this.session, BAIT);
  },
);

When(
  'an ordinary user tries to lead it there by files, by commands and by the environment',
  async function (this: HeiikiWorld) {
    this.note('tampering', await tryAsUser(this.session, BAIT));
  },
);

When('root writes that relay into all that the product has stored', async function (this: HeiikiWorld) {
  const { history } = this.session;
  const edited = await editAsRoot(this.session, BAIT);
  if (!('kind' in edited)) {
    history.record('harness', { kind: 'applicability', ...edited });
    return 'skipped';
  }
  this.note('tampering', edited);
  return undefined;
});

When('its cloud has had its time to be told of it', async function (this: HeiikiWorld) {
  const { session } = this;
  // Before anything else happens: what the product says later of a stop is not said of the edit.
  await until(session.history, Date.now() + session.within('detect'));
});

Then('the product has kept to its own relay and still reports', async function (this: HeiikiWorld) {
  const { session } = this;
  const { id: act, started } = await firstAttack(session, this.stimulus, this.event('restart'));
  const within = session.within('detect');
  await session.finishEvidence();
  const own = session.relay().name;
  const args = { point: session.endpoint.name, own, bait: BAIT };
  const since = this.event('tampering');
  await session.ask({ check: 'own-relay-only', args, since, restsOn: STARTS_AGAIN });
  const report = { act, within, via: 'relay', relay: own };
  await session.ask({ check: 'detected', args: report, since: started, restsOn: STARTS_AGAIN });
});

Then('what comes of the edit is what the product declares', async function (this: HeiikiWorld) {
  const { session } = this;
  const { id: act } = await firstAttack(session, this.stimulus, this.event('restart'));
  const declared = session.product.product.statement.editedConfiguration;
  const args = { declared, act, bait: BAIT, within: session.within('detect') };
  const since = this.event('tampering');
  await session.ask({ check: 'edited-configuration', args, since, restsOn: STARTS_AGAIN });
});

When('root kills its processes one after the other', async function (this: HeiikiWorld) {
  this.note('tampering', await killEach(this.session));
});

When('root stops it with its own command', async function (this: HeiikiWorld) {
  this.note('tampering', await this.session.hook('stop'));
});

When('it has had its time to come back', async function (this: HeiikiWorld) {
  const { session } = this;
  await until(session.history, this.event('tampering').t + session.within('reconnect'));
});

Then('this was undone, or its cloud was told of it', async function (this: HeiikiWorld) {
  const { session } = this;
  const tampering = this.event('tampering');
  const { id: act, started } = this.act('attack');
  const healed = session.history.events.findLast((event) => event.kind === 'fault.healed');
  const args = {
    what: tampering.kind === 'hook.finished' ? 'stopped' : 'killed',
    act,
    // It has had its time to come back; behind a lost relay it has to connect as well, once that is there.
    from: (healed ?? started).n,
    within: healed ? session.within('reconnect') + session.declared('detect') : session.within('detect'),
  };
  // Killed while the relay was away, it has been started where nothing answers.
  const restsOn = args.what === 'killed' ? { restsOn: 'NET-06' } : {};
  await session.ask({ check: 'tampering-answered', args, since: tampering, ...restsOn });
});
