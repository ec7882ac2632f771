/**
 * Ways to try to get out of a closed zone, as plain data. Each is tried in every topology and, unless it says why
 * not, is seen arriving in the open control. Only addresses that the lab itself made, or that a witness of the lab
 * holds, and the host's own bridges are ever named.
 */
import { METADATA, PUBLISHED_PORT, nobody, raw, root, sourceRoute } from './attempt.ts';
import type { EscapeAttempt } from './attempt.ts';
import { FRAMES, PROTOCOLS, WITH_ROUTES } from './attempts-frames.ts';
import { RELAY } from './attempts-relay.ts';

/** IP options (RFC 791) */
const STRICT_ROUTE = 0x89;
const LOOSE_ROUTE = 0x83;

const TO_THE_HOST: readonly EscapeAttempt[] = [
  nobody('host-tcp', 'TCP to the host’s address of another bridge', ({ host, port }) => ({
    kind: 'tcp',
    to: host,
    port,
  })),
  nobody('host-udp', 'UDP to the host’s address of another bridge', ({ host, port }) => ({
    kind: 'udp',
    to: host,
    port,
  })),
  nobody('host-icmp', 'ICMP echo to the host', ({ host }) => ({ kind: 'icmp', to: host })),
  nobody('host-ipv6-tcp', 'TCP over IPv6 to the host', ({ host6, port }) => ({
    kind: 'tcp',
    to: host6,
    port,
  })),
  nobody('engine-bridge-tcp', 'TCP to the host’s address of the engine’s own bridge', (t) => ({
    kind: 'tcp',
    to: t.engineBridge,
    port: t.port,
  })),
  nobody('engine-bridge-udp', 'UDP to the host’s address of the engine’s own bridge', (t) => ({
    kind: 'udp',
    to: t.engineBridge,
    port: t.port,
  })),
  nobody('engine-tcp', 'the engine’s port (2375) on the host', ({ host }) => ({
    kind: 'tcp',
    to: host,
    port: 2375,
  })),
  nobody('engine-tls', 'the engine’s TLS port (2376) on the host', ({ host }) => ({
    kind: 'tcp',
    to: host,
    port: 2376,
  })),
  nobody('host-published', 'a port that another container publishes on the host', ({ host }) => ({
    kind: 'tcp',
    to: host,
    port: PUBLISHED_PORT,
  })),
  nobody('host-fragments', 'UDP in fragments to the host', ({ host, port }) => ({
    kind: 'udp',
    to: host,
    port,
    size: 4000,
  })),
  root('host-low-port', 'TCP to the host from source port 53', ({ host, port }) => ({
    kind: 'tcp',
    to: host,
    port,
    from: 53,
  })),
];

