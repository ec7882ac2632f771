# Serves one file to whoever asks for it by its path, and nothing else. Arguments: address, port, path; the file is $PAC.
use strict; use warnings;
use IO::Socket::INET; use IO::Select; use Time::HiRes qw(time);
my ($address, $port, $path) = @ARGV;
my $HEAD = 8192; my $LONGEST = 5; my $MOST = 200;
$SIG{PIPE} = 'IGNORE';

sub answer { my ($status, $type, $body) = @_;
  return join("\r\n", "HTTP/1.1 $status", "Content-Type: $type", 'Content-Length: ' . length $body, 'Connection: close', '', $body);
}
my $found = answer('200 OK', 'application/x-ns-proxy-autoconfig', $ENV{PAC});
my $missing = answer('404 Not Found', 'text/plain', "There is nothing but $path here.\n");

my $listener = IO::Socket::INET->new(LocalAddr => $address, LocalPort => $port, Listen => 64, ReuseAddr => 1) or die "listen: $!\n";
my $any = IO::Select->new($listener);
my %client;
sub forget { my $k = shift; $any->remove($k->{socket}); delete $client{fileno $k->{socket}}; close $k->{socket} }
print STDERR "listening\n";
for (;;) {
  for my $c ($any->can_read(1)) {
    if ($c == $listener) {
      my $new = $listener->accept or next;
      if (keys %client >= $MOST) { close $new; next }
      $client{fileno $new} = { socket => $new, head => '', end => time + $LONGEST };
      $any->add($new);
      next;
    }
    my $k = $client{fileno $c};
    my $read = sysread($c, $k->{head}, 4096, length $k->{head});
    if (!$read || length $k->{head} > $HEAD) { forget($k); next }
    next unless $k->{head} =~ /\r?\n\r?\n/;
    my ($wanted) = $k->{head} =~ /^GET (?:http:\/\/[^\/ ]*)?([^ ?]*)/;
    syswrite($c, defined $wanted && $wanted eq $path ? $found : $missing);
    forget($k);
  }
  for my $k (values %client) { forget($k) if time > $k->{end} }
}
