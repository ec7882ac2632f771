import { glob, readFile } from 'node:fs/promises';
import { describe, it } from 'node:test';
import { expect } from 'chai';
import { stepText } from './step-texts.ts';

/** A step with a name from a table keeps its own words; one that is such a name has none. */
const STEP = /^ +(?:Given|When|Then|And) (?!<\w+>$)(.+)$/gm;

describe('the words of a step', () => {
  it('are Japanese, too, for each step of the features', async () => {
    const steps = new Set<string>();
    for await (const file of glob('features/**/*.feature'))
      for (const [, step = ''] of (await readFile(file, 'utf8')).matchAll(STEP))
        steps.add(step.replaceAll(/<\w+>/g, 'silent'));
    expect(steps.size).to.be.above(100);
    expect([...steps].filter((step) => stepText(step).ja === step)).to.deep.equal([]);
  });
});
