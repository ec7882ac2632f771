import { describe, it } from 'node:test';
import { expect } from 'chai';
import { programOf } from '../../mocks/cloud/responder.ts';
import type { Evidence } from '../../mocks/cloud/protocol/types.ts';
import { pathToEnd } from './answers.ts';

const NONCE = '0123456789abcdef';
const SAMPLE = `/home/staff/Downloads/work-${NONCE}`;
const by = (actor: string, path?: string): Evidence => ({
  process: { file: { path: actor } },
  ...(path === undefined ? {} : { file: { path } }),
});
const finding = (...evidences: Evidence[]) => ({ evidences });

describe('the program that an analyst ends', () => {
  it('is the one that was brought, and not the one that has brought it', () => {
    const brought = finding(by('/usr/bin/install', SAMPLE));
    expect(programOf(brought)).to.equal(SAMPLE);
    expect(programOf(finding(by('/opt/tool', SAMPLE)))).to.equal('/opt/tool');
    expect(programOf(finding(by('/usr/bin/install')))).to.equal('/usr/bin/install');
    expect(pathToEnd([brought], NONCE)).to.equal(SAMPLE);
    expect(pathToEnd([finding(by('/usr/bin/install'), by('/bin/sh', SAMPLE))], NONCE)).to.equal(SAMPLE);
  });
  it('may be named by a later finding only', () => {
    const findings = [finding(by('/usr/bin/install')), finding(by(SAMPLE))];
    expect(pathToEnd(findings, NONCE)).to.equal(SAMPLE);
  });
  it('is what the first finding that names any is about, where none has the name', () => {
    const other = finding(by('/usr/bin/install', '/home/staff/Downloads/other'));
    expect(pathToEnd([{}, other, finding(by('/bin/sh'))], NONCE)).to.equal(programOf(other));
    const fileOnly = finding({ file: { path: '/home/staff/Downloads/other' } });
    expect(pathToEnd([fileOnly], NONCE)).to.equal(programOf(fileOnly));
  });
  it('is none where no finding names any', () => {
    expect(pathToEnd([], NONCE)).to.equal(undefined);
    expect(pathToEnd([{}, finding({ data: { nonce: NONCE } })], NONCE)).to.equal(undefined);
  });
});
