import { describe, it } from 'node:test';
import { expect } from 'chai';
import type { LookupFunction } from 'node:net';
import { namesBy } from './names.ts';

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
  it('asks a resolver of its own for the relay only', () => {
    const { ofCloud, ofRelay } = namesBy('relay-by-first-resolver', 'localhost');
    expect(ofCloud).to.equal(undefined);
    expect(ofRelay).to.be.a('function');
  });
});
