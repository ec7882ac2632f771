# Tries to get out, in as many ways as it is told: "id TAB kind TAB key=value TAB ..." a line, values URL-encoded.
# All at once, each in a process of its own and bounded. Writes "id got DETAIL" (something came back that says it got
# through), "id nothing DETAIL" or "id absent DETAIL" (there is no right to try it here) a line. What was sent carries
# `text`, so that a witness tells what arrived without an answer. Core modules of perl-base only.
use strict; use warnings;
use Socket qw(:all);
use Errno qw(ECONNREFUSED ECONNRESET EPERM EACCES EAFNOSUPPORT EPROTONOSUPPORT);
use Time::HiRes qw(alarm);
my $bound = shift;
$| = 1; $SIG{PIPE} = 'IGNORE';
my ($id, %a);
sub end_ { my ($word, $detail) = @_; $detail = '' unless defined $detail; $detail =~ s/[^\x20-\x7e].*//s;
  syswrite(STDOUT, "$id $word $detail\n"); exit 0 }
sub failed { my $e = $!+0;
  end_('absent', "$!") if $e == EPERM || $e == EACCES || $e == EAFNOSUPPORT || $e == EPROTONOSUPPORT;
  # Who refuses at a loopback address is this endpoint itself.
  end_(($a{to} || '') =~ /^127\./ ? 'nothing' : 'got', "$!") if $e == ECONNREFUSED || $e == ECONNRESET;
  end_('nothing', "$!") }
sub place { my ($to, $port) = @_;
  if ($to =~ /:/) { my ($ip, $dev) = split /%/, $to;
    my $scope = 0; if ($dev) { ($dev) = grep { /^eth/ } devices(); $dev = '' unless defined $dev; open(my $f, '<', "/sys/class/net/$dev/ifindex") or end_('absent', "no $dev"); $scope = 0 + <$f> }
    return (AF_INET6, pack_sockaddr_in6($port, inet_pton(AF_INET6, $ip), $scope)) }
  return (AF_INET, pack_sockaddr_in($port, inet_aton($to))) }
sub devices { opendir(my $d, '/sys/class/net') or return (); grep { !/^\.|^lo$/ } readdir $d }
sub read_ { my $f = shift; open(my $h, '<', $f) or return ''; local $/; my $t = <$h>; defined $t ? $t : '' }
sub resolver { read_('/etc/resolv.conf') =~ /^nameserver\s+(\S+)/m ? $1 : '127.0.0.1' }
sub sum { my $d = shift; my $s = 0; $s += $_ for unpack('n*', length($d) % 2 ? "$d\0" : $d);
  $s = ($s >> 16) + ($s & 65535) while $s >> 16; return ~$s & 65535 }
sub wait_ { my ($s) = @_; my $r = ''; vec($r, fileno $s, 1) = 1; select($r, undef, undef, $bound) > 0 or end_('nothing', 'silent');
  defined(my $from = recv($s, my $got, 65535, 0)) or failed(); return $got }
# IPv4 with payload; options are already padded to 4 bytes
sub ip4 { my ($src, $dst, $proto, $body, %o) = @_; my $opt = $o{options} || '';
  my $h = pack('CCnnnCCna4a4', 0x40 | (5 + length($opt) / 4), 0, 20 + length($opt) + length $body, $o{id} || 7, $o{frag} || 0, 64, $proto, 0, inet_aton($src), inet_aton($dst)) . $opt;
  substr($h, 10, 2) = pack('n', sum($h)); return $h . $body }
sub udp { my ($from, $to, $text) = @_; pack('nnnn', $from, $to, 8 + length $text, 0) . $text }
sub icmp4 { my ($type, $code, $rest) = @_; my $b = pack('CCn', $type, $code, 0) . $rest; substr($b, 2, 2) = pack('n', sum($b)); $b }
sub icmp6 { my ($src, $dst, $body) = @_;
  my ($s, $d) = map { inet_pton(AF_INET6, $_) } $src, $dst;
  substr($body, 2, 2) = pack('n', sum($s . $d . pack('NxxxC', length $body, 58) . $body));
  return pack('NnCC', 0x60000000, length $body, 58, 255) . $s . $d . $body }
