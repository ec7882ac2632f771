# Stands before squid and refuses a CONNECT whose Host header is not its target (RFC 9112, 3.2). Squid itself
# cannot: it replaces the header by the target before any rule sees it. Arguments: listen address, port, port of
# squid on loopback (which expects a PROXY protocol line, so that it knows the client). Writes a line in the
# format of the relay's log for each refusal; what passes is logged by squid.
use strict; use warnings;
use IO::Socket::INET; use IO::Select; use Time::HiRes qw(time);
my ($address, $port, $squid) = @ARGV;
$| = 1; $SIG{CHLD} = 'IGNORE'; $SIG{PIPE} = 'IGNORE';
my $listener = IO::Socket::INET->new(LocalAddr => $address, LocalPort => $port, Listen => 128, ReuseAddr => 1) or die "listen: $!";
print STDERR "listening\n";
sub escape { my $t = shift; $t =~ s/([^\x21-\x24\x26-\x7e])/sprintf '%%%02x', ord $1/ge; return $t eq '' ? '-' : $t }

sub head_of { my $c = shift;
  my ($head, $end, $some) = ('', time + 10, IO::Select->new($c));
  while ($head !~ /\r?\n\r?\n/ && length($head) < 65536) {
    $some->can_read($end - time) or return; sysread($c, $head, 4096, length $head) or return;
  }
  return $head;
}
sub serve { my $c = shift;
  my $client = $c->peerhost; # A client that has gone away has no address any more.
  defined $client or return;
  my $head = head_of($c);
  defined $head or return;
  my ($method, $target) = $head =~ /^(\S+) (\S+)/ or return;
  my @hosts = $head =~ /^host:[ \t]*(.*?)[ \t]*\r?$/gim;
  my $host = join(', ', @hosts);
  if ($method eq 'CONNECT' && (@hosts != 1 || lc $host ne lc $target)) {
    my $said = "the Host header must be $target\n";
    my $answer = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: " . length($said) . "\r\n\r\n$said";
    syswrite($c, $answer);
    print join(' ', int(time * 1000), $client, 400, 'STRICT_DENIED', length $head, length $answer, 0, (map { escape($_) } $method, $target, $host), '-'), "\n";
    return;
  }
  my $s = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $squid) or return;
  syswrite($s, sprintf("PROXY TCP4 %s %s %d %d\r\n", $client, $c->sockhost, $c->peerport, $c->sockport) . $head);
  my $both = IO::Select->new($c, $s);
  while ($both->count) {
    for my $from ($both->can_read) {
      my $to = $from == $c ? $s : $c;
      my $n = sysread($from, my $bytes, 65536);
      if (!defined $n) { return }
      if ($n == 0) { $both->remove($from); shutdown($to, 1); next }
      for (my $done = 0; $done < $n;) { my $w = syswrite($to, $bytes, $n - $done, $done); defined $w or return; $done += $w }
    }
  }
}
for (;;) {
  my $c = $listener->accept or next;
  my $pid = fork;
  if (defined $pid && $pid == 0) { close $listener; serve($c); exit 0 }
  close $c;
}
