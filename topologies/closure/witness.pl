# Hears what arrives and answers it, so that a probe is seen at both ends. Arguments: "tcp ADDRESS PORT",
# "udp ADDRESS PORT", "dns ADDRESS PORT", "unix @NAME 0", "ftp ADDRESS PORT" as one argument each. Writes "heard WAY ADDRESS TEXT" a line.
use strict; use warnings;
use Socket qw(:all);
use IO::Handle;
STDOUT->autoflush(1);
$SIG{PIPE} = 'IGNORE';
my (%way, %greets);
for (@ARGV) {
  my ($way, $address, $port) = split / /;
  if ($way eq 'unix') { # an abstract one: @NAME
    socket(my $s, AF_UNIX, SOCK_STREAM, 0) or die "socket: $!";
    bind($s, pack('Sa*', AF_UNIX, "\0" . substr($address, 1))) or die "bind $_: $!";
    listen($s, 64); $way{fileno $s} = [$s, 'tcp', $address]; next;
  }
  my $ftp = $way eq 'ftp'; $way = 'tcp' if $ftp;
  my $six = $address =~ /:/;
  socket(my $s, $six ? AF_INET6 : AF_INET, $way eq 'tcp' ? SOCK_STREAM : SOCK_DGRAM, 0) or die "socket: $!";
  setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1);
  setsockopt($s, IPPROTO_IPV6, IPV6_V6ONLY, 1) if $six;
  setsockopt($s, 0, 15, 1) if !$six; # IP_FREEBIND
  setsockopt($s, IPPROTO_IPV6, 78, 1) if $six; # IPV6_FREEBIND
  my $at = $six ? pack_sockaddr_in6($port, inet_pton(AF_INET6, $address)) : pack_sockaddr_in($port, inet_aton($address));
  bind($s, $at) or die "bind $_: $!";
  listen($s, 64) if $way eq 'tcp';
  $greets{fileno $s} = 1 if $ftp;
  $way{fileno $s} = [$s, $way, $address];
}
print STDERR "listening\n";
sub heard { my ($way, $address, $text) = @_; $text =~ s/[^\x21-\x7e]+/ /g; print "heard $way $address $text\n" }
for (;;) {
  my $read = '';
  vec($read, $_, 1) = 1 for keys %way;
  select($read, undef, undef, undef);
  for (grep { vec($read, $_, 1) } keys %way) {
    my ($s, $way, $address) = @{$way{$_}};
    if ($way eq 'tcp') {
      accept(my $c, $s) or next;
      $way{fileno $c} = [$c, 'connection', $address];
      syswrite($c, "220 ftp\r\n") if $greets{fileno $s};
    } elsif ($way eq 'connection') {
      my $n = sysread($s, my $text, 2048);
      if ($n) { heard('tcp', $address, $text); syswrite($s, "hello\n") }
      delete $way{fileno $s}; close $s;
    } else {
      my $from = recv($s, my $text, 2048, 0);
      defined $from or next;
      heard($way, $address, $text);
      # A DNS answer is the question with the bit for "answer": no error, and no record.
      substr($text, 2, 2) = pack('n', 0x8180) if $way eq 'dns' && length($text) >= 12;
      send($s, $way eq 'dns' ? $text : "hello\n", 0, $from);
    }
  }
}
