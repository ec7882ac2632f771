import { join } from 'node:path';
import { describe, it } from 'node:test';
import { expect } from 'chai';
import { ManifestError } from './errors.ts';
import { listProducts, loadAll, loadDefect, loadProduct } from './load.ts';
import { GOOD, acme, folderWith } from './testing.ts';

/** The lines of the error, with the folder's path cut off. */
async function refused(root: string, ...list: string[]): Promise<string[]> {
  try {
    await loadAll(list, { root, env: {} });
  } catch (error) {
    expect(error).to.be.instanceOf(ManifestError);
    expect((error as ManifestError).exitCode).to.equal(3);
    return (error as Error).message.replaceAll(`${root}/`, '').replaceAll(root, '.').split('\n');
  }
  throw new Error('nothing was refused');
}
/** The first problem of a manifest in which `find` is replaced: where and what, and the remedy. */
async function spoilt(find: string, replacement: string): Promise<string[]> {
  expect(GOOD).to.contain(find);
  await using folder = await acme(GOOD.replace(find, replacement));
  return await refused(folder.path, 'acme');
}

describe('loading a product', () => {
  it('gives times in milliseconds, defaults, folder and digest', async () => {
    await using folder = await acme(GOOD);
    const { product, digest, folder: where, payload } = await loadProduct('acme', folder.path);
    expect(product.timing).to.include({ policy: 500, enrol: 10_000, return: 90_000 });
    expect(product.statement).to.deep.include({ modes: ['detect'], stimuli: [], allowlist: [] });
    expect(where).to.equal(join(folder.path, 'acme'));
    expect(digest).to.match(/^[0-9a-f]{64}$/);
    expect([...payload.files.keys()]).to.deep.equal(['root/opt/acme/install']);
  });

  it('takes a folder and a manifest by path as well', async () => {
    await using folder = await acme(GOOD);
    const byFolder = await loadProduct(join(folder.path, 'acme'));
    const byFile = await loadProduct(join(folder.path, 'acme', 'product.yaml'));
    expect(byFolder.digest).to.equal(byFile.digest);
  });

  it('has another digest when a file of the payload or its mode is another', async () => {
    const digests = [];
    for (const text of ['#!/bin/sh\n', '#!/bin/sh\nexit 0\n']) {
      await using folder = await acme(GOOD, { 'acme/payload/opt/acme/install': text });
      digests.push((await loadProduct('acme', folder.path)).digest);
    }
    await using more = await acme(GOOD, { 'acme/payload/etc/new': '' });
    digests.push((await loadProduct('acme', more.path)).digest);
    expect(new Set(digests).size).to.equal(3);
  });

  it('lists what is there', async () => {
    await using folder = await acme(GOOD, { 'defects/leaks.yaml': 'x', 'notes.md': '' });
    expect((await listProducts(folder.path)).map(({ id, kind }) => `${kind} ${id}`)).to.deep.equal([
      'product acme',
      'defect leaks',
    ]);
  });
});

