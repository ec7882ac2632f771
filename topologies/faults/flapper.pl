# Loses the relay and brings it back, so many times. Arguments: seconds of either, on average, times; rules (RULES), what takes
# them back (FORGET) and what cuts open connections (CUT) are in the environment. The first loss is there when it
# says "down 1", and lasts until it reads a line. Says "over" at the end, and stays until it is told to end.
use strict; use warnings;
use Time::HiRes qw(sleep);
my ($seconds, $times) = @ARGV;
$SIG{TERM} = sub { exit 0 };
$| = 1;
sub down {
  open(my $nft, '|-', 'nft -f -') or die "nft: $!\n"; print $nft $ENV{RULES}; close $nft or die "nft took no rules\n";
  system($ENV{CUT} . ' >/dev/null');
}
# Not in step: who asks as often as it comes and goes would never notice. The same each time, as a fault has to be.
my $step = 0;
sub pause { $step++; sleep $seconds * (0.6 + 0.8 * ($step * 0.618 - int($step * 0.618))) }
for my $n (1 .. $times) {
  down();
  print STDERR "down $n\n";
  if ($n == 1) { defined <STDIN> or exit 0 } else { pause() }
  system($ENV{FORGET}) == 0 or die "the rules could not be taken back\n";
  print STDERR "up $n\n";
  pause() if $n < $times;
}
print STDERR "over\n";
<STDIN>;