const TO_THE_OUTSIDE: readonly EscapeAttempt[] = [
  nobody('outside-tcp', 'TCP to an outside address', ({ outside, port }) => ({
    kind: 'tcp',
    to: outside,
    port,
  })),
  nobody('outside-udp', 'UDP to an outside address', ({ outside, port }) => ({
    kind: 'udp',
    to: outside,
    port,
  })),
  nobody('outside-icmp', 'ICMP echo to an outside address', ({ outside }) => ({ kind: 'icmp', to: outside })),
  nobody('outside-ipv6-tcp', 'TCP to an outside IPv6 address', ({ outside6, port }) => ({
    kind: 'tcp',
    to: outside6,
    port,
  })),
  nobody('outside-ipv6-udp', 'UDP to an outside IPv6 address', ({ outside6, port }) => ({
    kind: 'udp',
    to: outside6,
    port,
  })),
  nobody('outside-ntp', 'UDP to port 123 outside', ({ outside }) => ({
    kind: 'udp',
    to: outside,
    port: 123,
  })),
  nobody('outside-quic', 'UDP to port 443 outside', ({ outside }) => ({
    kind: 'udp',
    to: outside,
    port: 443,
  })),
  nobody('outside-fragments', 'UDP in fragments to an outside address', ({ outside, port }) => ({
    kind: 'udp',
    to: outside,
    port,
    size: 4000,
  })),
  raw('loose-source-route', 'loose source route through the gateway', ({ outside, port, gateway }) => ({
    kind: 'udp',
    to: outside,
    port,
    options: sourceRoute(LOOSE_ROUTE, gateway),
  })),
  raw('strict-source-route', 'strict source route through the gateway', ({ outside, port, gateway }) => ({
    kind: 'udp',
    to: outside,
    port,
    options: sourceRoute(STRICT_ROUTE, gateway),
  })),
  nobody('metadata-tcp', 'the address of a cloud’s metadata service', () => ({
    kind: 'tcp',
    to: METADATA,
    port: 80,
  })),
  nobody('metadata-udp', 'UDP to the metadata service’s address', () => ({
    kind: 'udp',
    to: METADATA,
    port: 80,
  })),
  nobody('link-local-ipv6', 'UDP to fe80::feed on the own link', ({ port }) => ({
    kind: 'udp',
    to: 'fe80::feed%link',
    port,
  })),
  nobody('other-lab-tcp', 'TCP to an endpoint of another lab', ({ other, port }) => ({
    kind: 'tcp',
    to: other,
    port,
  })),
  nobody('other-lab-udp', 'UDP to an endpoint of another lab', ({ other, port }) => ({
    kind: 'udp',
    to: other,
    port,
  })),
  nobody('other-lab-icmp', 'ICMP echo to an endpoint of another lab', ({ other }) => ({
    kind: 'icmp',
    to: other,
  })),
  nobody('app-direct-tcp', 'TCP to the cloud’s own address', ({ app }) => ({
    kind: 'tcp',
    to: app,
    port: 443,
  })),
  nobody('app-direct-udp', 'UDP to the cloud’s own address', ({ app }) => ({
    kind: 'udp',
    to: app,
    port: 443,
  })),
];

const NAMES: readonly EscapeAttempt[] = [
  nobody('dns-outside', 'a DNS server outside, over UDP', ({ outside }) => ({
    kind: 'dns',
    to: outside,
    name: '{text}.outside.example',
  })),
  nobody('dns-outside-tcp', 'a DNS server outside, over TCP', ({ outside }) => ({
    kind: 'dns',
    to: outside,
    tcp: 1,
    name: '{text}.outside.example',
  })),
  nobody('dns-beyond', 'the resolver of the zone beyond the relay', ({ resolver }) => ({
    kind: 'dns',
    to: resolver,
    name: '{text}.outside.example',
  })),
  nobody('dns-tunnel', 'a name as a message, by the own resolver', () => ({
    kind: 'dns',
    to: 'resolver',
    name: '{text}.tunnel.outside.example',
  })),
  nobody('dns-tunnel-long', 'a long name as a message, type TXT', () => ({
    kind: 'dns',
    to: 'resolver',
    type: 16,
    name: `{text}.${'x'.repeat(60)}.${'y'.repeat(60)}.outside.example`,
  })),
  nobody('dns-tunnel-tcp', 'a name as a message, by the own resolver over TCP', () => ({
    kind: 'dns',
    to: 'resolver',
    tcp: 1,
    name: '{text}.tcp.outside.example',
  })),
  nobody('dns-metadata', 'the name of a cloud’s metadata service', () => ({
    kind: 'dns',
    to: 'resolver',
    name: '{text}.metadata.google.internal',
  })),
  nobody('dns-embedded', 'the engine’s embedded resolver', () => ({
    kind: 'dns',
    to: '127.0.0.11',
    name: '{text}.embedded.example',
  })),
];

