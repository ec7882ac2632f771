import { Given, Then, When } from '@cucumber/cucumber';
import { ANSWERS, answerAs, type Whom } from './support/answers.ts';
import { attackBesideTwin } from './support/programs.ts';
import type { HeiikiWorld } from './support/world.ts';

Given(
  /^detections are answered by (nobody|an analyst|an automatic rule)$/,
  async function (this: HeiikiWorld, whom: Whom) {
    this.note('answering', whom);
    if (whom === 'an automatic rule') await this.session.cloud.answerDetections(true);
  },
);

When('an attack goes on beside its benign twin', async function (this: HeiikiWorld) {
  const { attack, programs } = await attackBesideTwin(this.session);
  this.note('attack', attack);
  this.note('programs', programs);
});

When('whoever answers has had their time', async function (this: HeiikiWorld) {
  await answerAs(this.session, this.answering as Whom, this.act('attack'), this.programs);
});

Then(
  'the attack was ended in time, unless nobody answers, and the twin still runs',
  async function (this: HeiikiWorld) {
    const { session, programs } = this;
    const { whom, thinks } = ANSWERS[this.answering as Whom];
    const { id, started } = this.act('attack');
    const [program, twin] = programs.map(({ path }) => path);
    const [detect, within] = [session.within('detect'), thinks + session.within('command')];
    const args = { act: id, whom, program, twin, detect, within };
    // What is stopped by nobody's order is stopped by the product itself, where it is to report only.
    const restsOn = whom === 'nobody' ? 'RSP-04' : 'RSP-01';
    await session.ask({ check: 'answered-by', args, since: started, restsOn });
  },
);
