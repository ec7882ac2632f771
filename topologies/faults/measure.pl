# Measures the way to a sink (sink.pl) from where it runs. Arguments: what, address, port, amount; writes one line.
#   echoes AMOUNT    sends so many datagrams: "NUMBER came back, the fastest after SECONDS"
#   upload AMOUNT    sends so many bytes: "took BYTES", or "cut: WHY"
#   rate AMOUNT      as many bytes as go within so many seconds: "down BYTES in SECONDS up BYTES in SECONDS"
#   idle AMOUNT      says nothing for so many seconds: "open", or "cut after SECONDS: WHY"
use strict; use warnings;
use IO::Socket::INET; use IO::Select; use Time::HiRes qw(time);
my ($what, $address, $port, $amount) = @ARGV;
$SIG{PIPE} = 'IGNORE'; $| = 1;
my $ANSWER = 10; my $CONNECT = 3;

sub dial { my $way = shift;
  my $s = IO::Socket::INET->new(PeerAddr => $address, PeerPort => $port, Timeout => $CONNECT) or die "no connection: $!\n";
  syswrite($s, $way); return $s;
}
my %measure = (
  echoes => sub {
    my $s = IO::Socket::INET->new(PeerAddr => $address, PeerPort => $port, Proto => 'udp') or die "$!\n";
    my $some = IO::Select->new($s);
    my (%sent, $fastest); my $came = 0;
    my $take = sub { my $wait = shift;
      while ($some->can_read($wait)) {
        defined recv($s, my $n, 64, 0) or next; defined $sent{$n} or next;
        my $after = time - delete $sent{$n}; $came++;
        $fastest = $after if !defined $fastest || $after < $fastest;
        $wait = 0 if $wait && !%sent;
      }
    };
    for my $n (1 .. $amount) { $sent{$n} = time; send($s, $n, 0); $take->($n % 20 ? 0 : 0.005) }
    my $end = time + $ANSWER; my $last = -1;
    # The last ones are on their way: until all are back, or none has come for half a second.
    while (%sent && time < $end && $came != $last) { $last = $came; $take->(0.5) }
    if ($amount == 1 && !$came) { $take->($ANSWER) }
    return sprintf '%d came back, the fastest after %.4f', $came, defined $fastest ? $fastest : 0;
  },
  upload => sub {
    my $s = dial('U'); my $left = $amount - 1; my $some = "\0" x 16384;
    while ($left > 0) {
      IO::Select->new($s)->can_write($ANSWER) or return 'stalled';
      my $n = syswrite($s, $some, $left < 16384 ? $left : 16384); defined $n or return "cut: $!"; $left -= $n;
    }
    shutdown($s, 1);
    IO::Select->new($s)->can_read($ANSWER) or return 'stalled';
    my $n = sysread($s, my $said, 64);
    return !defined $n ? "cut: $!" : $said =~ /^(took \d+)/ ? $1 : 'cut: it ended';
  },
  rate => sub {
    my ($down, $up) = (0, 0);
    # The time is taken, as a busy machine may need more of it than it was given.
    my $begun = time; my $d = dial('D'); my $end = time + $amount;
    while (time < $end) {
      IO::Select->new($d)->can_read($end - time) or last; my $n = sysread($d, my $bytes, 65536) or last; $down += $n;
    }
    my $took_down = time - $begun;
    close $d;
    $begun = time; my $u = dial('U'); $u->blocking(0); $end = time + $amount; my $some = "\0" x 16384; my $sent = 0;
    while (time < $end) { IO::Select->new($u)->can_write($end - time) or last; $sent += syswrite($u, $some) || 0 }
    # What is still in this machine's own buffer has not gone anywhere (SIOCOUTQ).
    my $waits = pack('i', 0); ioctl($u, 0x5411, $waits); $up = $sent - unpack('i', $waits);
    return sprintf 'down %d in %.2f up %d in %.2f', $down, $took_down, $up, time - $begun;
  },
  idle => sub {
    my $s = dial('U'); my $begun = time;
    IO::Select->new($s)->can_read($amount) or return 'open';
    my $n = sysread($s, my $said, 64);
    return sprintf 'cut after %.2f: %s', time - $begun, defined $n ? 'it ended' : "$!";
  },
);
my $said = eval { $measure{$what}->() };
print defined $said ? "$said\n" : "failed: $@";
