import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { expect } from 'chai';
import type { Policy } from '../cloud/protocol/types.ts';
import type { Behaviour } from './flaws.ts';
import { parsePolicy, PolicyInForce } from './policy.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const policy = (more: Partial<Policy> = {}): Policy => ({
  revision: 1,
  mode: 'detect',
  indicators: [],
  allowlist: [],
  uninstallProtection: 'on',
  ...more,
});
const allow = (value: string) => ({ kind: 'sha256', value }) as const;

describe('a policy', () => {
  it('is taken as it is', () => {
    const whole = policy({ indicators: [{ sha256: A, name: 'x' }], relay: null });
    expect(parsePolicy(structuredClone(whole))).to.deep.equal(whole);
  });
  it('is refused whole when one entry is malformed', () => {
    expect(parsePolicy({ ...policy(), allowlist: [allow(A), { kind: 'sha256', value: 'short' }] })).to.equal(
      'its allowlist is malformed',
    );
    expect(parsePolicy({ ...policy(), indicators: [{ sha256: 'A'.repeat(64), name: 'x' }] })).to.be.a(
      'string',
    );
    expect(parsePolicy({ ...policy(), mode: 'sleep' })).to.equal('its mode is unknown');
    expect(parsePolicy(null)).to.equal('it is no object');
  });
});

describe('the policy in force', () => {
  let folder: string;
  let count = 0;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'policy-'));
  });
  after(() => rmSync(folder, { recursive: true }));
  const fresh = (style: Behaviour['allowlist'] = 'as-given') =>
    new PolicyInForce(join(folder, `p${(count += 1)}`), style);

  it('is there again after a restart, with its ETag', () => {
    const file = join(folder, 'kept');
    new PolicyInForce(file, 'as-given').take(policy({ revision: 7, mode: 'block' }), '"r7"');
    const again = new PolicyInForce(file, 'as-given');
    expect([again.revision, again.etag, again.blocks]).to.deep.equal([7, '"r7"', true]);
  });
  it('allows a file by its hash wherever it lies, and by path whatever it holds', () => {
    const now = fresh();
    now.take(policy({ allowlist: [allow(A), { kind: 'path', value: '/x' }] }), undefined);
    expect(now.allows({ path: '/any', sha256: A })).to.equal(true);
    expect(now.allows({ path: '/any', sha256: B })).to.equal(false);
    expect(now.allows({ path: '/x', sha256: B })).to.equal(true);
    expect(now.allows({ path: '/any', sha256: '' })).to.equal(false);
  });
  it('forgets an entry that was taken back', () => {
    const now = fresh();
    now.take(policy({ allowlist: [allow(A)] }), undefined);
    now.take(policy({ revision: 2 }), undefined);
    expect(now.allows({ path: '/any', sha256: A })).to.equal(false);
  });

  it('of the broken ones: ignored, by path once seen, never shrinking', () => {
    const [ignored, byPath, sticky] = [fresh('ignored'), fresh('by-path-once-seen'), fresh('never-shrinks')];
    for (const one of [ignored, byPath, sticky]) one.take(policy({ allowlist: [allow(A)] }), undefined);
    expect(ignored.allows({ path: '/p', sha256: A })).to.equal(false);
    expect(byPath.allows({ path: '/p', sha256: B }), 'not seen yet').to.equal(false);
    expect(byPath.allows({ path: '/p', sha256: A })).to.equal(true);
    expect(byPath.allows({ path: '/p', sha256: B })).to.equal(true);
    for (const one of [byPath, sticky]) one.take(policy({ revision: 2 }), undefined);
    expect(byPath.allows({ path: '/p', sha256: B }), 'the entry is gone').to.equal(false);
    expect(sticky.allows({ path: '/p', sha256: A })).to.equal(true);
  });
});
