# Reads "id kind address port text" a line, runs all at once, writes "id outcome detail" a line.
# Needs bash and coreutils only, so that it runs in an endpoint, too; icmp needs perl, neighbour needs ip.
bound=$1

explain() { # stderr of a connect → outcome
  case $1 in
    *refused*) echo "refused $1" ;;
    *unreachable*|*'No route'*|*'Cannot assign'*|*'not supported'*|*'not permitted'*) echo "unreachable $1" ;;
    *) echo "silent $1" ;;
  esac
}
# In all of these, a run that reaches `timeout` says nothing and ends with 124.
tcp() {
  timeout "$bound" bash -c 'exec 3<>"/dev/tcp/$0/$1" && echo "connected" && echo "$2" >&3 && IFS= read -r line <&3 && echo "$line"' "$1" "$2" "$3"
}
udp() { # the shell reads a byte at a time, and of a datagram only the first one is left to read
  timeout "$bound" bash -c 'exec 3<>"/dev/udp/$0/$1" && echo "$2" >&3 && IFS= read -rn 1 <&3 && echo answer' "$1" "$2" "$3"
}
connect() {
  timeout "$bound" bash -c 'exec 3<>"/dev/tcp/$0/$1" && echo connected && printf "CONNECT %s HTTP/1.1\r\nHost: %s\r\n\r\n" "$2" "$2" >&3 && IFS= read -r line <&3 && echo "${line%?}"' "$1" "$2" "$3"
}
question() { # a DNS query for A, as a format for printf
  local label text='\x31\x07\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00'
  for label in ${1//./ }; do text+="\\x$(printf %02x ${#label})$label"; done
  echo "$text\\x00\\x00\\x01\\x00\\x01"
}
dns() {
  timeout "$bound" bash -c 'exec 3<>"/dev/udp/$0/$1" && printf "$2" | dd bs=512 iflag=fullblock status=none >&3 && set -- $(head -c 4 <&3 | od -An -tu1) && [ -n "$4" ] && echo "rcode $(($4 & 15))"' "$1" "$2" "$(question "$3")"
}
name() {
  local word server
  while read -r word server; do
    if [ "$word" = nameserver ]; then dns "$server" 53 "$3"; return; fi
  done < /etc/resolv.conf
}
icmp() {
  command -v perl > /dev/null || return 127
  timeout "$bound" perl -e '
    use Socket;
    my ($to, $text) = @ARGV;
    my $raw = socket(my $s, PF_INET, SOCK_RAW, 1);
    $raw or socket($s, PF_INET, SOCK_DGRAM, 1) or do { print STDERR "socket: not permitted\n"; exit 1 };
    my $body = pack("CCnnna*", 8, 0, 0, $$ & 65535, 1, $text);
    my $sum = 0; $sum += $_ for unpack("n*", length($body) % 2 ? "$body\0" : $body);
    $sum = ($sum >> 16) + ($sum & 65535); $sum += $sum >> 16;
    substr($body, 2, 2) = pack("n", ~$sum & 65535);
    send($s, $body, 0, sockaddr_in(0, inet_aton($to))) or do { print STDERR "$!\n"; exit 1 };
    while (defined recv($s, my $got, 2048, 0)) {
      my $type = ord(substr($got, $raw ? 20 : 0, 1));
      if ($type == 0 && index($got, $text) >= 0) { print "echo\n"; exit 0 }
    }' "$1" "$3"
}
neighbour() {
  command -v ip > /dev/null || return 127
  timeout "$bound" bash -c 'echo > "/dev/udp/$0/9"; until ip neigh show "$0" | grep -q lladdr; do read -rt 0.02 <> <(:); done; ip neigh show "$0"' "$1"
}

one() {
  local id=$1 kind=$2 out status said
  out=$("$kind" "$3" "$4" "$5" 2>&1)
  status=$?
  said=$(printf %s "$out" | tail -n 1 | tr -c '[:print:]' ' ' | cut -c 1-200)
  if [ $status = 127 ]; then echo "$id absent"
  elif [ $status = 0 ]; then echo "$id answered $said"
  elif [ "$kind" = tcp ] && [ "${out#connected}" != "$out" ]; then echo "$id answered connected"
  elif [ $status = 124 ]; then echo "$id silent $said"
  else echo "$id $(explain "$said")"
  fi
}

while read -r id kind address port text; do
  one "$id" "$kind" "$address" "$port" "$text" &
done
wait
