/** An ordinary user with curl, as a login shell would start it: with whatever proxy the endpoint has set. */
import { freshNonce } from './random.ts';
import { CLOUD_CA, CLOUD_HOST } from './places.ts';
import type { Session } from './session.ts';

export async function curlToCloud(session: Session): Promise<void> {
  const { endpoint } = session;
  const nonce = freshNonce();
  const url = `https://${CLOUD_HOST}/${nonce}`;
  const script =
    'set -a; [ -r /etc/environment ] && . /etc/environment; set +a; exec curl --silent --show-error --max-time 3 --cacert "$1" "$2"';
  const result = await endpoint.exec(['bash', '-lc', script, 'curl', CLOUD_CA, url], {
    user: 'staff',
    timeoutMs: 10_000,
  });
  session.history.record('harness', {
    kind: 'endpoint.state',
    endpoint: endpoint.name,
    by: 'exec',
    what: 'curl',
    value: { exit: result.exit, nonce, url, stderr: result.stderr.slice(0, 500) },
  });
}
