import { describe, it } from 'node:test';
import { expect } from 'chai';
import type { LookupFunction } from 'node:net';
import { namesBy, rememberingAbsence } from './names.ts';

const outcome = (look: LookupFunction | undefined, name: string): Promise<string> =>
  new Promise((resolve) =>
    look?.(name, { all: true }, (error, found) => resolve(error?.code ?? JSON.stringify(found))),
  );

describe('how the broken ones look names up', () => {
  it('leaves it to the system by default', () => {
    expect(namesBy('asked-each-time', 'localhost')).to.deep.equal({});
  });
  it('remembers that a name is not there, and not where it is', async () => {
    const { ofCloud, ofRelay } = namesBy('cloud-by-address', 'localhost');
    expect(ofRelay).to.equal(undefined);
    expect(await outcome(ofCloud, 'localhost')).to.contain('127.0.0.1');
  });
  it('remembers it wherever one of its addresses is the same', async () => {
    let own = ['10.0.0.6'];
    const gone = Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
    const there = [{ address: '198.51.100.4', family: 4 }];
    let known = false;
    const lookUp = ((_name: string, _options: unknown, done: (...given: unknown[]) => void) =>
      known ? done(null, there) : done(gone)) as unknown as Parameters<typeof rememberingAbsence>[0];
    const look = rememberingAbsence(lookUp, () => own);
    expect(await outcome(look, 'edr.cloud.test')).to.equal('ENOTFOUND');
    known = true;
    own = ['10.0.7.6', '10.0.0.6'];
    expect(await outcome(look, 'edr.cloud.test')).to.equal('ENOTFOUND');
    own = ['10.0.7.6'];
    expect(await outcome(look, 'edr.cloud.test')).to.contain('198.51.100.4');
  });
  it('asks a resolver of its own for the relay only', () => {
    const { ofCloud, ofRelay } = namesBy('relay-by-first-resolver', 'localhost');
    expect(ofCloud).to.equal(undefined);
    expect(ofRelay).to.be.a('function');
  });
});
