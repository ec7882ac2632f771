/** A tunnel by HTTP CONNECT (RFC 9110 §9.3.6), with sign-in where the relay wants one. */
import type { Duplex } from 'node:stream';
import type { HostPort } from './dial.ts';
import { PageError, RouteError, SentElsewhere } from './failure.ts';
import type { SignIn } from './sign-in.ts';

const MAX_ANSWER = 16_384;
/** A challenge, and another one if what it was answered with has grown old. */
const MOST_ROUNDS = 2;

/** The Host header names the target with its port, as strict relays want it. */
export function connectRequest(target: HostPort, namesHost: boolean, authorization?: string): string {
  const authority = `${target.host}:${target.port}`;
  const host = namesHost ? `Host: ${authority}\r\n` : '';
  const account = authorization === undefined ? '' : `Proxy-Authorization: ${authorization}\r\n`;
  return `CONNECT ${authority} HTTP/1.1\r\n${host}${account}\r\n`;
}

interface Asking {
  readonly target: HostPort;
  readonly namesHost: boolean;
  readonly byHand?: boolean;
}

/** Resolves with a socket that leads to the target. `reach` opens one to the relay. */
export function askRelay(reach: () => Promise<Duplex>, signIn: SignIn, asking: Asking): Promise<Duplex> {
  const authority = `${asking.target.host}:${asking.target.port}`;
  const ask = async (sent: string | undefined) => {
    const socket = await reach();
    socket.write(connectRequest(asking.target, asking.namesHost, sent));
    return { sent, socket, ...(await head(socket)) };
  };
  return signIn.inTurn(async () => {
    signIn.mayTry(performance.now(), asking.byHand ?? false);
    let answer = await ask(signIn.unasked(authority));
    for (let rounds = 1; answer.status === 407; rounds += 1) {
      answer.socket.destroy();
      if (rounds > MOST_ROUNDS) throw signIn.refused(performance.now());
      signIn.challenged(answer.challenges, answer.sent, performance.now());
      answer = await ask(signIn.header(authority));
    }
    if (answer.status < 200 || answer.status > 299) {
      answer.socket.destroy();
      if (answer.status >= 300 && answer.status < 400) throw new SentElsewhere(answer.status);
      throw new RouteError('denied', `the relay refused with status ${answer.status}`);
    }
    // A gateway that shows its page instead says 200 as well.
    if (answer.isPage) {
      answer.socket.destroy();
      throw new PageError(`the relay, asked for ${authority}`);
    }
    if (answer.sent !== undefined) signIn.accepted();
    return answer.socket;
  });
}

interface Head {
  readonly status: number;
  /** values of Proxy-Authenticate */
  readonly challenges: readonly string[];
  readonly isPage: boolean;
}

/** The answer's head; what came after it stays in the socket. */
async function head(socket: Duplex): Promise<Head> {
  const text = await headText(socket);
  const [, status] = /^HTTP\/1\.\d (\d{3})/.exec(text) ?? [];
  if (status === undefined) throw new RouteError('untrusted', 'what answers at the relay is no HTTP proxy');
  const challenges = [...text.matchAll(/^proxy-authenticate:\s*(.+?)\s*$/gim)].map(([, value = '']) => value);
  const isPage = /^content-type:\s*text\/html/im.test(text);
  return { status: Number(status), challenges, isPage };
}

function headText(socket: Duplex): Promise<string> {
  return new Promise((resolve, reject) => {
    let got = Buffer.alloc(0);
    const finish = (act: () => void) => {
      socket.off('data', onData).off('error', onEnd).off('close', onEnd).off('end', onEnd);
      socket.pause();
      act();
    };
    const onEnd = (cause?: unknown) =>
      finish(() =>
        reject(
          cause instanceof Error ? cause : new RouteError('closed', 'the relay hung up instead of an answer'),
        ),
      );
    const onData = (chunk: Buffer) => {
      got = Buffer.concat([got, chunk]);
      const end = got.indexOf('\r\n\r\n');
      if (end < 0 && got.length <= MAX_ANSWER) return;
      if (end < 0) {
        finish(() => reject(new RouteError('untrusted', 'the relay answers without end')));
        return;
      }
      finish(() => {
        if (got.length > end + 4) socket.unshift(got.subarray(end + 4));
        resolve(got.subarray(0, end).toString('latin1'));
      });
    };
    socket.on('data', onData).once('error', onEnd).once('close', onEnd).once('end', onEnd);
  });
}
