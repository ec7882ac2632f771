# Stands where the relay was: answers every request in one way, and lets nobody through. Arguments: port, way.
# Writes a line on stderr in the format of the relay's log for each request (see topologies/evidence/relay-log.ts).
use strict; use warnings;
use IO::Socket::INET; use IO::Select; use MIME::Base64; use Time::HiRes qw(time);
my ($port, $way) = @ARGV;
my $HEAD = 65536; my $LINGER = 10; my $MOST = 500;
$SIG{PIPE} = 'IGNORE';

sub page { my ($status, $text, @header) = @_;
  my $body = "<!DOCTYPE html><html><head><title>$text</title></head><body><h1>$text</h1></body></html>\n";
  return join("\r\n", "HTTP/1.1 $status", @header, 'Content-Type: text/html', 'Content-Length: ' . length $body, 'Connection: close', '', $body);
}
my %answer = (
  'answers-407' => page('407 Proxy Authentication Required', 'Sign in to the proxy', 'Proxy-Authenticate: Basic realm="relay"'),
  'answers-403' => page('403 Forbidden', 'Blocked by your organisation'),
  'answers-503' => page('503 Service Unavailable', 'The proxy cannot serve you now', 'Retry-After: 1'),
  'captive-200' => page('200 OK', 'Welcome to the guest network: please sign in'),
  'captive-302' => page('302 Found', 'Please sign in', 'Location: http://portal.guest.example/sign-in'),
);
my $answer = $answer{$way} or die "no way $way\n";
my ($status) = $answer =~ /^\S+ (\d+)/;

sub escape { my $t = shift; $t =~ s/([^\x21-\x24\x26-\x7e])/sprintf '%%%02x', ord $1/ge; return $t eq '' ? '-' : $t }

my $listener = IO::Socket::INET->new(LocalPort => $port, Listen => 128, ReuseAddr => 1) or die "listen: $!\n";
my $any = IO::Select->new($listener);
my %client;
sub forget { my $c = shift; $any->remove($c); delete $client{fileno $c}; close $c }
sub reply { my ($c, $k) = @_;
  my ($method, $target) = $k->{head} =~ /^(\S+) (\S+)/;
  my ($host) = $k->{head} =~ /^host:[ \t]*(.*?)[ \t]*\r?$/im;
  my ($account) = $k->{head} =~ /^proxy-authorization:[ \t]*basic[ \t]+(\S+)/im;
  my ($user) = defined $account ? decode_base64($account) =~ /^([^:]*)/ : ();
  print STDERR join(' ', int(time * 1000), $k->{from}, $status, 'FAULT_ANSWERED', length $k->{head}, length $answer, 0,
    map { escape(defined $_ ? $_ : '') } $method || 'NONE', $target, $host, $user), "\n";
  syswrite($c, $answer);
  # What the client sends next is read and thrown away; to close at once would reset the answer on its way.
  shutdown($c, 1); $k->{done} = 1;
}
print STDERR "listening\n";
for (;;) {
  for my $c ($any->can_read(1)) {
    if ($c == $listener) {
      my $new = $listener->accept or next;
      if (keys %client >= $MOST) { close $new; next }
      $client{fileno $new} = { socket => $new, from => $new->peerhost, head => '', end => time + $LINGER };
      $any->add($new);
      next;
    }
    my $k = $client{fileno $c};
    my $n = sysread($c, my $bytes, 65536);
    if (!$n) { forget($c); next }
    next if $k->{done};
    $k->{head} .= $bytes;
    # Without an end it is no request of ours; then it is answered all the same.
    reply($c, $k) if $k->{head} =~ /\r?\n\r?\n/ || length $k->{head} > $HEAD;
  }
  for my $k (values %client) { forget($k->{socket}) if time > $k->{end} }
}
