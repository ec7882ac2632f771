/** Certificates of our own making: right ones, wrong ones, and one that says where its revocation is told. */
import { createPrivateKey, generateKeyPairSync, randomBytes, sign, X509Certificate } from 'node:crypto';
import { bits, context, integer, oid, sequence, set, text, time } from './der.ts';

export const CERTIFICATES = [
  'certificate-wrong-name',
  'certificate-expired',
  'certificate-unknown-ca',
  'certificate-with-ocsp',
  'certificate-by-clock',
] as const;
export type CertificateKind = (typeof CERTIFICATES)[number];
export const isCertificate = (word: string): word is CertificateKind =>
  (CERTIFICATES as readonly string[]).includes(word);

/** What the one for another name is for, and where revocation would be told (nobody listens there). */
export const OTHER_NAME = 'www.other.test';
export const OCSP_URL = 'http://ocsp.cloud.test/';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export interface Issuer {
  readonly certPem: string;
  readonly keyPem: string;
}
export interface Issued {
  readonly cert: string;
  readonly key: string;
}

/**
 * For a server of that name, with what is wrong with it; null: nothing. `issuer`: the run's authority. `now`: by the cloud's clock,
 * which may be wrong; `by-clock` is one that was issued a moment ago by that clock.
 */
export function certificateFor(
  kind: CertificateKind | null,
  name: string,
  issuer: Issuer,
  now = Date.now(),
): Issued {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const subject = kind === 'certificate-wrong-name' ? OTHER_NAME : name;
  const authority = kind === 'certificate-unknown-ca' ? stranger() : known(issuer);
  const body = sequence(
    context(0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    SHA256_WITH_RSA,
    authority.name,
    sequence(...validity(kind).map((ms) => time(now + ms))),
    nameOf(subject),
    publicKey.export({ type: 'spki', format: 'der' }),
    context(3, extensions(subject, kind === 'certificate-with-ocsp')),
  );
  const certificate = sequence(body, SHA256_WITH_RSA, bits(sign('sha256', body, authority.key)));
  return {
    cert: pem(certificate),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function validity(kind: CertificateKind | null): readonly [number, number] {
  switch (kind) {
    case 'certificate-expired':
      return [-9 * DAY, -DAY];
    case 'certificate-by-clock':
      return [-5 * MINUTE, 9 * DAY];
    default:
      return [-HOUR, 9 * DAY];
  }
}

const SHA256_WITH_RSA = sequence(oid('2a864886f70d01010b'), Buffer.from([5, 0]));
const COMMON_NAME = oid('550403');
const nameOf = (name: string): Buffer => sequence(set(sequence(COMMON_NAME, text(0x0c, name))));

function known({ certPem, keyPem }: Issuer) {
  return { name: subjectOf(new X509Certificate(certPem).raw), key: createPrivateKey(keyPem) };
}
/** The right name, and a key that nobody knows: only a check of the signature finds it out. */
function stranger() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { name: nameOf('Unknown authority'), key: privateKey };
}

function extensions(name: string, withOcsp: boolean): Buffer {
  const alternative = sequence(oid('551d11'), text(0x04, sequence(text(0x82, name))));
  const serverAuth = sequence(oid('551d25'), text(0x04, sequence(oid('2b06010505070301'))));
  const access = sequence(
    oid('2b06010505070101'),
    text(0x04, sequence(sequence(oid('2b06010505073001'), text(0x86, OCSP_URL)))),
  );
  return sequence(alternative, serverAuth, ...(withOcsp ? [access] : []));
}

/** DER of the subject: the sixth element of the body, after version, serial, algorithm, issuer and validity. */
function subjectOf(certificate: Buffer): Buffer {
  let at = header(certificate, header(certificate, 0).from).from;
  for (let skip = 0; skip < 5; skip += 1) at = header(certificate, at).to;
  return certificate.subarray(at, header(certificate, at).to);
}
function header(der: Buffer, at: number): { from: number; to: number } {
  const first = der[at + 1] ?? 0;
  const octets = first < 0x80 ? 0 : first & 0x7f;
  const length = octets === 0 ? first : der.readUIntBE(at + 2, octets);
  const from = at + 2 + octets;
  return { from, to: from + length };
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
