/** Certificates of relays, made by openssl in the relay's own container. */
import type { StartedContainer } from '../engine/engine.ts';
import { LabError } from '../errors.ts';
import type { Certificate } from './software.ts';

const VALID_DAYS = 30;
const MAKE_MS = 60_000;

/** A new authority with a new key. */
export function makeAuthority(container: StartedContainer, name: string): Promise<Certificate> {
  const extensions =
    '-addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign';
  return make(container, name, `openssl req -x509 $NEW -subj "/O=heiiki/CN=$NAME" ${extensions} -out cert`);
}

/** A certificate for a server of that DNS name, with a new key. */
export function makeCertificate(
  container: StartedContainer,
  name: string,
  authority: Certificate,
): Promise<Certificate> {
  const script = `
printf %s "$AUTHORITY" > authority
openssl req -x509 $NEW -subj "/O=heiiki/CN=$NAME" -addext "subjectAltName=DNS:$NAME" \
  -addext basicConstraints=critical,CA:FALSE -addext extendedKeyUsage=serverAuth -CA authority -CAkey authority -out cert`;
  return make(container, name, script, { AUTHORITY: authority.cert + authority.key });
}

async function make(
  container: StartedContainer,
  name: string,
  script: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Certificate> {
  const NEW = `-newkey rsa:2048 -noenc -keyout key -days ${VALID_DAYS}`;
  const made = await container.run(
    [
      'sh',
      '-ec',
      `umask 077; folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"\n${script} 2>openssl.log || { cat openssl.log >&2; exit 1; }\ncat key cert`,
    ],
    { env: { ...env, NEW, NAME: name }, timeoutMs: MAKE_MS },
  );
  const begin = made.stdout.indexOf('-----BEGIN CERTIFICATE');
  if (made.exit !== 0 || begin < 0)
    throw new LabError('relay', `openssl made no certificate for ${name}`, made.stderr.trim());
  return { key: made.stdout.slice(0, begin), cert: made.stdout.slice(begin) };
}

/** SHA-256 fingerprint of what a server shows for that name; undefined if it shows none within the time. */
export async function shownCertificate(
  from: StartedContainer,
  address: string,
  name: string,
  seconds: number,
): Promise<string | undefined> {
  const script = `timeout "$SECONDS_" openssl s_client -connect "$ADDRESS" -servername "$NAME" </dev/null 2>/dev/null | openssl x509 -noout -fingerprint -sha256`;
  const { stdout } = await from.run(['sh', '-c', script], {
    env: { ADDRESS: address, NAME: name, SECONDS_: String(seconds) },
    timeoutMs: seconds * 1000 + MAKE_MS,
  });
  return /Fingerprint=([0-9A-F:]+)/.exec(stdout)?.[1];
}
