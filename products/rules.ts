/** What a schema cannot say: rules between the parts of one manifest. */
import { posix } from 'node:path';
import { DESTINATIONS } from './cloud-names.ts';
import { nearest } from './nearest.ts';
import { ROOT } from './payload.ts';
import { PLACEHOLDERS, placeholdersIn } from './placeholders.ts';
import type { Complaint, Payload } from './payload.ts';
import { HOOKS } from './schema.ts';
import type { HookName, Product } from './schema.ts';

/** Where the base image and Debian packages put programs; whether it is really there is seen at install (126, 127). */
const SYSTEM_PATHS = [
  '/bin/',
  '/sbin/',
  '/usr/bin/',
  '/usr/sbin/',
  '/usr/local/bin/',
  '/usr/lib/',
  '/usr/libexec/',
];
/** What has to be there for the product to be brought back in the way that it declares. */
const NEEDED_FOR: Partial<Record<string, readonly HookName[]>> = {
  'local-command': ['set-relay'],
  reinstall: ['uninstall', 'install'],
};

export function checkHooks(product: Product, payload: Payload, complain: Complaint): void {
  if (product.hooks.install === undefined)
    complain(
      ['hooks'],
      'there is no hook `install`, and so nothing that could be tried',
      'add `hooks.install`',
    );
  for (const name of HOOKS) {
    const argv = product.hooks[name];
    if (argv === undefined) continue;
    argv.forEach((argument, i) => checkPlaceholders(product, ['hooks', name, i], argument, complain));
    const [program = ''] = argv;
    if (program === '' || (program.includes('/') && !program.startsWith('/')))
      complain(
        ['hooks', name, 0],
        program === '' ? 'no program is named' : `\`${program}\` is a relative path`,
        'name the program by its absolute path',
      );
    if (product.payload.dockerfile === undefined) checkProgram(product, name, program, payload, complain);
  }
}

function checkPlaceholders(
  product: Product,
  path: (string | number)[],
  argument: string,
  complain: Complaint,
): void {
  const known = [...PLACEHOLDERS, ...product.secrets.map((secret) => `secret.${secret}`)];
  for (const name of placeholdersIn(argument).filter((n) => !known.includes(n))) {
    complain(path, `nothing is known by the name {${name}}`, rightName(name, known));
  }
}

function rightName(name: string, known: readonly string[]): string {
  if (name.startsWith('secret.')) return `list ${name.slice('secret.'.length)} under \`secrets\``;
  const meant = nearest(name, known);
  return meant === undefined ? `known: ${known.map((k) => `{${k}}`).join(', ')}` : `did you mean {${meant}}?`;
}

function checkProgram(
  product: Product,
  hook: HookName,
  program: string,
  payload: Payload,
  complain: Complaint,
): void {
  const path = ['hooks', hook, 0];
  if (!program.startsWith('/')) return;
  const file = payload.files.get(posix.join(ROOT, program));
  if (file !== undefined) {
    if (file.mode !== 0o755)
      complain(
        path,
        `\`${program}\` is in the payload but cannot be run`,
        `chmod +x ${posix.join(product.payload.files ?? '', program)}`,
      );
    return;
  }
  const below = (place: string) =>
    program === place || program.startsWith(place.endsWith('/') ? place : `${place}/`);
  if (SYSTEM_PATHS.some(below)) return;
  if (hook !== 'install' && product.payload.installs.some(below)) return;
  const meant = nearest(
    program,
    [...payload.files.keys()].map((name) => name.slice(ROOT.length)),
  );
  complain(
    path,
    `\`${program}\` is neither in the payload nor a program of the system`,
    meant === undefined
      ? 'put it below `payload.files`; if the install hook makes it, name its folder in `payload.installs`'
      : `did you mean \`${meant}\`?`,
  );
}

export function checkStatement(product: Product, complain: Complaint): void {
  const { statement, hooks } = product;
  for (const key of ['recovery', 'relayReplaced'] as const)
    for (const hook of NEEDED_FOR[statement[key] ?? ''] ?? [])
      if (hooks[hook] === undefined)
        complain(
          ['statement', key],
          `${key} by ${statement[key]} is declared, but there is no hook \`${hook}\``,
          `add \`hooks.${hook}\`, or declare another one`,
        );
  checkChannels(product, complain);
  if (statement.selfProtection.includes('stop') && hooks.stop === undefined)
    complain(
      ['statement', 'selfProtection'],
      'it is declared to withstand `stop`, but there is no hook `stop`',
      'add `hooks.stop`, or remove it here',
    );
  checkQueue(product, complain);
  checkConfigurationFile(product, complain);
  if (statement.tenantChange !== (hooks['set-tenant'] !== undefined))
    complain(
      ['statement', 'tenantChange'],
      '`tenantChange` and the hook `set-tenant` need each other',
      'give both, or neither if it cannot be had without a new installation',
    );
  if (statement.selfUpdate && statement.channels.update === undefined)
    complain(
      ['statement', 'selfUpdate'],
      'new versions come through the channel `update`, and there is none',
      'name where they come from in `statement.channels.update`, or remove `selfUpdate`',
    );
  checkLogRetention(product, complain);
  checkToken(product, complain);
  if (statement.stimuli.includes('log-line') && product.cloud.dialect !== 'json-lines')
    complain(
      ['statement', 'stimuli'],
      'log lines are only understood by the dialect json-lines',
      'set `cloud.dialect: json-lines`, or remove `log-line`',
    );
}

