import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { expect } from 'chai';
import type { Observation } from '../../history/events.ts';
import { loadConfig, saveConfig } from '../../mocks/agent/config.ts';
import { configFrom } from '../../mocks/agent/installer.ts';
import { placesBelow } from '../../mocks/agent/places.ts';
import { loadProduct } from '../../products/load.ts';
import type { Statement } from '../../products/schema.ts';
import { METHODS } from '../checks/recovery.ts';
import { edited, editConfiguration } from './edit-configuration.ts';
import { LADDER } from './recovery.ts';

const FORM = {
  file: '/etc/acme',
  relay: 'proxy = {relay.name}:{relay.port}',
  none: '# no proxy',
  restart: true,
};

/** An endpoint with that one file, and what was done there, in order. */
async function acme(content: string | undefined, change: Partial<Statement> = {}, hookOutcome = 'ok') {
  const loaded = await loadProduct('file-configured');
  const statement = { ...loaded.product.statement, configurationFile: FORM, ...change };
  const seen: Observation[] = [];
  const done: string[] = [];
  let file = content;
  const endpoint = {
    name: 'pc',
    get: (path: string) =>
      Promise.resolve(path === FORM.file && file !== undefined ? Buffer.from(file) : undefined),
    exec: (_argv: readonly string[], { input }: { input: string }) => {
      file = input;
      done.push('edit');
      return Promise.resolve({ exit: 0, stdout: '', stderr: '' });
    },
  };
  const session = {
    product: { ...loaded, product: { ...loaded.product, statement } },
    history: { record: (_source: string, event: Observation) => seen.push(event) },
    endpoint,
    inEndpoint: (_what: string, body: (there: typeof endpoint) => unknown) => Promise.resolve(body(endpoint)),
    hook: (hook: string) => {
      done.push(hook);
      return Promise.resolve({ kind: 'hook.finished', outcome: hookOutcome });
    },
  } as unknown as Parameters<typeof editConfiguration>[0];
  return {
    to: (relay: string) => editConfiguration(session, relay),
    done,
    now: () => file,
    steps: () => seen.filter(({ kind }) => kind === 'manual.step').length,
  };
}

describe('an edit of the documented configuration', () => {
  it('writes the new relay in the place of the old one, and starts the service where that is documented', async () => {
    const lab = await acme('a = 1\nproxy = relay.closed.test:3128\nb = 2\n');
    expect(await lab.to('relay.site-b.test:8080')).to.have.property('done');
    expect(lab.now()).to.equal('a = 1\nproxy = relay.site-b.test:8080\nb = 2\n');
    expect(lab.done).to.deep.equal(['edit', 'stop', 'start']);
    expect(lab.steps()).to.equal(2);
    expect(await lab.to('none')).to.have.property('done');
    expect(lab.now()).to.equal('a = 1\n# no proxy\nb = 2\n');
    // What says now that there is none is found as well.
    expect(await lab.to('10.0.0.1:3128')).to.have.property('done');
    expect(lab.now()).to.contain('proxy = 10.0.0.1:3128\n');
  });
  it('starts nothing where the file alone counts', async () => {
    const lab = await acme('proxy = a:1', { configurationFile: { ...FORM, restart: false } });
    await lab.to('b:2');
    expect(lab.done).to.deep.equal(['edit']);
    expect(lab.steps()).to.equal(1);
  });
  it('is not tried with a product that documents none, or declares that it does not count', async () => {
    for (const change of [
      { configurationFile: undefined },
      { editedConfiguration: 'ignored' },
      { editedConfiguration: 'reported' },
      { editedConfiguration: undefined },
    ] as const) {
      const lab = await acme('proxy = a:1', change);
      expect(await lab.to('b:2')).to.have.property('impossible');
      expect(lab.done).to.deep.equal([]);
      expect(lab.steps()).to.equal(0);
    }
  });
  it('is not made at a place that is not the documented one', async () => {
    for (const content of [undefined, 'b = 2', 'proxy = a:1\nproxy = b:1']) {
      const lab = await acme(content);
      expect(await lab.to('b:2')).to.have.property('impossible');
      expect(lab.steps()).to.equal(0);
    }
    const unable = { ...FORM, none: undefined };
    const lab = await acme('proxy = a:1', { configurationFile: unable });
    expect(await lab.to('none')).to.have.property('impossible');
  });
  it('has brought nothing back if the service does not start again', async () => {
    const lab = await acme('proxy = a:1', {}, 'failed');
    expect(await lab.to('b:2')).to.have.property('impossible');
    expect(lab.steps()).to.equal(2);
  });
  it('takes no part of a text for a pattern', () => {
    const form = { file: '/x', relay: '(p) "{relay.address}"', restart: false };
    expect(edited('(p) "a:1" $&', form, '(p) "$&"')).to.equal('(p) "$&" $&');
    expect(edited('p "a:1"', form, 'x')).to.equal(undefined);
  });
});

describe('the methods of recovery', () => {
  it('are tried in the order in which the check grades them', () => {
    expect([...LADDER, 'none']).to.deep.equal(METHODS);
  });
});

describe('the documented edit of the reference agent', () => {
  const OTHER = 'relay.site-b.test:8080';
  let root: string;
  beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'documented-edit-'))));
  afterEach(() => rmSync(root, { recursive: true }));

  it('is one that it reads', async () => {
    const places = placesBelow(root);
    const ca = join(root, 'ca.pem');
    writeFileSync(ca, '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n');
    const cloud = ['--cloud', 'https://edr.cloud.test', '--token', 't', '--ca', ca];
    const { config } = configFrom([...cloud, '--relay', '10.0.0.1:3128']);
    for (const id of ['reference', 'file-configured']) {
      const { configurationFile: documented } = (await loadProduct(id)).product.statement;
      if (!documented) throw new Error(`${id} documents no edit`);
      expect(join(root, documented.file)).to.equal(places.config);
      saveConfig(places, config);
      const write = (text: string): void => {
        const after = edited(readFileSync(places.config, 'utf8'), documented, text);
        writeFileSync(places.config, after ?? '');
      };
      write(documented.none ?? '');
      expect(loadConfig(places).relay).to.equal(null);
      write(documented.relay.replace('{relay.address}', OTHER));
      expect(loadConfig(places).relay).to.equal(OTHER);
    }
  });
});