sub mac { my $m = shift;
  if ($m =~ /^@(.*)/) { my $ip = $1;
    socket(my $s, AF_INET, SOCK_DGRAM, 0); send($s, '', 0, (place($ip, 9))[1]);
    for (1 .. 50) { return $1 if read_('/proc/net/arp') =~ /^\Q$ip\E\s.*?((?:[0-9a-f]{2}:){5}[0-9a-f]{2})/m && $1 ne '00:00:00:00:00:00'; select(undef, undef, undef, 0.02) }
    end_('nothing', "nobody has $ip") }
  return $m }
# To every interface but loopback: the bridge's own address is known on the lower one only.
sub frame { my ($to, $type, $body) = @_;
  my $sent = 0;
  for my $dev (devices()) {
    socket(my $s, 17, SOCK_RAW, 0) or failed();
    my $own = read_("/sys/class/net/$dev/address"); chomp $own; next unless $own =~ /^(..:){5}/;
    my $f = join('', map { pack('H2', $_) } map { split /:/ } $to, $own) . pack('n', $type) . $body;
    $f .= "\0" x (60 - length $f) if length $f < 60;
    my $at = pack('SnlSCCa8', 17, $type, read_("/sys/class/net/$dev/ifindex"), 0, 0, 6, join '', map { pack('H2', $_) } split /:/, $to);
    $sent++ if defined send($s, $f, 0, $at) }
  end_($sent ? 'nothing' : 'absent', "$sent frames") }
# A TLS ClientHello with that name in it: what a relay goes by that looks at names or opens TLS.
sub hello { my $name = shift;
  my $sni = pack('nCn', length($name) + 3, 0, length $name) . $name;
  my $more = pack('nn', 0, length $sni) . $sni . pack('nnnn', 10, 4, 2, 23) . pack('nnCC', 11, 2, 1, 0) . pack('nnnnn', 13, 6, 4, 0x0403, 0x0804);
  my $body = pack('n', 0x0303) . ('h' x 32) . "\0" . pack('nnn', 4, 0xc02b, 0xc02f) . "\1\0" . pack('n', length $more) . $more;
  return pack('Cnn', 22, 0x0301, 4 + length $body) . pack('CCn', 1, 0, length $body) . $body }
sub question { my ($name, $type) = @_;
  pack('nnnnnn', 0x3107, 0x0100, 1, 0, 0, 0) . join('', map { chr(length) . $_ } split /\./, $name) . pack('Cnn', 0, $type, 1) }
