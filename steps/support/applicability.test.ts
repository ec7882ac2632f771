import { describe, it } from 'node:test';
import { expect } from 'chai';
import { NONE } from '../../history/both.ts';
import { loadProduct } from '../../products/load.ts';
import { expectBoth } from '../checks/testing-texts.ts';
import { applicability, undeclaredRelay, type Declared } from './applicability.ts';

const BASELINE = { installed: true, seen: { 'T1204.002': true }, reason: NONE };
const decided = (tag: string, declared: Declared) => applicability([tag], declared, BASELINE);

describe('applicability', () => {
  it('rests on what is declared of relays and commands', async () => {
    const { product } = await loadProduct('reference');
    const { statement, hooks } = product;
    const without = (change: Partial<Declared['statement']>): Declared => ({
      hooks,
      statement: { ...statement, ...change },
    });
    const alone: Declared = { statement, hooks: { ...hooks, install: ['/opt/x', '{relay.address}'] } };
    const cases: readonly [string, Declared][] = [
      ['@if:relay-basic', without({ relays: ['connect'] })],
      ['@if:relay-tls', without({ relays: ['inspected'] })],
      ['@if:relay-inspected', without({ relays: ['tls'] })],
      ['@if:relay-certificate', without({ relays: ['connect', 'basic'] })],
      ['@if:commands', without({ channels: { detection: 'edr.cloud.test:443' } })],
      ['@if:second-relay', alone],
      ['@if:response-shell', without({ response: ['kill'] })],
      ['@if:self-update', without({ selfUpdate: undefined })],
      ['@if:self-update', without({ channels: { detection: 'edr.cloud.test:443' } })],
      ['@if:log-retention', without({ logRetention: undefined })],
      ['@if:tenant-change', without({ tenantChange: false })],
      ['@if:offline-content', { statement, hooks: { ...hooks, 'update-content': undefined } }],
    ];
    for (const [tag, declared] of cases) {
      expect(decided(tag, product).verdict, tag).to.equal('runs');
      const { verdict, reason } = decided(tag, declared);
      expect(verdict, tag).to.equal('unsupported');
      expectBoth(reason);
    }
    expect(decided('@if:relay-certificate', without({ relays: ['tls'] })).verdict).to.equal('runs');
  });
  it('takes it for granted that an EDR ships a log: without one, it fails as declared', async () => {
    const { product } = await loadProduct('minimal');
    const { verdict, reason } = decided('@requires:telemetry', product);
    expect(verdict).to.equal('fail');
    expectBoth(reason);
    expect(decided('@requires:telemetry', (await loadProduct('reference')).product).verdict).to.equal('runs');
  });
  it('leaves updates, the shell and tenants to those that declare them', async () => {
    for (const id of ['static-proxy', 'internet-only', 'minimal', 'syslog-ng-shipper']) {
      const { product } = await loadProduct(id);
      for (const tag of ['@if:self-update', '@if:offline-content', '@if:response-shell', '@if:tenant-change'])
        expect(decided(tag, product).verdict, `${id} ${tag}`).to.equal('unsupported');
    }
  });
  it('names a condition that nobody knows', async () => {
    const { product } = await loadProduct('reference');
    expect(() => decided('@if:magic', product)).to.throw('no condition is called magic');
  });
  it('says in both languages that a kind is not declared', () => {
    expectBoth(undeclaredRelay('pac').reason);
    expect(undeclaredRelay('pac').verdict).to.equal('unsupported');
  });
});
