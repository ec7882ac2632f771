import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { expect } from 'chai';
import { ATTEMPTS } from './attempts.ts';
import { closurePage } from './page.ts';

describe('the page of attempts', () => {
  it('has each attempt there is, and no other: `npm run docs:closure` writes it', () => {
    const rows = readFileSync('docs/closure.md', 'utf8').matchAll(/^\| `([a-z0-9.-]+)`\s+\|/gm);
    expect([...rows].map(([, id]) => id)).to.deep.equal(ATTEMPTS.map(({ id }) => id));
  });
  it('tells what got out, and what was not tried', () => {
    const [one, other] = [ATTEMPTS[0]!, ATTEMPTS[1]!];
    const outcome = (id: string, result: 'escaped' | 'stopped' | 'absent', heard: string[] = []) => ({
      id,
      result,
      heard,
      detail: '',
    });
    const shown = new Map([[one.id, outcome(one.id, 'escaped', ['host'])]]);
    const page = closurePage([one, other], shown, [
      {
        topology: 'x',
        place: 'pc in closed',
        outcomes: [outcome(one.id, 'escaped'), outcome(other.id, 'absent')],
      },
    ]);
    expect(page).to.match(new RegExp(`\`${one.id}\`.*\\| host \\| \\*\\*E\\*\\* \\|`));
    expect(page).to.match(new RegExp(`\`${other.id}\`.*\\| – \\|`));
  });
});

describe('attempts', () => {
  it('are many, and each has a name of its own', () => {
    expect(new Set(ATTEMPTS.map(({ id }) => id)).size).to.equal(ATTEMPTS.length);
    expect(ATTEMPTS.filter(({ notShown }) => notShown === undefined).length).to.be.at.least(40);
  });
});
