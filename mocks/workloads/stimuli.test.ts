import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { expect } from 'chai';
import { attack, benignTwin, makeAccounts } from './stimuli.ts';

const NONCE = '0123456789ab';

describe('an account that joins a group', () => {
  it('is made by neither the attack nor its twin', () => {
    for (const act of [attack('T1098.007', NONCE), benignTwin('T1098.007', NONCE)]) {
      const { user, argv } = act.command;
      expect(user).to.equal('root');
      expect(argv.join(' '))
        .to.contain(`acct-${NONCE}`)
        .and.not.match(/useradd|passwd/);
      expect(act.effect).to.deep.equal({ path: '/etc/group', contains: `acct-${NONCE}` });
    }
  });

  it('is one of those that were made before, each with a number of its own', () => {
    const root = mkdtempSync(join(tmpdir(), 'accounts-'));
    try {
      mkdirSync(join(root, 'etc'));
      const [shell = '', ...rest] = makeAccounts([NONCE, 'ba9876543210']).argv;
      execFileSync(
        shell,
        rest.map((word) => word.replaceAll('/etc/', `${root}/etc/`)),
      );
      const rows = (name: string) =>
        readFileSync(join(root, 'etc', name), 'utf8')
          .trimEnd()
          .split('\n');
      expect(rows('passwd')).to.deep.equal([
        `acct-${NONCE}:x:20001:100::/nonexistent:/usr/sbin/nologin`,
        'acct-ba9876543210:x:20002:100::/nonexistent:/usr/sbin/nologin',
      ]);
      expect(rows('shadow').map((row) => row.split(':').length)).to.deep.equal([9, 9]);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
