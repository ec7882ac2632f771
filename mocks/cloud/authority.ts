/** The certificate authority of one run; products under test are told to trust it. */

/** Makes a new authority (RSA 2048). Both parts are PEM text. */
export async function makeAuthority(): Promise<{ certPem: string; keyPem: string }> {
  const { generateCACertificate } = await import('mockttp');
  const { cert, key } = await generateCACertificate({
    subject: { commonName: 'heiiki run authority', organizationName: 'heiiki' },
    bits: 2048,
  });
  return { certPem: cert, keyPem: key };
}
