# A measuring point beside the relay, behind the same rules: takes and gives bytes over TCP, echoes over UDP.
# Argument: port. The first byte of a connection says what is wanted: U takes bytes to their end and then says how
# many, D gives bytes until the client goes.
use strict; use warnings;
use IO::Socket::INET; use IO::Select;
my ($port) = @ARGV;
$SIG{PIPE} = 'IGNORE'; $SIG{CHLD} = 'IGNORE';
setpgrp(0, 0);
$SIG{TERM} = sub { $SIG{TERM} = 'IGNORE'; kill TERM => -$$; exit 0 };
my $LONGEST = 120;
my $tcp = IO::Socket::INET->new(LocalPort => $port, Listen => 64, ReuseAddr => 1) or die "listen: $!\n";
my $udp = IO::Socket::INET->new(LocalPort => $port, Proto => 'udp') or die "listen: $!\n";
setsockopt($udp, 1, 8, pack('i', 4 << 20)); # SOL_SOCKET, SO_RCVBUF
sub serve { my $c = shift;
  alarm $LONGEST;
  sysread($c, my $way, 1) or return;
  if ($way eq 'D') { my $some = "\0" x 65536; while (defined syswrite($c, $some)) { } return }
  my ($sum, $n) = (1, 0);
  $sum += $n while $n = sysread($c, my $bytes, 65536);
  syswrite($c, "took $sum\n") if defined $n;
}
print STDERR "listening\n";
my $any = IO::Select->new($tcp, $udp);
for (;;) {
  for my $ready ($any->can_read) {
    if ($ready == $udp) { my $from = recv($udp, my $text, 2048, 0); send($udp, $text, 0, $from) if $from; next }
    my $c = $tcp->accept or next;
    my $pid = fork;
    if (defined $pid && $pid == 0) { $SIG{TERM} = 'DEFAULT'; close $tcp; close $udp; serve($c); exit 0 }
    close $c;
  }
}