describe('a manifest that is wrong', () => {
  const cases: [what: string, find: string, replacement: string, ...lines: string[]][] = [
    [
      'unknown key with a slip of the pen',
      '  detect: 3s\n',
      '  detetc: 3s\n  detect: 3s\n',
      'acme/product.yaml:17:3: unknown key `timing.detetc`',
      '    → did you mean `timing.detect`?',
    ],
    [
      'key in the wrong place',
      'parts: [edr]\n',
      'parts: [edr]\nconnectivity: relay-only\n',
      'acme/product.yaml:6:1: unknown key `connectivity`',
      '    → did you mean `statement.connectivity`?',
    ],
    [
      'key of which nothing is known',
      '  uninstall: 5s\n',
      '  uninstall: 5s\n  colour: 1s\n',
      'acme/product.yaml:26:3: unknown key `timing.colour`',
      '    → remove it; known here: enrol, detect, policy, command, retry, reconnect, fallback, return, status, uninstall, probe, log, update',
    ],
    [
      'unknown channel',
      '{ enrol: "edr',
      '{ enroll: "edr',
      'acme/product.yaml:14:15: unknown key `statement.channels.enroll`',
      '    → did you mean `statement.channels.enrol`?',
    ],
    [
      'unknown hook',
      '  install: [',
      '  instal: [',
      'acme/product.yaml:28:3: unknown key `hooks.instal`',
      '    → did you mean `hooks.install`?',
    ],
    [
      'missing key',
      '  status: 3s\n',
      '',
      'acme/product.yaml:15:1: `timing.status` is missing',
      '    → add `status` to `timing`: a time needs a number and a unit, e.g. 500ms, 3s, 2m',
    ],
    [
      'missing word',
      'schema: heiiki/product/v1\n',
      '',
      'acme/product.yaml:1:1: `schema` is missing',
      '    → add `schema: heiiki/product/v1` to the file',
    ],
    [
      'wrong word',
      'relay-only',
      'relay-prefered',
      'acme/product.yaml:11:17: `statement.connectivity` cannot be `"relay-prefered"`',
      '    → did you mean `relay-preferred`? (one of: relay-only, relay-preferred, direct-only)',
    ],
    [
      'wrong word in a list',
      '[edr]',
      '[edr, xdr]',
      'acme/product.yaml:5:14: `parts[1]` cannot be `"xdr"`',
      '    → did you mean `edr`? (one of: epp, edr, shipper)',
    ],
    [
      'time without a unit',
      'detect: 3s',
      'detect: 3',
      'acme/product.yaml:17:11: `timing.detect` must be a text, not `3`',
      '    → a time needs a number and a unit, e.g. 500ms, 3s, 2m',
    ],
    [
      'time with a wrong unit',
      'detect: 3s',
      'detect: 3 seconds',
      'acme/product.yaml:17:11: `timing.detect` cannot be `"3 seconds"`',
      '    → a time needs a number and a unit, e.g. 500ms, 3s, 2m',
    ],
    [
      'destination without a port',
      '"edr.cloud.test:443"',
      'edr.cloud.test',
      'acme/product.yaml:14:22: `statement.channels.enrol` cannot be `"edr.cloud.test"`',
      '    → a destination is written host:port, e.g. "edr.cloud.test:443"',
    ],
    [
      'no channel',
      '{ enrol: "edr.cloud.test:443" }',
      '{}',
      'acme/product.yaml:14:13: no channel is declared',
      '    → name at least one destination, e.g. enrol: "edr.cloud.test:443"',
    ],
    [
      'hook as one text',
      '[/opt/acme/install, --relay, "{relay.address}"]',
      '/opt/acme/install',
      'acme/product.yaml:28:12: `hooks.install` must be a list, not `"/opt/acme/install"`',
      '    → write a list here',
    ],
    [
      'unknown placeholder',
      '{relay.address}',
      '{relay.adress}',
      'acme/product.yaml:28:41: nothing is known by the name {relay.adress}',
      '    → did you mean {relay.address}?',
    ],
    [
      'secret that is not listed',
      '{relay.address}',
      '{secret.TOKEN}',
      'acme/product.yaml:28:41: nothing is known by the name {secret.TOKEN}',
      '    → list TOKEN under `secrets`',
    ],
    [
      'secret that is not set',
      'hooks:',
      'secrets: [ACME_TOKEN]\nhooks:',
      'acme/product.yaml:27:11: the secret ACME_TOKEN is not in the environment',
      '    → set it before the run: export ACME_TOKEN=…',
    ],
    [
      'missing program',
      '[/opt/acme/install,',
      '[/opt/acme/instal,',
      'acme/product.yaml:28:13: `/opt/acme/instal` is neither in the payload nor a program of the system',
      '    → did you mean `/opt/acme/install`?',
    ],
    [
      'program from nowhere',
      '[/opt/acme/install,',
      '[/srv/x,',
      'acme/product.yaml:28:13: `/srv/x` is neither in the payload nor a program of the system',
      '    → put it below `payload.files`; if the install hook makes it, name its folder in `payload.installs`',
    ],
    [
      'relative program',
      '[/opt/acme/install,',
      '[./install,',
      'acme/product.yaml:28:13: `./install` is a relative path',
      '    → name the program by its absolute path',
    ],
    [
      'missing folder',
      './payload',
      './payloads',
      'acme/product.yaml:8:10: there is no folder `acme/payloads`',
      "    → paths are relative to the manifest's folder",
    ],
    [
      'missing Dockerfile',
      'files: ./payload',
      'dockerfile: ./Dockerfile',
      'acme/product.yaml:8:15: there is no file `./Dockerfile`',
      '    → paths are relative to acme',
    ],
    [
      'include without Dockerfile',
      'files: ./payload',
      'include: [{ file: a, to: b }]',
      'acme/product.yaml:8:3: `bundle` and `include` need a Dockerfile that copies them',
      '    → add `dockerfile`, or put the files below `files`',
    ],
    [
      'recovery without its hook',
      'recovery: itself',
      'recovery: local-command',
      'acme/product.yaml:12:13: recovery by local-command is declared, but there is no hook `set-relay`',
      '    → add `hooks.set-relay`, or declare another one',
    ],
    [
      'another relay by a hook that is not there',
      '  uninstall: { protection',
      '  relayReplaced: reinstall\n  uninstall: { protection',
      'acme/product.yaml:13:18: relayReplaced by reinstall is declared, but there is no hook `uninstall`',
      '    → add `hooks.uninstall`, or declare another one',
    ],
    [
      'destination that no lab has',
      'edr.cloud.test:443',
      'edr.acme.example:443',
      'acme/product.yaml:14:22: there is no `edr.acme.example:443` in a lab',
      "    → the vendor's cloud is edr.cloud.test:443 and cdn.cloud.test:443 there, and the installer is told so by {cloud.url}",
    ],
    [
      'orders without a channel for them',
      '  uninstall: { protection',
      '  response: [kill]\n  uninstall: { protection',
      'acme/product.yaml:13:13: orders come through the channel `command`, and there is none',
      '    → name it in `statement.channels.command`, or remove `response`',
    ],
    [
      'relay by a policy without a channel for it',
      'recovery: itself',
      'recovery: policy',
      'acme/product.yaml:14:13: a policy is to tell it its relay, and there is no channel `policy`',
      '    → name where policies come from in `statement.channels.policy`, or declare another way',
    ],
    [
      'stop that cannot be tried',
      '  uninstall: { protection',
      '  selfProtection: [stop]\n  uninstall: { protection',
      'acme/product.yaml:13:19: it is declared to withstand `stop`, but there is no hook `stop`',
      '    → add `hooks.stop`, or remove it here',
    ],
    [
      'no hook for the installation',
      '  install: [',
      '  status: [',
      'acme/product.yaml:28:3: there is no hook `install`, and so nothing that could be tried',
      '    → add `hooks.install`',
    ],
    [
      'package that is a file',
      '  files: ./payload',
      '  packages: [./acme.deb]',
      'acme/product.yaml:8:14: `payload.packages[0]` cannot be `"./acme.deb"`',
      '    → a package of Debian 12, e.g. libcurl4; a .deb of your own goes below `payload.files`, and the install hook installs it',
    ],
    [
      'recovery by an edit that is not documented',
      'recovery: itself',
      'recovery: edited-configuration',
      'acme/product.yaml:12:13: recovery by edited-configuration is declared, but not which edit takes effect',
      '    → add `statement.configurationFile` and `statement.editedConfiguration: effective`, or declare another one',
    ],
    [
      'edit that does not say where the relay is',
      '  uninstall: { protection',
      '  configurationFile: { file: /etc/acme, relay: proxy=, restart: false }\n  uninstall: { protection',
      'acme/product.yaml:13:48: it does not say where in the text the relay is',
      '    → write {relay.address}, {relay.url}, {relay.name}, {relay.port} in its place',
    ],
    [
      'edit with a secret in it',
      '  uninstall: { protection',
      '  configurationFile: { file: /etc/acme, relay: "{relay.password}", restart: false }\n  uninstall: { protection',
      'acme/product.yaml:13:48: it does not say where in the text the relay is',
      '    → write {relay.address}, {relay.url}, {relay.name}, {relay.port} in its place',
    ],
    [
      'edit after which nobody can start the service',
      '  uninstall: { protection',
      '  configurationFile: { file: /etc/acme, relay: "{relay.url}", restart: true }\n  uninstall: { protection',
      'acme/product.yaml:13:72: the service has to be started again, but there is no hook `stop` or `start`',
      '    → add the hooks `stop` and `start`',
    ],
    [
      'tenant without its hook',
      '  uninstall: { protection',
      '  tenantChange: true\n  uninstall: { protection',
      'acme/product.yaml:13:17: `tenantChange` and the hook `set-tenant` need each other',
      '    → give both, or neither if it cannot be had without a new installation',
    ],
    [
      'stimulus of another dialect',
      '  uninstall: { protection',
      '  stimuli: [log-line]\n  uninstall: { protection',
      'acme/product.yaml:13:12: log lines are only understood by the dialect json-lines',
      '    → set `cloud.dialect: json-lines`, or remove `log-line`',
    ],
    [
      'id that is not the folder',
      'id: acme',
      'id: acne',
      'acme/product.yaml:2:5: the id `acne` is not the name on disk',
      '    → rename one of them; on disk it is `acme`',
    ],
    [
      'id in capitals',
      'id: acme',
      'id: ACME',
      'acme/product.yaml:2:5: `id` cannot be `"ACME"`',
      '    → an id is lower-case letters, digits and dashes',
    ],
    [
      'key twice',
      'name: Acme EDR\n',
      'name: Acme EDR\nname: Acme\n',
      'acme/product.yaml:4:1: this is not valid YAML: Map keys must be unique',
      '    → keep one of the two keys',
    ],
    [
      'broken YAML',
      'parts: [edr]',
      'parts: [edr',
      'acme/product.yaml:6:1: this is not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
      '    → correct the syntax of this line or of the one before',
    ],
  ];
  for (const [what, find, replacement, ...lines] of cases)
    it(what, async () => {
      expect((await spoilt(find, replacement)).slice(0, 2)).to.deep.equal(lines);
    });

  it('is told everything at once, in the order of the file', async () => {
    const text = GOOD.replace('relay-only', 'sometimes')
      .replace('detect: 3s', 'detect: 3')
      .replace('  install:', '  remove:');
    await using folder = await acme(text);
    const problems = (await refused(folder.path, 'acme')).filter((line) => line.startsWith('acme'));
    expect(problems.map((line) => /:(\d+):/.exec(line)?.[1])).to.deep.equal(['11', '17', '28']);
  });

  it('is empty', async () => {
    await using folder = await acme('');
    expect((await refused(folder.path, 'acme'))[0]).to.equal('acme/product.yaml:1:1: the file is empty');
  });

  it('has a program in the payload that cannot be run', async () => {
    await using folder = await acme(GOOD, { 'acme/payload/opt/acme/install': 'echo' });
    expect(await refused(folder.path, 'acme')).to.deep.equal([
      'acme/product.yaml:28:13: `/opt/acme/install` is in the payload but cannot be run',
      '    → chmod +x payload/opt/acme/install',
    ]);
  });

  it('has a Dockerfile on a base of its own', async () => {
    await using folder = await acme(GOOD.replace('files: ./payload', 'dockerfile: Dockerfile'), {
      'acme/Dockerfile': 'FROM debian\n',
    });
    expect((await refused(folder.path, 'acme'))[0]).to.equal(
      'acme/product.yaml:8:15: `Dockerfile`, line 1: a stage starts from `${BASE}` or from an earlier stage, not from `debian`',
    );
  });
});

