# Reads "id kind address port text" a line, tries all at once, writes "id outcome detail" a line. The bound in
# seconds (first argument) counts from when the last one was sent, so a busy machine cannot make a probe that
# was never sent look as if it had been stopped. Core modules only; see topologies/probes.ts for the kinds.
use strict; use warnings;
use Socket qw(:all);
use Errno qw(ECONNREFUSED ECONNRESET EINPROGRESS EAGAIN EPERM EACCES);
use Fcntl;
use Time::HiRes qw(time);

my $bound = shift;
my (%open, %neighbour);
$| = 1; $SIG{PIPE} = 'IGNORE';

sub say_ { my ($p, $outcome, $detail) = @_;
  delete $open{$p->{id}}; delete $neighbour{$p->{id}};
  $detail = '' unless defined $detail; $detail =~ s/[^\x20-\x7e].*//s;
  print "$p->{id} $outcome $detail\n";
}
sub failed { my ($p, $error) = @_;
  local $! = $error;
  return say_($p, 'answered', 'connected, then reset') if $p->{connected} && $error == ECONNRESET;
  return say_($p, 'refused', "$!") if $error == ECONNREFUSED || $error == ECONNRESET;
  say_($p, 'unreachable', "$!");
}
sub place { my ($address, $port) = @_;
  return $address =~ /:/ ? (AF_INET6, pack_sockaddr_in6($port, inet_pton(AF_INET6, $address)))
                         : (AF_INET, pack_sockaddr_in($port, inet_aton($address)));
}
sub dial { my ($p, $type, $port, $protocol) = @_;
  my ($family, $to) = place($p->{address}, $port);
  socket(my $s, $family, $type, $protocol || 0) or return failed($p, $!+0);
  fcntl($s, F_SETFL, O_NONBLOCK);
  $p->{socket} = $s; $open{$p->{id}} = $p;
  connect($s, $to) or $! == EINPROGRESS or return failed($p, $!+0);
  return 1;
}
sub sent { my ($p, $what) = @_;
  defined send($p->{socket}, $what, 0) or failed($p, $!+0);
}
sub question { # a DNS query for A
  return pack('nnnnnn', 0x3107, 0x0100, 1, 0, 0, 0) . join('', map { chr(length) . $_ } split /\./, $_[0]) . pack('Cnn', 0, 1, 1);
}
sub echo { my ($text) = @_;
  my $body = pack('CCnnna*', 8, 0, 0, $$ & 65535, 1, $text);
  my $sum = 0; $sum += $_ for unpack('n*', length($body) % 2 ? "$body\0" : $body);
  $sum = ($sum >> 16) + ($sum & 65535); $sum += $sum >> 16;
  substr($body, 2, 2) = pack('n', ~$sum & 65535);
  return $body;
}
sub own_resolver {
  open(my $f, '<', '/etc/resolv.conf') or return '127.0.0.1';
  while (<$f>) { return $1 if /^nameserver\s+(\S+)/ }
  return '127.0.0.1';
}

