import { Given } from '@cucumber/cucumber';
import type { HeiikiWorld } from './support/world.ts';
import { startAndEnrol } from './support/product.ts';

Given('a closed network with a relay', function (this: HeiikiWorld) {
  return this.session.openLab('closed network');
});

Given('a closed network with a strict relay', function (this: HeiikiWorld) {
  return this.session.openLab('closed network with a strict relay');
});

Given('the product works in a closed network', async function (this: HeiikiWorld) {
  await this.session.openLab('closed network');
  this.note('install', await startAndEnrol(this.session, 'closed', this.usable));
});

Given('the product works behind the relay of an open network', async function (this: HeiikiWorld) {
  await this.session.openLab('open network');
  this.note('install', await startAndEnrol(this.session, 'internet', this.usable));
});

Given('the product works there', async function (this: HeiikiWorld) {
  this.note('install', await startAndEnrol(this.session, 'closed', this.usable));
});

Given(
  'the product works behind the relay of an open network and knows it by name',
  async function (this: HeiikiWorld) {
    await this.session.openLab('open network');
    const { name, port } = this.session.relay().access('internet');
    const relay = `${name}:${port}`;
    this.note('install', await startAndEnrol(this.session, 'internet', this.usable, { relay }));
  },
);