function checkChannels({ statement }: Product, complain: Complaint): void {
  const { channels } = statement;
  if (Object.keys(channels).length === 0)
    complain(
      ['statement', 'channels'],
      'no channel is declared',
      `name at least one destination, e.g. enrol: "${DESTINATIONS[0]}"`,
    );
  const known: readonly string[] = DESTINATIONS;
  for (const [channel, to] of Object.entries(channels))
    if (!known.includes(to))
      complain(
        ['statement', 'channels', channel],
        `there is no \`${to}\` in a lab`,
        `the vendor's cloud is ${DESTINATIONS.join(' and ')} there, and the installer is told so by {cloud.url}`,
      );
  if (statement.response.length > 0 && channels.command === undefined)
    complain(
      ['statement', 'response'],
      'orders come through the channel `command`, and there is none',
      'name it in `statement.channels.command`, or remove `response`',
    );
  const byPolicy =
    statement.relayByPolicy || [statement.recovery, statement.relayReplaced].includes('policy');
  if (byPolicy && channels.policy === undefined)
    complain(
      ['statement', 'channels'],
      'a policy is to tell it its relay, and there is no channel `policy`',
      'name where policies come from in `statement.channels.policy`, or declare another way',
    );
}

/** Its cloud makes the token, and whoever removes it has to give that to the hook. */
function checkToken({ statement, cloud, hooks }: Product, complain: Complaint): void {
  if (statement.uninstall.protection !== 'prefetched-token') return;
  const place = ['statement', 'uninstall', 'protection'];
  if (cloud.dialect !== 'heiiki-v1')
    complain(
      place,
      'only the dialect heiiki-v1 has a token for removal',
      'set `cloud.dialect: heiiki-v1`, or declare another protection',
    );
  if (!(hooks.uninstall ?? []).flatMap(placeholdersIn).includes('uninstall.secret'))
    complain(
      place,
      'the hook `uninstall` is not told the token',
      'give it {uninstall.secret} in `hooks.uninstall`, or declare another protection',
    );
}

/** The mock plays the vendor's cloud: it cannot be looked at for how long that keeps what, if only a promise is known. */
function checkLogRetention({ statement, cloud }: Product, complain: Complaint): void {
  if (!statement.logRetention) return;
  const place = ['statement', 'logRetention'];
  if (!cloud.logRetention)
    complain(
      place,
      'it says for how long the log is kept, but not what the cloud does',
      'add `cloud.logRetention`, the days after which the cloud really deletes it, or remove this',
    );
  if (statement.channels.telemetry === undefined)
    complain(
      place,
      'the log comes through the channel `telemetry`, and there is none',
      'name where it is sent in `statement.channels.telemetry`, or remove this',
    );
}

/** What an edit is to write in the place of the relay: the parts of its address, and nothing that is a secret. */
const EDITABLE: readonly string[] = ['relay.address', 'relay.url', 'relay.name', 'relay.port'];

function checkConfigurationFile({ statement, hooks }: Product, complain: Complaint): void {
  const { configurationFile: edit, editedConfiguration } = statement;
  for (const key of ['recovery', 'relayReplaced'] as const)
    if (statement[key] === 'edited-configuration' && (!edit || editedConfiguration !== 'effective'))
      complain(
        ['statement', key],
        `${key} by edited-configuration is declared, but not which edit takes effect`,
        'add `statement.configurationFile` and `statement.editedConfiguration: effective`, or declare another one',
      );
  if (!edit) return;
  const words = placeholdersIn(edit.relay);
  if (words.length === 0 || words.some((word) => !EDITABLE.includes(word)))
    complain(
      ['statement', 'configurationFile', 'relay'],
      'it does not say where in the text the relay is',
      `write ${EDITABLE.map((word) => `{${word}}`).join(', ')} in its place`,
    );
  const missing = (['stop', 'start'] as const).filter((hook) => hooks[hook] === undefined);
  if (edit.restart && missing.length > 0)
    complain(
      ['statement', 'configurationFile', 'restart'],
      `the service has to be started again, but there is no hook ${missing.map((hook) => `\`${hook}\``).join(' or ')}`,
      'add the hooks `stop` and `start`',
    );
}

/** How much it keeps can be said to its installer, or not: the statement and the hook have to agree. */
function checkQueue({ statement, hooks }: Product, complain: Complaint): void {
  const { queue } = statement;
  const told = (hooks.install ?? []).flatMap(placeholdersIn);
  for (const kind of ['detections', 'events'] as const) {
    const smallest = queue?.smallest?.[kind];
    if (told.includes(`queue.${kind}`) !== (smallest !== undefined))
      complain(
        ['statement', ...(queue ? ['queue'] : [])],
        `\`queue.smallest.${kind}\` and {queue.${kind}} of the install hook need each other`,
        'give both, or neither if its size is fixed',
      );
    const usual = queue?.[kind];
    if (queue && smallest !== undefined && (usual === undefined || smallest > usual))
      complain(
        ['statement', 'queue', 'smallest', kind],
        `it is not below \`queue.${kind}\``,
        `give \`queue.${kind}\`, what it keeps where nothing else is said`,
      );
  }
}

/** It is replaced wherever it stands in what is kept. */
const LEAST_SECRET = 6;

export function checkSecrets(product: Product, env: NodeJS.ProcessEnv, complain: Complaint): void {
  product.secrets.forEach((name, i) => {
    if ((env[name] ?? '') === '')
      complain(
        ['secrets', i],
        `the secret ${name} is not in the environment`,
        `set it before the run: export ${name}=…`,
      );
    else if ((env[name] ?? '').length < LEAST_SECRET)
      complain(
        ['secrets', i],
        `the secret ${name} is too short to be told from other text, and so to be kept out of the reports`,
        `give one of ${LEAST_SECRET} characters or more`,
      );
  });
}
