import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { expect } from 'chai';
import { parse } from 'yaml';
import { behaviourOf, FLAWS, HONEST, type Flaw } from './flaws.ts';

const FOLDERS = ['defects', 'nemesis'].map((name) => new URL(`../../products/${name}/`, import.meta.url));

describe('the table of flaws', () => {
  it('is the list of products/defects and products/nemesis', () => {
    const defects = FOLDERS.flatMap(
      (folder) =>
        readdirSync(folder)
          .filter((name) => name.endsWith('.yaml'))
          .map((name) => parse(readFileSync(new URL(name, folder), 'utf8')) as { id: string; flaw?: string }),
      // Of some only the cloud is broken, and the agent is the honest one.
    ).flatMap(({ id, flaw }) => (flaw === undefined ? [] : [`${id}: ${flaw}`]));
    expect(defects).to.have.members(Object.keys(FLAWS).map((flaw) => `${flaw}: ${flaw}`));
  });
  it('changes exactly one thing each', () => {
    for (const flaw of Object.keys(FLAWS) as Flaw[]) {
      const broken = behaviourOf(flaw);
      const changed = (Object.keys(HONEST) as (keyof typeof HONEST)[]).filter(
        (key) => broken[key] !== HONEST[key],
      );
      expect(changed, flaw).to.have.length(1);
    }
    expect(behaviourOf(null)).to.equal(HONEST);
  });
});
