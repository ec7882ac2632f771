/** An endpoint and a neighbour, who says what it has heard, in each way in which they may be in contact. */
import type { Contact } from '../checks/isolation.ts';
import { freshNonce } from './random.ts';
import type { Session } from './session.ts';

const SECONDS = '2';
/** Each knock has a port of its own, where nobody listens and from where the kernel opens no connections. */
const FIRST_PORT = 61_001;
/** Where witnesses hear datagrams. */
const DATAGRAMS = 514;
/** Sent from a socket that is connected to nobody. One may get lost on its way, and nobody answers: the same words, often. */
const SEND = `use Socket; my ($host, $port, $words) = @ARGV; my $sent = 0;
socket(my $socket, AF_INET, SOCK_DGRAM, 0) or exit 1;
for (1 .. 5) { $sent++ if send($socket, $words, 0, pack_sockaddr_in($port, inet_aton($host))); select undef, undef, undef, 0.2 }
exit($sent ? 0 : 1);`;
/** So much longer than an order to isolate may take does a standing connection wait for words, s. */
const SPARE_S = 110;

/** Says each word that it is handed over one connection, and writes down what came of it; ends when no more come. */
const STANDING = `trap '' PIPE; exec 3<>"/dev/tcp/$1/80" 4<>"$2" || exit
while read -r -t "$3" -u 4 word; do printf 'GET /%s HTTP/1.1\\r\\n' "$word" >&3; echo $? >"$2.$word"; done`;
const BESIDE = 'mkfifo "$2"; setsid bash -c "$0" bash "$@" </dev/null >/dev/null 2>&1 &';
/** Hands it a word; prints what came of it. */
const SAY =
  'echo "$2" >"$1"; for try in $(seq 30); do [ -s "$1.$2" ] && exec cat "$1.$2"; sleep 0.1; done; exit 1';
const handed = ({ nonce }: Pick<Contact, 'nonce'>): string => `/var/tmp/standing-${nonce}`;

/** An ordinary user of the endpoint speaks to a neighbour, by its name in the topology. `during`: while it was isolated. */
export async function speak(session: Session, neighbour: string, during: boolean): Promise<Contact> {
  const nonce = freshNonce();
  const url = `http://${addressOf(session, neighbour)}/${nonce}`;
  const argv = ['curl', '--silent', '--noproxy', '*', '--max-time', SECONDS, '--output', '/dev/null', url];
  const { exit } = await session.inEndpoint(`speaking to ${neighbour}`, (endpoint) =>
    endpoint.exec(argv, { user: 'staff', timeoutMs: 10_000 }),
  );
  return noted(session, { nonce, way: 'out', during }, { neighbour, exit });
}

/** An ordinary user of the endpoint sends words to a neighbour that are part of no connection. */
export async function send(session: Session, neighbour: string, during: boolean): Promise<Contact> {
  const nonce = freshNonce();
  const argv = ['perl', '-e', SEND, addressOf(session, neighbour), String(DATAGRAMS), nonce];
  const { exit } = await session.inEndpoint(`sending to ${neighbour}`, (endpoint) =>
    endpoint.exec(argv, { user: 'staff', timeoutMs: 10_000 }),
  );
  return noted(session, { nonce, way: 'datagram', during }, { neighbour, exit });
}

/** The neighbour tries to connect to the endpoint: one that is not isolated accepts or refuses. `nth`: no other knock has it. */
export async function knock(
  session: Session,
  neighbour: string,
  during: boolean,
  nth: number,
): Promise<Contact> {
  const nonce = freshNonce();
  const port = FIRST_PORT + nth;
  const outcome = await session.inEndpoint(`knocking from ${neighbour}`, ({ name }) =>
    session.lab.knock(neighbour, name, port, nonce),
  );
  return noted(session, { nonce, way: 'in', during }, { neighbour, port, outcome });
}

/** An ordinary user opens a connection to a neighbour that stays, and says the first words. */
export async function stand(session: Session, neighbour: string): Promise<Contact> {
  const first: Contact = { nonce: freshNonce(), way: 'standing', during: false };
  const seconds = Math.ceil(session.within('command') / 1000) + SPARE_S;
  const places = [addressOf(session, neighbour), handed(first), String(seconds)];
  await session.inEndpoint(`connecting to ${neighbour}`, (endpoint) =>
    endpoint.exec(['sh', '-c', BESIDE, STANDING, ...places], { user: 'staff', timeoutMs: 10_000 }),
  );
  return said(session, neighbour, first, first);
}
/** More words over the connection whose first words those were, while the endpoint is isolated. */
export function sayMore(session: Session, neighbour: string, first: Contact): Promise<Contact> {
  return said(session, neighbour, first, { nonce: freshNonce(), way: 'standing', during: true });
}
async function said(session: Session, neighbour: string, first: Contact, now: Contact): Promise<Contact> {
  const argv = ['timeout', '5', 'sh', '-c', SAY, 'sh', handed(first), now.nonce];
  const { stdout } = await session.inEndpoint(`saying more to ${neighbour}`, (endpoint) =>
    endpoint.exec(argv, { user: 'staff', timeoutMs: 10_000 }),
  );
  return noted(session, now, { neighbour, exit: /^\d+$/m.test(stdout) ? Number(stdout) : null });
}

function noted(session: Session, contact: Contact, how: Readonly<Record<string, unknown>>): Contact {
  const { nonce, way } = contact;
  session.history.record('harness', {
    kind: 'endpoint.state',
    endpoint: session.endpoint.name,
    by: way === 'in' ? 'beside' : 'exec',
    what: 'contact',
    value: { nonce, way, ...how },
  });
  return contact;
}

function addressOf({ history }: Session, neighbour: string): string {
  const ready = history.events.findLast((event) => event.kind === 'lab.ready');
  const address = Object.values(ready?.nodes.find(({ name }) => name === neighbour)?.addresses ?? {})[0];
  if (address === undefined) throw new Error(`the topology has no neighbour ${neighbour}`);
  return address;
}
