/** What the harness itself does and knows where certificates matter. */
import { OCSP_URL } from '../../mocks/cloud/certificate.ts';
import { freshNonce } from './random.ts';
import { CLOUD_HOST } from './places.ts';
import type { Session } from './session.ts';

/** Named by the cloud's certificate; nobody listens there. */
export const REVOCATION_HOST = new URL(OCSP_URL).hostname;

/** Asks the cloud from the endpoint with any certificate accepted; the relay's log then shows whether it looks inside. */
export async function askThroughInspection(session: Session): Promise<string> {
  const nonce = freshNonce();
  const proxy = `http://${session.relay().access('closed').address}`;
  const url = `https://${CLOUD_HOST}/${nonce}`;
  const argv = ['curl', '--silent', '--show-error', '--insecure', '--max-time', '10', '--proxy', proxy, url];
  const result = await session.endpoint.exec(argv, { user: 'staff', timeoutMs: 20_000 });
  session.history.record('harness', {
    kind: 'endpoint.state',
    endpoint: session.endpoint.name,
    by: 'exec',
    what: 'inspected request',
    value: { exit: result.exit, nonce, stderr: result.stderr.slice(0, 500) },
  });
  return nonce;
}

const STORE = '/etc/ssl/certs/ca-certificates.crt';
const LOCAL = '/usr/local/share/ca-certificates/relay.crt';

/** Puts the relay's authority, if it has one, where programs of the endpoint look for those that they trust. */
export async function trustRelay(session: Session): Promise<void> {
  const { ca } = session.relay().access('closed');
  if (ca === undefined) return;
  const { endpoint } = session;
  await endpoint.put([{ path: LOCAL, content: ca, mode: 0o644 }]);
  const script = `cat ${LOCAL} >> ${STORE} && tail -n 1 ${STORE}`;
  const { exit, stderr } = await endpoint.exec(['sh', '-c', script], { user: 'root', timeoutMs: 20_000 });
  if (exit !== 0) throw new Error(`the authority could not be put into the trust store: ${stderr}`);
}
