/** nft scripts for the relay's namespace. All are one table, so that taking one away leaves nothing of it. */

export const TABLE = 'heiiki_fault';
export const FORGET_RULES = `nft delete table inet ${TABLE}`;
/** where the answerer listens: new connections to the relay are sent there */
export const ANSWER_PORT = 47_128;
/** where the sink listens: what is measured there goes through the same rules as what goes to the relay */
export const SINK_PORT = 47_129;

/** The relay on the side of its clients. */
export interface Place {
  readonly addresses: readonly string[];
  readonly port: number;
}

/** Resets what is open, also where nobody sends; a kernel that cannot do it does nothing. */
export const cutCommand = ({ port }: Place): string => `ss -KHt state established '( sport = :${port} )'`;

const to = ({ addresses }: Place): string => `ip daddr { ${addresses.join(', ')} }`;
const from = ({ addresses }: Place): string => `ip saddr { ${addresses.join(', ')} }`;
const both = ({ port }: Place): string => `{ ${port}, ${SINK_PORT} }`;

/** An answer to a segment that is a reset itself would go on for ever. */
const RESET_ANSWER = 'tcp flags & rst == 0 reject with tcp reset';

function table(into: readonly string[], out: readonly string[], more: readonly string[] = []): string {
  return [
    `table inet ${TABLE} {`,
    `  chain in { type filter hook input priority 0; policy accept;`,
    ...into.map((rule) => `    ${rule}`),
    '  }',
    `  chain out { type filter hook output priority 0; policy accept;`,
    ...out.map((rule) => `    ${rule}`),
    '  }',
    ...more,
    '}',
    '',
  ].join('\n');
}

/** Refuses new connections; open ones are answered with a reset at the next segment in either direction. */
export const refuse = (place: Place): string =>
  table(
    [`${to(place)} tcp dport ${place.port} reject with tcp reset`],
    [`${from(place)} tcp sport ${place.port} ${RESET_ANSWER}`],
  );

export const dropProxy = (place: Place): string =>
  table([`${to(place)} tcp dport ${place.port} drop`], [`${from(place)} tcp sport ${place.port} drop`]);

const echoRequest = (place: Place): string => `${to(place)} icmp type echo-request drop`;

export const dropPing = (place: Place): string => table([echoRequest(place)], []);

export const dropAll = (place: Place): string =>
  table(
    [`${to(place)} tcp dport ${place.port} drop`, echoRequest(place)],
    [`${from(place)} tcp sport ${place.port} drop`],
  );

/** New connections reach the answerer; what still arrives at the relay's own port was open before. */
export const answerInstead = (place: Place): string =>
  table(
    [`${to(place)} tcp dport ${place.port} reject with tcp reset`],
    [`${from(place)} tcp sport ${place.port} ${RESET_ANSWER}`],
    [
      '  chain instead { type nat hook prerouting priority -100; policy accept;',
      `    ${to(place)} tcp dport ${place.port} tcp flags & (fin|syn|rst|ack) == syn redirect to :${ANSWER_PORT}`,
      '  }',
    ],
  );

/** Counts what a client has sent in one connection, headers of packets included. */
export const limitBody = (place: Place, bytes: number): string =>
  table(
    [`${to(place)} tcp dport ${both(place)} ct original bytes > ${bytes} reject with tcp reset`],
    [`${from(place)} tcp sport ${both(place)} ct original bytes > ${bytes} ${RESET_ANSWER}`],
  );

export const lose = (place: Place, percent: number): string => {
  const unlucky = `numgen random mod 1000 < ${Math.round(percent * 10)} drop`;
  return table(
    [
      `${to(place)} tcp dport ${both(place)} ${unlucky}`,
      `${to(place)} udp dport ${SINK_PORT} ${unlucky}`,
      `${to(place)} icmp type echo-request ${unlucky}`,
    ],
    [
      `${from(place)} tcp sport ${both(place)} ${unlucky}`,
      `${from(place)} udp sport ${SINK_PORT} ${unlucky}`,
      `${from(place)} icmp type echo-reply ${unlucky}`,
    ],
  );
};

/** What may pass at once beyond the rate: some full packets, or nothing would get through a slow line. */
const BURST = 16_384;
/** What an idle line lets pass at once: kernels count a second's worth on top of the burst. */
export const burstBytes = (bitsPerSecond: number): number => Math.round(bitsPerSecond / 8) + BURST;

export const limitRate = (place: Place, bitsPerSecond: number): string => {
  const over = `limit rate over ${Math.max(1, Math.round(bitsPerSecond / 8))} bytes/second burst ${BURST} bytes drop`;
  return table(
    [`${to(place)} tcp dport ${both(place)} ${over}`],
    [`${from(place)} tcp sport ${both(place)} ${over}`],
  );
};
