/** The harness's side and the cloud's program together, in one process. */
import { describe, it } from 'node:test';
import { expect } from 'chai';
import { markOf, REMOVAL_TOKEN } from '../../history/secrets.ts';
import { HistoryWriter } from '../../history/writer.ts';
import { connectCloud } from '../../mocks/cloud/console.ts';
import type { CommandFrame } from '../../mocks/cloud/control.ts';
import { testCloud } from '../../mocks/cloud/testing.ts';
import type { Statement } from '../../products/schema.ts';
import { removeOffline } from './reinstall.ts';
import { removalSecret } from './removal-secret.ts';
import type { Session } from './session.ts';

type Protection = Statement['uninstall']['protection'];

async function before(protection: Protection) {
  const cloud = await testCloud();
  const history = HistoryWriter.inMemory();
  let listener: (frame: Record<string, unknown>) => void = () => undefined;
  const channel = {
    send: (message: unknown) => {
      const { id, do: order } = message as CommandFrame;
      listener({ reply: { id, value: cloud.cloud.obey(order) } });
      return Promise.resolve();
    },
    onFrame: (given: typeof listener) => (listener = given),
  };
  const console = connectCloud(channel, history, () => 'unknown');
  /** what is done with the endpoint, and the secret with which it is removed */
  const done: string[] = [];
  const session = {
    history,
    secret: 'local',
    product: { product: { statement: { uninstall: { protection } } } },
    inCloud: async (_: string, body: (one: typeof console) => Promise<unknown>) => {
      const value = await body(console);
      done.push('at the console');
      return value;
    },
    move: (zone: string | null) => Promise.resolve(done.push(`move to ${zone}`)),
    forgetConnections: () => Promise.resolve(),
    readTraces: () => Promise.resolve(),
    declared: () => 0,
    hook: (hook: string, { secret }: { secret: string }) => {
      done.push(`${hook} with ${secret}`);
      const ended = { endpoint: 'pc', outcome: 'ok', exit: 0, ms: 1, output: secret } as const;
      return Promise.resolve(history.record('harness', { kind: 'hook.finished', hook, ...ended }));
    },
  } as unknown as Session;
  return { cloud, history, session, done };
}

describe('what the person who removes a product has', () => {
  it('is what was set at install, or nothing where that is for the policy or nobody to say', async () => {
    for (const [protection, secret] of [
      ['local-secret', 'local'],
      ['cloud-policy', 'none'],
      ['none', 'none'],
    ] as const) {
      const { session, done } = await before(protection);
      expect([await removalSecret(session), done], protection).to.deep.equal([secret, []]);
    }
  });
  it('is the token that the console shows now', async () => {
    const { cloud, session } = await before('prefetched-token');
    await cloud.enrol();
    const first = await removalSecret(session);
    expect(first).to.equal(cloud.cloud.obey({ what: 'removal-token' }));
    await cloud.enrol();
    expect(await removalSecret(session)).to.equal(cloud.cloud.obey({ what: 'removal-token' }));
    expect(await removalSecret(session)).not.to.equal(first);
  });
  it('is nothing where the cloud has no token, as the endpoint has never enrolled', async () => {
    const { session } = await before('prefetched-token');
    expect(await removalSecret(session)).to.equal('none');
  });
  it('is in no history', async () => {
    const { cloud, history, session } = await before('prefetched-token');
    await cloud.enrol();
    const token = await removalSecret(session);
    history.record('endpoint', { kind: 'step', text: `uninstall --secret ${token}` });
    expect(JSON.stringify(history.events)).not.to.contain(token);
    expect(history.events.at(-1)).to.include({ text: `uninstall --secret ${markOf(REMOVAL_TOKEN)}` });
  });
  it('is fetched when it is needed, although the endpoint is on no network', async () => {
    const { cloud, session, done } = await before('prefetched-token');
    await cloud.enrol();
    const token = cloud.cloud.obey({ what: 'removal-token' }) as string;
    await removeOffline(session, 'closed');
    expect(done).to.deep.equal([
      'move to null',
      'at the console',
      `uninstall with ${token}`,
      'move to closed',
    ]);
  });
});
