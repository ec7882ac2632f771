/** Command line of a zone's resolver. */
export interface ResolverSettings {
  readonly listen: string;
  /** file of names and addresses, read again at SIGHUP; every other name does not exist */
  readonly hosts: string;
}

export function dnsmasqArgv({ listen, hosts }: ResolverSettings): string[] {
  return [
    'dnsmasq',
    '--keep-in-foreground',
    '--conf-file=/dev/null',
    '--no-resolv',
    '--no-hosts',
    '--local=/#/',
    '--bind-interfaces',
    `--listen-address=${listen}`,
    '--log-facility=-',
    '--log-queries=extra',
    `--addn-hosts=${hosts}`,
  ];
}

/** The content of that file. */
export function hostsFile(names: ReadonlyMap<string, string>): string {
  return [...names].map(([name, address]) => `${address} ${name}\n`).join('');
}
