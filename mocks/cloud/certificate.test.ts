import { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { expect } from 'chai';
import { makeAuthority } from './authority.ts';
import { certificateFor } from './certificate.ts';

const HOUR = 3_600_000;

describe('a certificate by the clock of the cloud', () => {
  it('is of the known authority, valid from a moment before that time on', async () => {
    const authority = await makeAuthority();
    const now = Date.now();
    for (const off of [-10 * HOUR, HOUR]) {
      const { cert } = certificateFor('certificate-by-clock', 'edr.cloud.test', authority, now + off);
      const made = new X509Certificate(cert);
      expect(made.verify(new X509Certificate(authority.certPem).publicKey)).to.equal(true);
      expect(made.checkHost('edr.cloud.test')).to.equal('edr.cloud.test');
      expect(now + off - Date.parse(made.validFrom)).to.be.within(0, HOUR / 2);
      expect(Date.parse(made.validTo)).to.be.above(now);
    }
  });
});
