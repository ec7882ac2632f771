# Hears texts of ours in whatever arrives in this network namespace, of any protocol, and says each once: "heard TEXT".
# Argument "all": every packet of every interface, also what leaves. Argument "up": what the kernel was handed as its
# own - on a host that is what a bridge hands up to it, and not what it only passes from port to port.
use strict; use warnings;
use Socket;
my $mode = shift;
$| = 1;
my @types = $mode eq 'all' ? (0x0003) : (0x0800, 0x0806, 0x86dd, 0x88b5, 0x8100, 0x0004);
my (%ears, $bits, %said); $bits = '';
for my $type (@types) {
  socket(my $s, 17, SOCK_RAW, unpack('S', pack('n', $type))) or die "socket: $!";
  setsockopt($s, SOL_SOCKET, SO_RCVBUF, 8 << 20);
  $ears{fileno $s} = $s; vec($bits, fileno $s, 1) = 1;
}
print STDERR "listening\n";
for (;;) {
  my $read = $bits;
  select($read, undef, undef, undef) > 0 or next;
  for (grep { vec($read, $_, 1) } keys %ears) {
    defined recv($ears{$_}, my $got, 65535, 0) or next;
    while ($got =~ /(hk[0-9a-f]{6}\d{4})/gi) { my $text = lc $1; next if $said{$text}++; print "heard $text\n" }
  }
}
