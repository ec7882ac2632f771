import { spawn } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { expect } from 'chai';

const PROGRAM = `${import.meta.dirname}/outsider.mjs`;

/** Bound to a port that was free. */
async function bound(): Promise<Socket> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

describe('an outsider', () => {
  it('says what has come before it is ended, also a datagram that it has not read yet', async () => {
    const free = await bound();
    const { port } = free.address();
    free.close();
    const settings = { relay: false, signIn: false, address: '127.0.0.1', tcp: [], udp: [port] };
    const files = { key: PROGRAM, cert: PROGRAM };
    const child = spawn(process.execPath, [
      '--input-type=module',
      '-e',
      readFileSync(PROGRAM, 'utf8'),
      JSON.stringify({ ...settings, ...files }),
    ]);
    const heard = text(child.stdout);
    await once(child.stderr, 'data');
    const client = await bound();
    // It finds both at once when it goes on.
    child.kill('SIGSTOP');
    for (const word of ['one', 'two', 'three'])
      await new Promise((sent) => client.send(word, port, '127.0.0.1', sent));
    child.kill('SIGTERM');
    child.kill('SIGCONT');
    client.close();
    const said = (await heard)
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line));
    expect(said).to.have.length(3);
    expect(said[2]).to.include({ what: 'datagram', protocol: 'udp', port, text: 'three' });
  });
});