my %begin = (
  tcp => sub { my $p = shift; $p->{wants} = "$p->{text}\n"; dial($p, SOCK_STREAM, $p->{port}) },
  connect => sub { my $p = shift; $p->{wants} = "CONNECT $p->{text} HTTP/1.1\r\nHost: $p->{text}\r\n\r\n"; dial($p, SOCK_STREAM, $p->{port}) },
  udp => sub { my $p = shift; dial($p, SOCK_DGRAM, $p->{port}) and sent($p, "$p->{text}\n") },
  broadcast => sub { my $p = shift;
    socket(my $s, AF_INET, SOCK_DGRAM, 0) or return failed($p, $!+0);
    setsockopt($s, SOL_SOCKET, SO_BROADCAST, 1);
    $p->{socket} = $s; $open{$p->{id}} = $p;
    defined send($s, "$p->{text}\n", 0, (place($p->{address}, $p->{port}))[1]) or failed($p, $!+0);
  },
  dns => sub { my $p = shift; dial($p, SOCK_DGRAM, $p->{port}) and sent($p, question($p->{text})) },
  name => sub { my $p = shift; $p->{address} = own_resolver(); dial($p, SOCK_DGRAM, 53) and sent($p, question($p->{text})) },
  icmp => sub { my $p = shift;
    # Without the right to either kind of socket nothing is tried, and nothing is claimed.
    $p->{raw} = socket(my $try, PF_INET, SOCK_RAW, 1);
    return say_($p, 'absent') if !$p->{raw} && !socket($try, PF_INET, SOCK_DGRAM, 1);
    dial($p, $p->{raw} ? SOCK_RAW : SOCK_DGRAM, 0, 1) and sent($p, echo($p->{text}));
  },
  neighbour => sub { my $p = shift; $neighbour{$p->{id}} = $p; dial($p, SOCK_DGRAM, 9) and sent($p, "\n") },
);
my %answer = (
  tcp => sub { my ($p, $got) = @_; say_($p, 'answered', $got eq '' ? 'connected' : $got) },
  connect => sub { my ($p, $got) = @_; say_($p, 'answered', $got eq '' ? 'closed' : $got) },
  udp => sub { say_($_[0], 'answered', 'answer') },
  dns => sub { my ($p, $got) = @_; say_($p, 'answered', 'rcode ' . (ord(substr($got, 3, 1)) & 15)) if length($got) >= 12 },
  broadcast => sub { say_($_[0], 'answered', 'answer') },
  icmp => sub { my ($p, $got) = @_;
    my $type = ord(substr($got, $p->{raw} ? 20 : 0, 1));
    say_($p, 'answered', 'echo') if $type == 0 && index($got, $p->{text}) >= 0;
  },
  neighbour => sub { },
);
$answer{name} = $answer{dns};

sub look_for_neighbours {
  open(my $f, '<', '/proc/net/arp') or return;
  my %known = map { my @c = split; ($c[0] => $c[3]) } grep { / 0x[2-9a-f] / } <$f>;
  for my $p (values %neighbour) { say_($p, 'answered', $known{$p->{address}}) if $known{$p->{address}} }
}

my @probes = map { chomp; my %p; @p{qw(id kind address port text)} = split / /, $_, 5; \%p } grep { /\S/ } <STDIN>;
for my $p (@probes) { ($begin{$p->{kind}} || sub { say_($_[0], 'absent') })->($p) }
my $end = time + $bound;
while (%open && time < $end) {
  look_for_neighbours() if %neighbour;
  my ($read, $write) = ('', '');
  for my $p (values %open) {
    vec($read, fileno $p->{socket}, 1) = 1;
    vec($write, fileno $p->{socket}, 1) = 1 if defined $p->{wants};
  }
  my $left = $end - time; $left = 0.02 if %neighbour && $left > 0.02;
  select($read, $write, undef, $left > 0 ? $left : 0) > 0 or next;
  for my $p (values %open) {
    my $n = fileno $p->{socket};
    if (defined $p->{wants} && vec($write, $n, 1)) {
      my $error = unpack('i', getsockopt($p->{socket}, SOL_SOCKET, SO_ERROR));
      if ($error) { failed($p, $error); next }
      $p->{connected} = 1;
      syswrite($p->{socket}, delete $p->{wants});
    } elsif (!defined $p->{wants} && vec($read, $n, 1)) {
      my $ok = recv($p->{socket}, my $got, 4096, 0);
      if (defined $ok) { $answer{$p->{kind}}->($p, $got) } elsif ($! != EAGAIN) { failed($p, $!+0) }
    }
  }
}
for my $p (values %open) {
  if ($p->{connected} && $p->{kind} eq 'tcp') { say_($p, 'answered', 'connected') }
  else { say_($p, 'silent', $p->{connected} ? 'connected' : '') }
}
