import { describe, it } from 'node:test';
import { expect } from 'chai';
import { UsageError } from './errors.ts';
import { obstacle, provision } from './provision.ts';

const debian = 'PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\n';
const possible = { forbidden: false, platform: 'linux', uid: 0, release: debian };

describe('provisioning', () => {
  it('is possible for root on Debian and what is like it', () => {
    expect(obstacle(possible)).to.equal(undefined);
    expect(obstacle({ ...possible, release: 'ID=linuxmint\nID_LIKE="ubuntu debian"\n' })).to.equal(undefined);
  });

  it('names what stands in the way', () => {
    expect(obstacle({ ...possible, forbidden: true })).to.include('HEIIKI_PROVISION');
    expect(obstacle({ ...possible, platform: 'darwin' })).to.include('only on Linux');
    expect(obstacle({ ...possible, release: 'ID=fedora\n' })).to.include('Debian and Ubuntu');
    expect(obstacle({ ...possible, uid: 1000 })).to.include('only root');
  });

  it('lists what was tried and what to do', async () => {
    const options = { say: () => undefined, tried: ['usual socket: no such socket'], allowed: false };
    const error = await provision(options).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(UsageError);
    expect(error).to.include({ exitCode: 3 });
    expect(String(error)).to.include('usual socket: no such socket').and.include('DOCKER_HOST');
  });
});