my %try = (
  tcp => sub { my ($f, $to) = place($a{to}, $a{port});
    socket(my $s, $f, SOCK_STREAM, 0) or failed();
    if ($a{from}) { setsockopt($s, SOL_SOCKET, SO_REUSEADDR, 1); bind($s, pack_sockaddr_in($a{from}, INADDR_ANY)) or failed() }
    connect($s, $to) or failed(); syswrite($s, "$a{text}\n"); my $got = wait_($s); end_('got', "connected $got") },
  udp => sub { my ($f, $to) = place($a{to}, $a{port});
    socket(my $s, $f, SOCK_DGRAM, 0) or failed();
    setsockopt($s, SOL_SOCKET, SO_BROADCAST, 1); setsockopt($s, IPPROTO_IP, 33, 8) if $f == AF_INET;
    setsockopt($s, IPPROTO_IP, 4, pack('H*', $a{options})) or failed() if $a{options};
    defined send($s, $a{text} . ('.' x ($a{size} || 0)) . "$a{text}\n", 0, $to) or failed();
    wait_($s); end_($a{deaf} ? 'nothing' : 'got', 'answer') },
  icmp => sub { my ($f, $to) = place($a{to}, 0); my ($raw, $s) = 1;
    socket($s, AF_INET, SOCK_RAW, 1) or ($raw = 0, socket($s, AF_INET, SOCK_DGRAM, 1)) or failed();
    defined send($s, icmp4(8, 0, pack('nn', $$ & 65535, 1) . $a{text}), 0, $to) or failed();
    my $got = wait_($s); end_(index($got, $a{text}) >= 0 && ord(substr $got, $raw ? 20 : 0, 1) == 0 ? 'got' : 'nothing', 'echo') },
  dns => sub { my $at = $a{to} eq 'resolver' ? resolver() : $a{to}; my $q = question($a{name}, $a{type} || 1);
    my ($f, $to) = place($at, $a{port} || 53);
    socket(my $s, $f, $a{tcp} ? SOCK_STREAM : SOCK_DGRAM, 0) or failed(); connect($s, $to) or failed();
    syswrite($s, ($a{tcp} ? pack('n', length $q) : '') . $q); my $got = wait_($s);
    my $rcode = ord(substr($got, ($a{tcp} ? 2 : 0) + 3, 1) || "\xff") & 15;
    end_($rcode == 0 ? 'got' : 'nothing', "rcode $rcode") },
  relay => sub { my ($f, $to) = place($a{to}, $a{port}); my $said = $a{say};
    if ($a{tls}) { require IPC::Open2; my $got = '';
      my $pid = IPC::Open2::open2(my $out, my $in, qw(openssl s_client -quiet -connect), "$a{to}:$a{port}");
      syswrite($in, $said); sysread($out, $got, 65535); answered($got); syswrite($in, inside()); sysread($out, my $more, 4096); let($got) }
    socket(my $s, $f, SOCK_STREAM, 0) or failed(); connect($s, $to) or end_('nothing', "the relay: $!");
    my $got = '';
    for my $part (split /<then>/, $said) { syswrite($s, $part); $got = wait_($s) }
    answered($got); syswrite($s, inside()); $bound = 1; my $r = ''; vec($r, fileno $s, 1) = 1; select($r, undef, undef, $bound); let($got) },
  sni => sub { my ($f, $to) = place($a{to}, $a{port});
    socket(my $s, $f, SOCK_STREAM, 0) or failed(); connect($s, $to) or end_('nothing', "the relay: $!");
    syswrite($s, hello("$a{text}.$a{name}")); my $got = wait_($s); end_('nothing', length($got) ? 'bytes came back' : 'closed') },
  proto => sub { socket(my $s, AF_INET, SOCK_RAW, $a{number}) or failed();
    defined send($s, ("\0" x 8) . $a{text}, 0, (place($a{to}, 0))[1]) or failed(); end_('nothing', 'sent') },
  ipframe => sub { my $to = mac($a{mac}); my $src = $a{src} || own();
    my $inner = $a{inner} || 'udp'; my $t = "$a{text}\n";
    my %body = (
      udp => [17, udp(4242, $a{port} || 9, $t)], gre => [47, pack('nn', 0, 0x0800) . $t], ipip => [4, ip4($src, $a{to}, 17, udp(4242, $a{port} || 9, $t))],
      icmp => [1, icmp4(8, 0, pack('nn', 7, 1) . $t)], redirect => [1, icmp4(5, 1, inet_aton($src) . ip4($a{to}, $src, 17, udp(9, 9, $t)))], igmp => [2, pack('CCna4', 0x16, 0, 0, inet_aton('239.9.9.9')) . $t]);
    my ($proto, $body) = @{$body{$inner}};
    if ($a{cut}) { frame_all($to, [ip4($src, $a{to}, $proto, substr($body, 0, 8), frag => 0x2000), ip4($src, $a{to}, $proto, substr($body, 8), frag => 1)]) }
    frame($to, 0x0800, ip4($src, $a{to}, $proto, $body, options => $a{options} ? pack('H*', $a{options}) : '')) },
  ip6frame => sub { my $body = $a{inner} eq 'ra' ? pack('CCnCCnNN', 134, 0, 0, 64, 0, 1800, 0, 0) . pack('CC', 14, 4) . pack('a30', $a{text}) : pack('CCnnn', 128, 0, 0, 7, 1) . $a{text};
    frame($a{mac}, 0x86dd, icmp6('fe80::42', $a{to}, $body)) },
  arp => sub { my $dev = (devices())[0]; my $own = read_("/sys/class/net/$dev/address"); chomp $own;
    frame('ff:ff:ff:ff:ff:ff', 0x0806, pack('nnCCn', 1, 0x0800, 6, 4, $a{op}) . pack('H12', join '', split /:/, $own) . inet_aton($a{src} || own()) . ("\0" x 6) . inet_aton($a{to}) . $a{text}) },
  rawframe => sub { frame($a{mac}, hex $a{type}, ($a{head} ? pack('H*', $a{head}) : '') . $a{text}) },
  vlan => sub { frame('ff:ff:ff:ff:ff:ff', 0x8100, pack('nn', 5, 0x0800) . ip4(own(), '255.255.255.255', 17, udp(4242, $a{port}, $a{text}))) },
  unix => sub { socket(my $s, AF_UNIX, SOCK_STREAM, 0) or failed();
    my $path = $a{path}; connect($s, $path =~ s/^@// ? pack('Sa*', AF_UNIX, "\0$path") : pack_sockaddr_un($path)) or end_('nothing', "$!");
    syswrite($s, "$a{text}\n"); my $got = wait_($s); end_('got', $got) },
  shell => sub { my $got = `($a{run}) 2>&1`; end_($? == 0 && $got =~ /\Q$a{wants}\E/ ? 'got' : 'nothing', (split /\n/, $got)[-1]) },
);
sub frame_all { my ($to, $all) = @_; for my $body (@$all) { my $pid = fork; if (!$pid) { open(STDOUT, '>', '/dev/null'); frame($to, 0x0800, $body) } waitpid $pid, 0 } end_('nothing', 'sent') }
sub own { socket(my $s, AF_INET, SOCK_DGRAM, 0); connect($s, pack_sockaddr_in(9, inet_aton($a{near} || '198.51.100.1'))) or return '198.51.100.254';
  return inet_ntoa((sockaddr_in(getsockname $s))[1]) }
# What is sent when a relay has let through: the text, or in TLS's first words where that is what it reads.
sub inside { $a{hello} ? hello("$a{text}.outside.example") : "$a{text}\n" }
# One that opens TLS, or has a page of its own, says 200 to what it does not let through: there only ears know.
sub let { my $got = shift; end_($a{weak} ? 'nothing' : 'got', $got) }
# A relay that lets through says 2xx, or 0 in SOCKS; what else it says it says instead of letting through.
sub answered { my $got = shift; end_('nothing', 'the relay: closed') if !defined $got || $got eq ''; end_('nothing', $got) unless $got =~ m{^HTTP/1\.\d 2\d\d} || $got =~ /^\x05\x00\x00|^\x00\x5a/ }

my @children;
for (grep { /\S/ } <STDIN>) {
  chomp; my ($one, $kind, @args) = split /\t/;
  my $pid = fork; die "fork: $!" unless defined $pid;
  if ($pid) { push @children, $pid; next }
  $id = $one; %a = map { my ($k, $v) = split /=/, $_, 2; $v =~ s/%(..)/chr hex $1/ge; ($k => $v) } @args;
  $SIG{ALRM} = sub { end_('nothing', 'silent') }; alarm($bound + ($a{more} || 0));
  ($try{$kind} || sub { end_('absent', "no kind $kind") })->(); end_('nothing', 'ended');
}
waitpid $_, 0 for @children;
