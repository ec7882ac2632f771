/** Is a machine there? Only a broken agent asks (flaws.ts): it says nothing about the proxy on that machine. */
import { execFile } from 'node:child_process';

const WAIT_S = 1;
/** ICMP without rights over the network: the kernel numbers and answers such a socket. Says "yes" or nothing. */
const ECHO = `use Socket;
socket(my $s, PF_INET, SOCK_DGRAM, 1) or exit; connect($s, pack_sockaddr_in(0, inet_aton($ARGV[0]) // exit)) or exit;
send($s, pack('CCnnn', 8, 0, 0, 0, 1) . 'heiiki', 0) or exit; my $r = ''; vec($r, fileno $s, 1) = 1;
print 'yes' if select($r, undef, undef, ${WAIT_S}) and defined recv($s, my $got, 100, 0);`;

export const answersPing = (host: string): Promise<boolean> =>
  new Promise((resolve) => {
    execFile('/usr/bin/perl', ['-e', ECHO, host], { timeout: WAIT_S * 2000 }, (_, said) =>
      resolve(said === 'yes'),
    );
  });