describe('several products', () => {
  it('cannot share an id, and all their problems come together', async () => {
    await using folder = await acme(GOOD, { 'other/product.yaml': GOOD.replace('3s', '3') });
    await using twin = await folderWith({
      'copy/product.yaml': GOOD,
      'copy/payload/opt/acme/install': '#!/bin/sh\n',
    });
    const lines = await refused(folder.path, 'acme', 'other', join(twin.path, 'copy'), 'acne');
    expect(lines.filter((line) => !line.startsWith(' '))).to.deep.equal([
      'other/product.yaml:17:11: `timing.detect` must be a text, not `3`',
      `${twin.path}/copy/product.yaml: the id \`acme\` is taken by acme/product.yaml`,
      '.: there is no product `acne`',
    ]);
    expect(lines.at(-1)).to.equal('    → did you mean `acme`?');
  });

  it('says which there are when the name is like none', async () => {
    await using folder = await acme(GOOD);
    expect(await refused(folder.path, 'zebra')).to.deep.equal([
      '.: there is no product `zebra`',
      '    → a folder is named with a slash, e.g. ./zebra; by id there are: acme',
    ]);
  });

  it('lets new versions come only where a channel for them is declared', async () => {
    const text = GOOD.replace('  channels:', '  selfUpdate: { file: /opt/acme/version }\n  channels:');
    await using without = await acme(text);
    expect((await refused(without.path, 'acme'))[0]).to.contain('through the channel `update`');
    const channel = '"edr.cloud.test:443", update: "cdn.cloud.test:443" }';
    await using good = await acme(text.replace('"edr.cloud.test:443" }', channel));
    expect((await loadProduct('acme', good.path)).product.statement.selfUpdate?.file).to.equal(
      '/opt/acme/version',
    );
  });

  it('lets a queue that can be made smaller and the hook that does it need each other', async () => {
    const queue = (rest: string) =>
      GOOD.replace(
        '  channels:',
        `  queue: { detections: 100, overflow: drop-oldest, order: none${rest} }\n  channels:`,
      );
    const told = (text: string) =>
      text.replace('"{relay.address}"', '"{relay.address}", "{queue.detections}"');
    const first = async (text: string): Promise<string | undefined> => {
      await using folder = await acme(text);
      return (await refused(folder.path, 'acme'))[0];
    };
    const small = queue(', smallest: { detections: 5 }');
    await using good = await acme(told(small));
    expect((await loadProduct('acme', good.path)).product.statement.queue?.smallest?.detections).to.equal(5);
    expect(await first(small)).to.contain('{queue.detections} of the install hook need each other');
    expect(await first(told(queue('')))).to.contain('`queue.smallest.detections` and');
    expect(await first(told(GOOD))).to.contain('`queue.smallest.detections` and');
    expect(await first(told(queue(', smallest: { detections: 500 }')))).to.contain('is not below');
  });

  it('wants to know what the cloud does with the log whose retention is declared', async () => {
    const lines = await spoilt('statement:\n', 'statement:\n  logRetention: { days: 30 }\n');
    expect(lines[0]).to.contain('not what the cloud does');
  });

  it('wants a token for removal to come from its cloud and to reach its hook', async () => {
    const token = GOOD.replace('protection: none', 'protection: prefetched-token');
    await using without = await acme(token);
    expect((await refused(without.path, 'acme'))[0]).to.contain('`uninstall` is not told the token');
    const told = `${token}  uninstall: [/opt/acme/install, "{uninstall.secret}"]\n`;
    await using right = await acme(told);
    expect((await loadProduct('acme', right.path)).product.statement.uninstall.protection).to.equal(
      'prefetched-token',
    );
    await using lines = await acme(told.replace('dialect: heiiki-v1', 'dialect: json-lines'));
    expect((await refused(lines.path, 'acme'))[0]).to.contain('only the dialect heiiki-v1 has a token');
  });

  it('says that a file is not there', async () => {
    await using folder = await folderWith({});
    const [line] = await refused(folder.path, join(folder.path, 'none.yaml'));
    expect(line).to.equal('none.yaml: there is no such file');
  });
});

