import { Given, Then, When } from '@cucumber/cucumber';
import type { Act } from '../mocks/workloads/stimuli.ts';
import { putInForce } from './support/product.ts';
import { makeFolderOf, sampleHash } from './support/sample.ts';
import type { PlayedAct, Session } from './support/session.ts';
import type { BatchJob, HeiikiWorld } from './support/world.ts';

const run = (session: Session, batch: BatchJob): Promise<PlayedAct> =>
  session.play(session.file(batch.kind, batch.name, batch.variant));

/** Another content in a file of the same name, in another folder. */
const namesakeOf = (session: Session, { kind, name, namesake }: BatchJob): Act =>
  session.file(kind, `${namesake}/${name}`, namesake);

const allow = (world: HeiikiWorld, batch: BatchJob, given?: string): Promise<unknown> =>
  putInForce(
    world.session,
    () => world.session.cloud.allowAdd({ kind: 'sha256', value: batch.sha256 }),
    given,
  );

/** The entry is for one that nobody has seen yet: what was reported before may be silent as a repetition. */
Given("a batch job like the company's is reported", async function (this: HeiikiWorld) {
  const { session } = this;
  const kind = this.fileStimulus;
  const played = await session.play(session.fresh(kind));
  const args = { act: played.id, within: session.within('detect') };
  await session.ask({ check: 'detected', args, since: played.started, given: 'DET-01' });
  const variant = session.variant();
  const sha256 = await sampleHash(session.endpoint, kind, variant);
  const batch = { kind, variant, name: `batch-${variant}`, sha256, namesake: session.variant() };
  // A folder that has just been made may not be watched yet, which would be no word about the entry.
  await session.inEndpoint('making a folder', (endpoint) =>
    makeFolderOf(endpoint, namesakeOf(session, batch)),
  );
  this.note('batch', batch);
});

When('the batch job is put on the allowlist', async function (this: HeiikiWorld) {
  await allow(this, this.batch);
});

Given('the batch job is silenced by its entry', async function (this: HeiikiWorld) {
  const { session } = this;
  await allow(this, this.batch, 'ALW-01');
  const silent = await run(session, this.batch);
  // Silence is proved by a later report that took the same path.
  const sentinel = await session.play(session.fresh(this.fileStimulus));
  const within = session.within('detect');
  await session.ask({
    check: 'detected',
    args: { act: sentinel.id, within },
    since: sentinel.started,
    given: 'DET-01',
  });
  const args = { act: silent.id, sentinel: sentinel.id, within: session.declared('detect') };
  await session.ask({ check: 'silent', args, since: silent.started, given: 'ALW-01' });
});

When(/^the batch job runs(?: again)?$/, async function (this: HeiikiWorld) {
  const played = await run(this.session, this.batch);
  this.note('batch run', played);
  this.note('attack', played);
});

When('another file of the same name runs', async function (this: HeiikiWorld) {
  const { session } = this;
  this.note('sentinel', await session.play(namesakeOf(session, this.batch)));
});

Then('the other file is reported in time', async function (this: HeiikiWorld) {
  const { id, started } = this.act('sentinel');
  await this.session.ask({
    check: 'detected',
    args: { act: id, within: this.session.within('detect') },
    since: started,
  });
});

Then('the batch job has stayed silent', async function (this: HeiikiWorld) {
  const { id, started } = this.act('batch run');
  await this.session.ask({
    check: 'silent',
    args: { act: id, sentinel: this.act('sentinel').id, within: this.session.declared('detect') },
    since: started,
  });
});

When('one byte of the batch job changes and it runs again', async function (this: HeiikiWorld) {
  const { session } = this;
  const played = await run(session, { ...this.batch, variant: session.sibling(this.batch.variant) });
  this.note('attack', played);
});

When('the entry is removed', async function (this: HeiikiWorld) {
  const { cloud } = this.session;
  await putInForce(this.session, () => cloud.allowRemove({ kind: 'sha256', value: this.batch.sha256 }));
});
