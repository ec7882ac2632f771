# Resets connections to these ports on which nothing has been sent or received for so long, as relays do that have
# an idle timeout. Arguments: seconds, ports.
use strict; use warnings;
my ($seconds, @ports) = @ARGV;
my $which = '( ' . join(' or ', map { "sport = :$_" } @ports) . ' )';
sub idle { my ($facts, $what) = @_; return $facts =~ /\b$what:(\d+)/ ? $1 : 0 }
print STDERR "watching\n";
for (;;) {
  my ($own, $peer);
  for (`ss -Htin state established '$which'`) {
    if (/^\S+\s+\S+\s+(\S+:\d+)\s+(\S+:\d+)/) { ($own, $peer) = ($1, $2); next }
    next unless defined $own;
    my ($sent, $received) = (idle($_, 'lastsnd'), idle($_, 'lastrcv'));
    system('ss', '-KHt', 'state', 'established', 'src', $own, 'dst', $peer) if ($sent < $received ? $sent : $received) > $seconds * 1000;
    undef $own;
  }
  select(undef, undef, undef, 0.2);
}