const DEFECT = `schema: heiiki/defect/v1
id: leaks
of: acme
description: It leaks now and then.
flaw: leaks
fails: [NET-03]
statement: { connectivity: relay-preferred, queue: { detections: 5, overflow: block, order: none } }
`;

const named = (id: string) => DEFECT.replace('id: leaks', `id: ${id}`);

describe('a defect', () => {
  it('is its product with a flaw and a patched statement, under its own id', async () => {
    await using folder = await acme(GOOD, { 'defects/leaks.yaml': DEFECT });
    const { product, defect, digest } = await loadDefect('leaks', { root: folder.path });
    const base = await loadProduct('acme', folder.path);
    expect(product.id).to.equal('leaks');
    expect(product.hooks.install?.slice(-2)).to.deep.equal(['--defect', 'leaks']);
    expect(product.statement).to.deep.include({ connectivity: 'relay-preferred', recovery: 'itself' });
    expect(product.statement.queue?.detections).to.equal(5);
    expect(defect.fails).to.deep.equal(['NET-03']);
    expect(digest).not.to.equal(base.digest);
  });

  it('may be one of its cloud only, with a sound payload', async () => {
    const text = GOOD.replace(/^cloud: \{(.*)\}$/m, 'cloud: {$1, logRetention: { days: 30 } }');
    const forgets = named('forgets').replace('flaw: leaks', 'cloud: { logRetention: { days: 7 } }');
    await using folder = await acme(text, {
      'defects/forgets.yaml': forgets,
      'defects/none.yaml': named('none').replace('flaw: leaks\n', ''),
      'defects/strange.yaml': named('strange').replace('flaw: leaks', 'cloud: { logRetention: { days: 0 } }'),
    });
    const { product } = await loadDefect('forgets', { root: folder.path });
    expect(product.cloud.logRetention).to.deep.equal({ days: 7 });
    expect(product.hooks.install).not.to.include('--defect');
    expect((await refused(folder.path, 'none'))[0]).to.contain('`flaw`');
    expect((await refused(folder.path, 'strange'))[0]).to.contain('cloud.logRetention.days');
  });

  it('is found by path, with its product beside its folder', async () => {
    await using folder = await acme(GOOD, { 'defects/leaks.yaml': DEFECT });
    expect((await loadProduct(join(folder.path, 'defects/leaks.yaml'))).product.id).to.equal('leaks');
  });

  it('cannot make a statement that does not exist, or be of a product that does not', async () => {
    await using folder = await acme(GOOD, {
      'defects/a.yaml': named('a').replace('relay-preferred', 'relay-never'),
      'defects/b.yaml': named('b').replace('of: acme', 'of: acne'),
      'defects/c.yaml': named('c').replace('NET-03', 'NET3'),
    });
    const lines = await refused(folder.path, 'a', 'b', 'c');
    expect(lines.filter((line) => !line.startsWith(' '))).to.deep.equal([
      'defects/a.yaml:7:28: `statement.connectivity` cannot be `"relay-never"`',
      'defects/b.yaml:3:5: there is no product `acne`',
      'defects/c.yaml:6:9: `fails[0]` cannot be `"NET3"`',
    ]);
  });

  it('is made from a product, not from another defect', async () => {
    await using folder = await acme(GOOD, { 'defects/a.yaml': named('a').replace('of: acme', 'of: a') });
    expect((await refused(folder.path, 'a'))[0]).to.equal('defects/a.yaml:3:5: there is no product `a`');
  });

  it('shares the problems of its product, which are told once', async () => {
    const text = GOOD.replace('{relay.address}', '{relay}');
    await using folder = await acme(text, { 'defects/a.yaml': named('a'), 'defects/b.yaml': named('b') });
    expect(await refused(folder.path, 'acme', 'a', 'b')).to.have.length(2);
  });

  it('is not taken for one when it is a product', async () => {
    await using folder = await acme(GOOD);
    const error: unknown = await loadDefect('acme', { root: folder.path }).catch((e: unknown) => e);
    expect((error as Error).message).to.contain('`acme` is a product, not a defect');
  });
});
