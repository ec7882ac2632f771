import { Given, Then, When } from '@cucumber/cucumber';
import type { CertificateKind } from '../mocks/cloud/certificate.ts';
import { seen, until } from './support/ask.ts';
import { askThroughInspection, REVOCATION_HOST, trustRelay } from './support/inspection.ts';
import type { Session } from './support/session.ts';
import { slowestFrom } from './support/functions.ts';
import type { HeiikiWorld } from './support/world.ts';

const WRONG: Readonly<Record<string, CertificateKind>> = {
  'is for another host': 'certificate-wrong-name',
  'has expired': 'certificate-expired',
};
const REVOCATION: CertificateKind = 'certificate-with-ocsp';
const destinations = ({ product }: Session): string[] => [
  ...new Set(Object.values(product.product.statement.channels)),
];

Given('a closed network whose relay opens the traffic', function (this: HeiikiWorld) {
  return this.session.openLab('closed network whose relay opens the traffic');
});

Given(
  'a closed network whose relay opens the traffic, trusted by the endpoint',
  async function (this: HeiikiWorld) {
    const { session } = this;
    await session.openLab('closed network whose relay opens the traffic, trusted by the endpoint');
    await trustRelay(session);
  },
);

Given(
  /^the cloud shows a certificate that (is for another host|has expired)$/,
  async function (this: HeiikiWorld, wrong: string) {
    this.note('form', WRONG[wrong] ?? '');
    await this.session.showCertificate(WRONG[wrong] ?? null);
  },
);

Given("the cloud's certificate names a place where revocation is told", async function (this: HeiikiWorld) {
  await this.session.showCertificate(REVOCATION);
});

When('the product is installed with all that is known of the relay', async function (this: HeiikiWorld) {
  const relay = this.session.relay().access('closed');
  this.note('install', await this.session.hook('install', { relay }));
});

When('it has had time to refuse a certificate and to say so', async function (this: HeiikiWorld) {
  const { session } = this;
  const { n, t } = this.event('install');
  const opened = await seen(
    session.history,
    t + session.within('enrol'),
    (event) => event.kind === 'relay.request' && !event.ours && event.n > n,
  );
  if (opened) await until(session.history, Date.now() + session.within('status'));
  await session.hook('status');
});

When('the cloud shows its own certificate again', async function (this: HeiikiWorld) {
  const { session } = this;
  // It shows it a moment before it says so: what comes in between was sent to the right one.
  this.note('wrong certificate', session.history.events.at(-1) ?? this.event('install'));
  this.note('certificate', await session.showCertificate(null));
});

Then('it has sent nothing, and says that a certificate is the reason', async function (this: HeiikiWorld) {
  const { session } = this;
  const own = await askThroughInspection(session);
  await session.finishEvidence();
  const args = { destinations: destinations(session), own };
  const since = this.event('install').n - 1;
  await session.ask({ check: 'certificate-refused', args, since, restsOn: 'NET-01' });
});

Then('it connects by itself', async function (this: HeiikiWorld) {
  const { session } = this;
  const within = session.within('reconnect') + session.declared('enrol');
  const since = this.event('certificate');
  const installed = this.event('install');
  const connected = { check: 'connected-again', args: { within, via: 'relay' }, since } as const;
  const refused = installed.kind === 'hook.finished' && installed.outcome === 'failed';
  if (refused && !(await session.happens(connected))) {
    // Who has refused the installation, and rightly, is installed again; whether he has said why is asked below.
    const again = await session.hook('install', { relay: session.relay().address('closed') });
    const args = { within: session.within('enrol'), via: 'relay' };
    return session.ask({ check: 'enrolled', args, since: again, restsOn: 'NET-01' });
  }
  await session.ask({ ...connected, restsOn: 'NET-01' });
});

Then(
  'it has sent nothing before that, and said that a certificate was the reason',
  async function (this: HeiikiWorld) {
    const { session } = this;
    await session.finishEvidence();
    const until = this.event('wrong certificate').n;
    const args = { destinations: destinations(session), until, shown: this.form };
    const since = this.event('install').n - 1;
    await session.ask({ check: 'certificate-refused', args, since, restsOn: 'NET-01' });
  },
);

Then('it accepts or refuses inspection as it declares', async function (this: HeiikiWorld) {
  const { session } = this;
  const declared = session.product.product.statement.relays.includes('inspected');
  const args = { declared, destinations: destinations(session), within: session.within('enrol') };
  const since = this.event('install');
  await session.ask({ check: 'inspection-as-declared', args, since, restsOn: 'NET-01' });
});

When('it has had its time to enrol', async function (this: HeiikiWorld) {
  const { session } = this;
  const args = { within: session.within('enrol') };
  await session.happens({ check: 'enrolled', args, since: this.event('install') });
  // Some ask about revocation only after they have connected.
  await until(session.history, slowestFrom(session, Date.now()));
});

Then('it enrols in time, answered or not', async function (this: HeiikiWorld) {
  const { session } = this;
  const args = { within: session.within('enrol'), via: 'relay' };
  await session.ask({ check: 'enrolled', args, since: this.event('install'), restsOn: 'NET-01' });
});

Then('no question about revocation went past the relay', async function (this: HeiikiWorld) {
  const { session } = this;
  await session.finishEvidence();
  const args = { hosts: [REVOCATION_HOST], point: session.endpoint.name, shown: REVOCATION };
  const since = this.event('install').n - 1;
  await session.ask({ check: 'revocation-clean', args, since, restsOn: 'NET-03' });
});
