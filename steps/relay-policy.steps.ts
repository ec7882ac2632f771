import { Then, When } from '@cucumber/cucumber';
import { putInForce } from './support/product.ts';
import type { Session } from './support/session.ts';
import type { HeiikiWorld } from './support/world.ts';

const ZONE = 'closed';
/** of topologies/closed-office-two-relays.yaml */
const OTHER = 'second';
/** Of no zone: it goes to the gateway, which forwards nothing and answers nothing. */
const NOBODY = '192.0.2.77';

/** Read in time, and given the time in which it must be in force. */
const nameRelay = (session: Session, relay: string | null) =>
  putInForce(session, () => session.cloud.setPolicy({ relay }));

When('the policy names the other relay', async function (this: HeiikiWorld) {
  this.note('policy', await nameRelay(this.session, this.session.relay(OTHER).access(ZONE).address));
});

When('the policy names no relay', async function (this: HeiikiWorld) {
  this.note('policy', await nameRelay(this.session, null));
});

When(
  /^the policy names a relay that nobody has: (a port that refuses|an address of nobody)$/,
  async function (this: HeiikiWorld, which: string) {
    this.note('policy', await nameRelay(this.session, relayOfNobody(this.session, which)));
  },
);

/** One wrong digit: of the port, and the machine says no at once; or of the address, and nobody says anything. */
function relayOfNobody(session: Session, which: string): string {
  const { address, port } = session.relay().access(ZONE);
  return which === 'an address of nobody' ? `${NOBODY}:${port}` : address.replace(/\d+$/, String(port + 1));
}

Then('it is reported through the other relay in time', async function (this: HeiikiWorld) {
  const { session } = this;
  const { id, started } = this.act('attack');
  const within = session.within('reconnect') + session.declared('detect');
  const args = { act: id, within, via: 'relay', relay: OTHER, timing: 'reconnect+detect' };
  await session.ask({ check: 'detected', args, since: started });
});

Then('it is reported through the relay all the same', async function (this: HeiikiWorld) {
  const { session } = this;
  const { id, started } = this.act('attack');
  // Who takes it at once has the time in which it must notice that this is none.
  const within = session.within('fallback') + session.declared('detect');
  const args = { act: id, within, via: 'relay', timing: 'fallback+detect' };
  await session.ask({ check: 'detected', args, since: started });
});
