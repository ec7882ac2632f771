/** Bad input ends with 3, and says what there is, before an engine is looked for (the address leads nowhere). */
import { describe, it } from 'node:test';
import { expect } from 'chai';
import { call, type Ended } from '../command.ts';

const NO_ENGINE = { DOCKER_HOST: 'unix:///nonexistent/engine.sock', HEIIKI_PROVISION: 'never' };
const lab = (...args: readonly string[]): Promise<Ended> => call(['lab', ...args], { env: NO_ENGINE }).ended;

describe('wrong usage of the lab by hand', () => {
  const cases: [args: string[], says: RegExp][] = [
    [['up', 'moon-base'], /no topology "moon-base".*closed-office/s],
    [['up', 'fleet'], /no program for its app fleet/],
    [['up', 'closed-office', '--product', 'referense'], /referense.*reference/s],
    [['up', 'closed-office', '--name', 'My Lab'], /a name is up to 31 lower-case letters/],
    [['exec', 'no-such-lab', '--', 'id'], /there is no lab no-such-lab/],
    [['watch', 'no-such-lab'], /there is no lab no-such-lab/],
    [['fault', 'no-such-lab', 'loss', '--percent', 'many'], /--percent many: a whole number/],
    [['relocate', 'no-such-lab'], /zone/],
    [['down'], /name one lab, or say --all/],
    [['down', 'no-such-lab'], /there is no lab no-such-lab/],
    [['up', 'closed-office', '--name', 'usage-test'], /engine of DOCKER_HOST does not answer/],
  ];
  for (const [args, says] of cases)
    it(`heiiki lab ${args.join(' ')}`, async () => {
      const { status, stderr, stdout } = await lab(...args);
      expect(stderr).to.match(says);
      expect(status).to.equal(3);
      expect(stdout).to.equal('');
    });
  it('leaves no lab behind', async () => {
    expect((await lab('ls')).stdout).to.not.contain('usage-test');
  });
});
