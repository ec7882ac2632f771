/**
 * Somebody who is no part of the product's world: takes what is sent and says all of it. As a stranger's relay it
 * answers CONNECT with 200 (after 407, if it asks for a sign-in) and is every destination itself, with a certificate
 * that has the right names and the wrong issuer. Argument: JSON { relay, signIn, address, tcp, udp, key, cert }.
 * Says one JSON object a line, numbered. Runs by itself in a node of the lab, so it imports nothing of the project.
 */
import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { TLSSocket } from 'node:tls';

const TLS_HANDSHAKE = 0x16;
const LAST_READ_MS = 100;
const MOST_TEXT = 4096;
const MOST_HEAD = 64 * 1024;

const { relay, signIn, address, tcp, udp, key, cert } = JSON.parse(process.argv[1]);
const identity = { key: readFileSync(key), cert: readFileSync(cert) };
let frames = 0;
let connections = 0;

function say(who, what, data = Buffer.alloc(0)) {
  const bytes = Buffer.isBuffer(data) ? data : Buffer.from(data);
  const text = bytes.toString('latin1', 0, MOST_TEXT).replace(/[^\x20-\x7e\r\n\t]/g, '.');
  process.stdout.write(`${JSON.stringify({ n: ++frames, ...who, what, bytes: bytes.length, text })}\n`);
}

/** What comes after the relay's part, or at once: TLS is answered, so that what is inside of it is seen, too. */
function hear(socket, who) {
  socket.once('data', (first) => {
    if (first[0] !== TLS_HANDSHAKE) {
      say(who, 'plain', first);
      socket.on('data', (more) => say(who, 'plain', more));
      socket.write('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n');
      return;
    }
    say(who, 'tls-hello', first);
    socket.pause();
    socket.unshift(first);
    const inside = new TLSSocket(socket, { isServer: true, ...identity });
    inside.once('secure', () => say(who, 'tls-accepted'));
    inside.on('data', (more) => {
      say(who, 'application', more);
      inside.write('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n');
    });
    inside.on('error', (error) => say(who, 'tls-refused', error.message));
    inside.on('end', () => inside.end());
  });
}

/** The head of a proxy request; anything else is a client that speaks to no relay, and is heard as it is. */
function beRelay(socket, who) {
  let head = Buffer.alloc(0);
  const take = (chunk) => {
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (!/^[A-Z]/.test(head.toString('latin1', 0, 1)) || head.length > MOST_HEAD) return giveBack(head);
    if (end < 0) return undefined;
    const request = head.subarray(0, end + 4);
    const rest = head.subarray(end + 4);
    head = Buffer.alloc(0);
    say(who, 'request', request);
    const text = request.toString('latin1');
    if (signIn && !/^proxy-authorization:/im.test(text)) {
      socket.write(
        'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="relay"\r\nContent-Length: 0\r\n\r\n',
      );
      return rest.length > 0 ? take(rest) : undefined;
    }
    if (text.startsWith('CONNECT ')) {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      return giveBack(rest);
    }
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n');
    return giveBack(rest);
  };
  const giveBack = (data) => {
    socket.off('data', take);
    hear(socket, who);
    if (data.length > 0) socket.unshift(data);
  };
  socket.on('data', take);
}

function accept(socket, port) {
  const from = { from: socket.remoteAddress ?? '', fromPort: socket.remotePort ?? 0 };
  const who = { connection: ++connections, ...from, port, protocol: 'tcp' };
  say(who, 'connected');
  socket.on('error', () => undefined);
  socket.once('close', () => say(who, 'ended'));
  if (relay) beRelay(socket, who);
  else hear(socket, who);
}

const listening = [
  ...tcp.map(
    (port) =>
      new Promise((resolve) =>
        createServer((socket) => accept(socket, port)).listen(port, address, () => resolve(undefined)),
      ),
  ),
  ...udp.map(
    (port) =>
      new Promise((resolve) => {
        const socket = createSocket('udp4');
        socket.on('message', (data, { address: from, port: fromPort }) =>
          say({ connection: ++connections, from, fromPort, port, protocol: 'udp' }, 'datagram', data),
        );
        socket.bind(port, address, () => resolve(undefined));
      }),
  ),
];
await Promise.all(listening);
// Nobody waits for an answer to a datagram: one that has come and was not read yet is heard before the end.
process.once('SIGTERM', () => setTimeout(() => process.exit(0), LAST_READ_MS));
process.stderr.write('listening\n');
