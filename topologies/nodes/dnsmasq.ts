/** Command line of a zone's resolver. */
export interface ResolverSettings {
  readonly listen: string;
  /** name → address; every other name does not exist */
  readonly names: ReadonlyMap<string, string>;
}

export function dnsmasqArgv({ listen, names }: ResolverSettings): string[] {
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
    ...[...names].map(([name, address]) => `--host-record=${name},${address}`),
  ];
}