const TO_EVERYBODY: readonly EscapeAttempt[] = [
  nobody('broadcast', 'broadcast to everybody (255.255.255.255)', ({ port }) => ({
    kind: 'udp',
    to: '255.255.255.255',
    port,
  })),
  nobody('broadcast-subnet', 'broadcast to the subnet', ({ broadcast, port }) => ({
    kind: 'udp',
    to: broadcast,
    port,
  })),
  nobody('broadcast-dhcp', 'broadcast to the port of DHCP', () => ({
    kind: 'udp',
    to: '255.255.255.255',
    port: 67,
  })),
  nobody('multicast-hosts', 'multicast to all hosts', ({ port }) => ({ kind: 'udp', to: '224.0.0.1', port })),
  nobody('multicast-dns', 'multicast DNS', () => ({ kind: 'udp', to: '224.0.0.251', port: 5353 })),
  nobody('multicast-ssdp', 'SSDP', () => ({ kind: 'udp', to: '239.255.255.250', port: 1900 })),
  nobody('multicast-ipv6', 'IPv6 multicast to all nodes', ({ port }) => ({
    kind: 'udp',
    to: 'ff02::1%link',
    port,
  })),
];

const NEEDS_PRIVILEGE =
  'the open counterpart would be a privileged container, or one with the host’s files, and the lab makes none';
const shell = (id: string, title: string, run: string, wants: string): EscapeAttempt =>
  root(id, title, () => ({ kind: 'shell', run, wants }), NEEDS_PRIVILEGE);

const LOCAL: readonly EscapeAttempt[] = [
  nobody('abstract-socket', 'an abstract unix socket of the host', ({ socket }) => ({
    kind: 'unix',
    path: `@${socket}`,
  })),
  root('abstract-socket-root', 'an abstract unix socket of the host, as root', ({ socket }) => ({
    kind: 'unix',
    path: `@${socket}`,
  })),
  shell(
    'engine-socket',
    'the engine’s socket',
    'find / -xdev -type s \\( -name "docker*.sock" -o -name "containerd*.sock" -o -name "engine.sock" \\) | grep .',
    'sock',
  ),
  shell(
    'host-namespace',
    'the namespaces of PID 1 of the host',
    'nsenter -t 1 -a true && ls /proc/1/root/var/lib/heiiki/engine',
    'containers',
  ),
  shell(
    'host-devices',
    'a block device of the host, mounted',
    'mkdir -p /tmp/m; for d in $(awk "NR>2{print \\$4}" /proc/partitions); do mknod /tmp/d b $(awk -v n=$d "\\$4==n{print \\$1, \\$2}" /proc/partitions) && mount -o ro /tmp/d /tmp/m && umount /tmp/m && echo mounted; done',
    'mounted',
  ),
  shell(
    'host-cgroup',
    'a release agent in a control group',
    'mkdir -p /tmp/c && mount -t cgroup -o memory cgroup /tmp/c && umount /tmp/c && echo mounted',
    'mounted',
  ),
  shell(
    'host-core-pattern',
    'the host’s core pattern',
    'test -w /proc/sys/kernel/core_pattern && echo writable',
    'writable',
  ),
  shell(
    'host-sysrq',
    'the host’s system request key',
    'test -w /proc/sysrq-trigger && echo writable',
    'writable',
  ),
  shell(
    'host-memory',
    'the host’s memory',
    'head -c 1 /dev/mem && echo read || head -c 1 /proc/kcore | grep -c . && echo read',
    'read',
  ),
  shell(
    'host-mounts',
    'files of the host',
    'grep -E " /(var/run|run)/(docker|heiiki)| /host" /proc/self/mountinfo',
    '/',
  ),
];

export const ATTEMPTS: readonly EscapeAttempt[] = [
  ...TO_THE_HOST,
  ...TO_THE_OUTSIDE,
  ...NAMES,
  ...TO_EVERYBODY,
  ...RELAY,
  ...FRAMES,
  ...PROTOCOLS,
  ...WITH_ROUTES,
  ...LOCAL,
];
