import { Then, When } from '@cucumber/cucumber';
import { keepable, playMany } from './support/accounting.ts';
import type { PlayedAct } from './support/session.ts';
import type { HeiikiWorld } from './support/world.ts';

When('an attack happens', async function (this: HeiikiWorld) {
  this.note('attack', await this.session.play(this.session.fresh(this.stimulus)));
});

When('an attack on a file happens', async function (this: HeiikiWorld) {
  this.note('attack', await this.session.play(this.session.fresh(this.fileStimulus)));
});

When('several attacks happen', async function (this: HeiikiWorld) {
  const { session } = this;
  this.note(
    'attacks',
    await playMany(session, this.usableMany, keepable(session, session.random.integer(6, 12))),
  );
});

When('every attack that it reports in the open happens', async function (this: HeiikiWorld) {
  const { session } = this;
  const acts: PlayedAct[] = [];
  for (const kind of session.random.shuffle(this.usable)) acts.push(await session.play(session.fresh(kind)));
  this.note('attacks', acts);
});

When('the benign twin of every attack happens', async function (this: HeiikiWorld) {
  const { session } = this;
  const twins: PlayedAct[] = [];
  for (const kind of session.random.shuffle(this.usable)) twins.push(await session.play(session.twin(kind)));
  this.note('twins', twins);
});

Then(/^(?:it|the attack) is reported in time$/, async function (this: HeiikiWorld) {
  const { id, started } = this.act('attack');
  const within = this.session.within('detect');
  await this.session.ask({ check: 'detected', args: { act: id, within }, since: started });
});

Then('each of them is reported in time', async function (this: HeiikiWorld) {
  const acts = this.acts('attacks');
  const last = acts.at(-1);
  if (!last) throw new Error('no attack was played');
  const args = { acts: acts.map((played) => played.id), within: this.session.within('detect') };
  await this.session.ask({ check: 'each-in-time', args, since: this.event('install') });
});

Then('the twins stay silent', async function (this: HeiikiWorld) {
  const sentinel = this.act('attack').id;
  const within = this.session.declared('detect');
  for (const twin of this.acts('twins'))
    await this.session.ask({
      check: 'silent',
      args: { act: twin.id, sentinel, within },
      since: twin.started,
    });
});

Then('the report says what really happened', async function (this: HeiikiWorld) {
  const { session } = this;
  const played = this.act('attack');
  const within = session.declared('detect');
  await session.readFile(played);
  const args = { act: played.id, within };
  await session.ask({ check: 'disposition-true', args, since: played.started });
});
