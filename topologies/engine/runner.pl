# Runs commands for whoever holds its stdin, each in a process of its own and all at once. A line asks:
#   ID SECONDS ARGV ENV INPUT     in hex, - for nothing; words of ARGV and NAME=VALUE pairs of ENV end with NUL
# and a line answers, when that command has ended or its time is over (then it is killed with what it started):
#   ID EXIT LATE STDOUT STDERR    in hex, - for nothing, each cut at a MiB with a word about it
use strict; use warnings;
use Fcntl qw(:flock);
use POSIX ();
use Time::HiRes qw(alarm);
my $MOST = 1 << 20;
my $LOCK = "/tmp/heiiki-runner.$$";
$SIG{CHLD} = 'IGNORE';

sub hex_of { my $text = shift; return $text eq '' ? '-' : unpack 'H*', $text }
sub text_of { my $hex = shift; return $hex eq '-' ? '' : pack 'H*', $hex }
sub file { open my $file, '+>', undef or die "no temporary file: $!\n"; return $file }

sub content { my $file = shift;
  my $cut = (-s $file) - $MOST;
  seek $file, 0, 0; read $file, my ($text), $MOST;
  return $cut > 0 ? "$text\n[cut here: $cut bytes more]" : $text;
}
sub begin { my ($argv, $env, $in, $out, $err) = @_;
  my $pid = fork // die "no process: $!\n";
  return $pid if $pid;
  POSIX::setpgid(0, 0);
  POSIX::dup2(fileno $in, 0); POSIX::dup2(fileno $out, 1); POSIX::dup2(fileno $err, 2);
  for (split /\0/, $env) { my ($name, $value) = split /=/, $_, 2; $ENV{$name} = $value }
  my @words = split /\0/, $argv, -1; pop @words;
  exec { $words[0] } @words or syswrite STDERR, "$words[0]: $!\n";
  POSIX::_exit(127);
}
sub serve { my ($id, $seconds, @rest) = split / /, shift;
  my ($argv, $env, $input) = map { text_of($_) } @rest;
  my ($in, $out, $err) = (file(), file(), file());
  syswrite $in, $input; seek $in, 0, 0;
  $SIG{CHLD} = 'DEFAULT';
  my $late = 0;
  my $pid = begin($argv, $env, $in, $out, $err);
  $SIG{ALRM} = sub { $late = 1; kill KILL => -$pid, $pid };
  alarm $seconds;
  # The alarm ends the wait early; what it has killed is then waited for.
  1 until waitpid($pid, 0) == $pid;
  my $exit = $? & 127 ? 128 + ($? & 127) : $? >> 8;
  alarm 0;
  my $answer = join(' ', $id, $exit, $late, hex_of(content($out)), hex_of(content($err))) . "\n";
  open my $lock, '>', $LOCK or die "$LOCK: $!\n"; flock $lock, LOCK_EX;
  for (my $gone = 0; $gone < length $answer;) { $gone += syswrite(STDOUT, $answer, length($answer) - $gone, $gone) // return }
}

# Not by lines: what Perl has read ahead it would take back, in a child, from whatever is that child's input by then.
my $rest = '';
while (sysread STDIN, $rest, 65536, length $rest) {
  while ($rest =~ s/^(.*)\n//) {
    my $line = $1;
    my $pid = fork // die "no process: $!\n";
    if (!$pid) { serve($line); POSIX::_exit(0) }
  }
}
unlink $LOCK;
