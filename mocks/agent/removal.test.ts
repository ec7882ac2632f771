import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { expect } from 'chai';
import { saveConfig } from './config.ts';
import { serveControl, type Request } from './control.ts';
import type { Flaw } from './flaws.ts';
import { configFrom } from './installer.ts';
import { placesBelow, type Places } from './places.ts';
import { saveVerifier } from './protection.ts';
import { uninstall } from './removal.ts';

/** printf '\x00\xffright' | sha256sum */
const RIGHT = { salt: '00ff', hash: '318b96f435e11f07c0647ad023fe4639b223240926ed70e0f182c761930521bd' };

describe('a removal that needs a token of the cloud', () => {
  let root: string;
  let places: Places;
  let agent: Server | undefined;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'removal-'));
    places = placesBelow(root);
    mock.method(console, 'log', () => undefined); // what goes with it
  });
  afterEach(() => {
    agent?.close();
    mock.restoreAll();
    rmSync(root, { recursive: true });
  });
  /** Nothing runs, and nothing can be reached. */
  const installed = (flaw: Flaw | null = null): void => {
    const ca = join(root, 'ca.pem');
    writeFileSync(ca, '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n');
    const told = ['--cloud', 'https://edr.cloud.test', '--token', 't', '--ca', ca];
    const { config } = configFrom([...told, '--protection', 'prefetched-token']);
    saveConfig(places, { ...config, flaw });
  };
  /** A cloud that can be reached, or not, as the running agent tells. */
  const running = async (works: boolean): Promise<void> => {
    agent?.close();
    agent = await serveControl(places.socket, ({ do: what }: Request) =>
      Promise.resolve(what === 'test' ? { works } : { left: true }),
    );
  };

  it('is done with the right one and no network, and refused without', async () => {
    installed();
    saveVerifier(places, RIGHT);
    expect(await uninstall(places, null)).to.contain('removal needs the token');
    expect(await uninstall(places, 'wrong')).to.contain('this is not the token');
    expect(existsSync(places.home)).to.equal(true);
    expect(await uninstall(places, 'right')).to.equal(undefined);
    expect(existsSync(places.home)).to.equal(false);
  });
  it('is done without one before the first enrolment', async () => {
    installed();
    expect(await uninstall(places, null)).to.equal(undefined);
    expect(existsSync(places.home)).to.equal(false);
  });
  it('is not done with that of an earlier enrolment', async () => {
    installed();
    saveVerifier(places, RIGHT);
    saveVerifier(places, { ...RIGHT, salt: '00fe' });
    expect(await uninstall(places, 'right')).to.contain('this is not the token');
  });
  it('waits for the cloud with one of the broken ones', async () => {
    installed('asks-cloud-for-token');
    saveVerifier(places, RIGHT);
    expect(await uninstall(places, 'right')).to.contain('the token is checked by the cloud');
    await running(false);
    expect(await uninstall(places, 'right')).to.contain('the token is checked by the cloud');
    await running(true);
    expect(await uninstall(places, null)).to.contain('removal needs the token');
    expect(await uninstall(places, 'right')).to.equal(undefined);
  });
});
