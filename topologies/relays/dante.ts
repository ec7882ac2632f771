/** Dante: SOCKS5 (RFC 1928), with user name and password (RFC 1929) if clients have to sign in. */
import { isIPv4 } from 'node:net';
import type { RelayLine } from '../evidence/relay-log.ts';
import { parseDestination } from './software.ts';
import type { RelaySettings, Software } from './software.ts';

const CONFIG = '/tmp/dante.conf';
const ACCOUNT = '/tmp/dante.account';
/** of its log; everything that is not debugging, and of that how a request begins and is answered */
const KEPT =
  'info|notice|warning|error|alert|emerg|debug: dorequest\\(\\): command 1|debug: send_response\\(\\)';
/** Nobody of the image has it. */
const UID = 1999;

export const dante: Software = {
  process: 'dante',
  // It looks accounts up in the system's own files.
  user: 'root',
  /**
   * Only its debugging log says which name a client asked for, and that there is no such name: rules and the usual
   * log know addresses alone. Of that, some 50 lines a request, those are kept that are read here.
   */
  argv: [
    'bash',
    '-c',
    `exec danted -d 1 -f ${CONFIG} 2> >(exec grep --line-buffered -E '\\]: (${KEPT})' >&2)`,
  ],
  end: 'TERM',
  ready: /Dante\/server\S* \S+ running/,
  files: (settings) => ({
    [CONFIG]: danteConfig(settings),
    ...(settings.signIn === null ? {} : { [ACCOUNT]: settings.signIn.account.password }),
  }),
  prepare: ({ signIn }) =>
    signIn === null
      ? ''
      : [
          `sed -i '/^[^:]*:x:${UID}:/d' /etc/passwd; sed -i '/:${UID}$/d' /etc/shadow`,
          `echo '${signIn.account.user}:x:${UID}:${UID}::/nonexistent:/usr/sbin/nologin' >> /etc/passwd`,
          // The last field of shadow is reserved; here it says which lines are ours.
          `echo '${signIn.account.user}':"$(openssl passwd -6 -in ${ACCOUNT})":19000:0:99999:7:::${UID} >> /etc/shadow`,
        ].join('\n'),
  reader: () => {
    const log = new DanteLog();
    return (line) => log.push(line);
  },
};

export function danteConfig({ listen, outward, allow, signIn }: RelaySettings): string {
  return [
    'logoutput: stderr',
    ...listen.map((address) => `internal: ${address.replace(':', ' port = ')}`),
    `external: ${outward}`,
    'user.privileged: root',
    'user.unprivileged: nobody',
    'clientmethod: none',
    `socksmethod: ${signIn === null ? 'none' : 'username'}`,
    'client pass {\n  from: 0/0 to: 0/0\n}',
    ...allow.map((destination) => {
      const { host, port } = parseDestination(destination);
      const to = isIPv4(host) ? `${host}/32` : host;
      return `socks pass {\n  from: 0/0 to: ${to} port = ${port}\n  command: connect\n  log: connect disconnect error\n}`;
    }),
    'socks block {\n  from: 0/0 to: 0/0\n  log: connect error\n}',
    '',
  ].join('\n');
}

interface Asked {
  readonly target: string;
  readonly begun: number;
  /** process of the relay that has it until the way is open */
  readonly by: string;
}
const REFUSED = '2';

/** Its lines on one connection are held together by the client's address and port. */
export class DanteLog {
  readonly #asked = new Map<string, Asked>();

  push(line: string): RelayLine | undefined {
    const [, seconds = '', by = '', text = ''] =
      /^\S+ +\d+ \S+ \((\d+\.\d+)\) danted\[(\d+)\]: (.*?)\s*$/.exec(line) ?? [];
    const at = Math.round(Number(seconds) * 1000);
    const [, client, name] =
      /command 1 request received from client (\S+)\. .* address: (\S+)$/.exec(text) ?? [];
    if (client !== undefined && name !== undefined) {
      this.#asked.set(client, { target: dotted(name), begun: at, by });
      return undefined;
    }
    return this.#answered(text, at, by) ?? this.#ended(text, at);
  }

  /** A request that came to no rule and to no connection, as its name does not exist, has no other line. */
  #answered(text: string, at: number, by: string): RelayLine | undefined {
    const [, reply] = /^debug: send_response\(\): sending response: VER: 5 REP: (\d+)/.exec(text) ?? [];
    const [client] = [...this.#asked].find(([, asked]) => asked.by === by) ?? [];
    if (reply === undefined || reply === '0' || client === undefined) return undefined;
    return this.#line(client, at, { status: reply === REFUSED ? 403 : 502, decision: `reply ${reply}` });
  }

  /** Bytes: "from the destination -> client relay -> from the client, …"; none where it was refused. */
  #ended(text: string, at: number): RelayLine | undefined {
    const [, rule, down = '0', client, up = '0', rest = ''] =
      /^info: (pass|block)\(\d+\): tcp\/connect \]: (?:(\d+) -> )?(\S+) \S+ -> (?:(\d+), )?(.*)$/.exec(
        text,
      ) ?? [];
    if (rule === undefined || client === undefined) return undefined;
    const status = rule === 'block' ? 403 : /: remote peer error/.test(rest) && down === '0' ? 502 : 200;
    const user = /^username%([^@]+)@/.exec(client)?.[1];
    const line = this.#line(client.replace(/^.*@/, ''), at, { status, decision: rule });
    return { ...line, bytesUp: Number(up), bytesDown: Number(down), ...(user === undefined ? {} : { user }) };
  }

  #line(client: string, at: number, outcome: Pick<RelayLine, 'status' | 'decision'>): RelayLine {
    const asked = this.#asked.get(client);
    this.#asked.delete(client);
    return {
      at,
      client: client.replace(/\.\d+$/, ''),
      method: 'SOCKS5',
      target: asked?.target ?? 'error:unknown',
      ...outcome,
      hostHeader: null,
      bytesUp: 0,
      bytesDown: 0,
      ms: asked === undefined ? 0 : Math.max(0, at - asked.begun),
    };
  }
}

/** It writes `host.port`. */
const dotted = (place: string): string => place.replace(/\.(\d+)$/, ':$1');
