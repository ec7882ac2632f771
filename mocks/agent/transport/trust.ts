/** Whose certificate is the cloud's, or the relay's: TLS as the honest agent and the broken ones do it. */
import { isIP } from 'node:net';
import { checkServerIdentity, connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import type { Duplex } from 'node:stream';
import { RouteError } from './failure.ts';

export interface TrustStyle {
  /** what is wrong with a certificate and accepted nevertheless */
  readonly accepts: 'nothing-wrong' | 'any-issuer-behind-relay' | 'any-name';
  /** called with the certificate before it is taken, if it names places where its revocation is told */
  readonly askRevocation: ((places: readonly string[]) => Promise<void>) | null;
}

/** An issuer that is not known, as Node calls it. */
const ISSUER = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
]);

export interface Handshake {
  readonly host: string;
  /** PEM of the authorities that are trusted; the system's if there is none */
  readonly ca: readonly string[];
  readonly throughRelay: boolean;
  readonly style: TrustStyle;
  readonly opened: (socket: TLSSocket) => void;
}

/** Resolves when the other end has proven to be `host`. Nothing but the handshake was sent by then. */
export async function secured(socket: Duplex, handshake: Handshake): Promise<TLSSocket> {
  const { host, ca, style, throughRelay, opened } = handshake;
  const anyIssuer = style.accepts === 'any-issuer-behind-relay' && throughRelay;
  const secure = connect({
    socket,
    ...(isIP(host) === 0 ? { servername: host } : {}),
    host,
    ...(ca.length > 0 ? { ca: [...ca] } : {}),
    minVersion: 'TLSv1.2',
    ALPNProtocols: ['http/1.1'],
    rejectUnauthorized: !anyIssuer,
    checkServerIdentity: (name, certificate) =>
      style.accepts === 'any-name' ? undefined : checkServerIdentity(name, certificate),
  });
  opened(secure);
  await agreed(secure);
  const certificate = secure.getPeerCertificate();
  if (anyIssuer) refuseAllBut(ISSUER, secure, host, certificate);
  const places = revocationPlaces(certificate);
  if (style.askRevocation && places.length > 0) await style.askRevocation(places);
  return secure;
}

function agreed(secure: TLSSocket): Promise<void> {
  return new Promise((resolve, reject) => {
    const cut = () => reject(new RouteError('closed', 'cut during the TLS handshake'));
    secure.once('error', reject);
    secure.once('close', cut);
    secure.once('secureConnect', () => {
      secure.off('close', cut).off('error', reject);
      secure.on('error', () => undefined);
      resolve();
    });
  });
}

function refuseAllBut(
  accepted: ReadonlySet<string>,
  secure: TLSSocket,
  host: string,
  certificate: PeerCertificate,
): void {
  // Node's type says Error; what is there is the code.
  const code = String(secure.authorizationError);
  const problem =
    secure.authorized || accepted.has(code) ? checkServerIdentity(host, certificate)?.message : code;
  const expired = Date.parse(certificate.valid_to) < Date.now() ? 'certificate has expired' : undefined;
  if (problem ?? expired) throw new RouteError('untrusted', `${host}: ${problem ?? expired ?? ''}`);
}

function revocationPlaces({ infoAccess }: PeerCertificate): string[] {
  return infoAccess?.['OCSP - URI'] ?? [];
}
