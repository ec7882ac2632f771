/** What a person is told when a lab is ready. */
import type { LabInfo } from './protocol.ts';

export function welcome(info: LabInfo): readonly string[] {
  const { name, topology, probes, endpoints, relays, cloud, evidence, problem } = info;
  return [
    `lab ${name} is up: ${topology}, proven closed (${probes} attempts to get out, none did)`,
    ...endpoints.map((one) => field(`endpoint ${one.name}`, placeOf(one))),
    ...relays.flatMap(({ name: relay, access }) =>
      access.map(({ zone, text }) => field(`relay ${relay}`, `${text} in ${zone}`)),
    ),
    ...(cloud
      ? [
          field(
            'cloud',
            `${cloud.url} (its CA on each endpoint: ${cloud.ca}; enrolment token: ${cloud.token})`,
          ),
        ]
      : []),
    ...installed(info),
    field('evidence', evidence),
    ...(problem === null ? [] : [field('PROBLEM', problem)]),
    'Try next:',
    ...next(info).map((words) => `  heiiki lab ${words.replace('LAB', name)}`),
  ];
}

export const placeOf = ({ zone, address }: LabInfo['endpoints'][number]): string =>
  zone === null ? 'on no network' : address === null ? `in ${zone}` : `${address} in ${zone}`;

const field = (name: string, value: string): string => `  ${name.padEnd(16)} ${value}`;

function installed({ product, installs }: LabInfo): readonly string[] {
  return installs.flatMap(({ endpoint, outcome, exit, ms, output }) => [
    field(
      `product ${product ?? ''}`,
      outcome === 'missing'
        ? `has no install hook; its files are on ${endpoint}`
        : `install on ${endpoint}: ${outcome}, status ${exit ?? 'none'}, after ${(ms / 1000).toFixed(1)} s`,
    ),
    ...output
      .trimEnd()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => `    | ${line}`),
  ]);
}

function next(info: LabInfo): readonly string[] {
  const { endpoints, relays, cloud, zones, status } = info;
  const [endpoint] = endpoints;
  const on = endpoints.length > 1 && endpoint ? ` --endpoint ${endpoint.name}` : '';
  const [relay] = relays;
  const at = relays.length > 1 && relay ? ` --relay ${relay.name}` : '';
  const access = relay?.access.find(({ zone }) => zone === endpoint?.zone) ?? relay?.access[0];
  const elsewhere = zones.find((zone) => zone !== endpoint?.zone) ?? 'none';
  return [
    'watch LAB',
    ...(cloud && access
      ? [
          `exec LAB${on} -- curl -sS ${[...access.curl, '--cacert', cloud.ca, cloud.url].map(quoted).join(' ')}`,
        ]
      : []),
    ...(status ? [`exec LAB${on} -- ${status.map(quoted).join(' ')}`] : []),
    ...(relay ? [`fault LAB refused${at}`, `heal LAB`] : []),
    `relocate LAB ${elsewhere}${on}`,
    'down LAB',
  ];
}

/** For a shell; what is harmless stays as it is. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
