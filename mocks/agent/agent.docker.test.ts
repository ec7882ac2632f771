/** The built product on an endpoint without any network: what it sees and keeps is read from its journal. */
import { after, before, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { endpointRecipe } from '../../products/assemble.ts';
import { loadProduct } from '../../products/load.ts';
import { openEngine } from '../../topologies/engine/docker.ts';
import type { Engine, ImageRecipe, StartedContainer } from '../../topologies/engine/engine.ts';
import { endpointBases } from '../../topologies/engine/images/index.ts';
import type { DetectionFinding } from '../cloud/protocol/types.ts';
import { makeAccounts } from '../workloads/stimuli.ts';

const COMMAND = '/opt/heiiki-edr/bin/heiiki-edr';
const STATE = '/opt/heiiki-edr/var';
const SECRET = 'only-the-installer-knows';
/** Content of the file that the policy names. */
const SAMPLE = 'harmless sample 1\\n';
const DOWNLOAD = 'cp /bin/cp "$1"; printf %s "$1" >>"$1"; chmod 755 "$1"; "$1" /etc/hostname "$2"';

describe('the reference agent on an endpoint without a network', { timeout: 300_000 }, () => {
  let engine: Engine;
  let pc: StartedContainer;
  before(async () => {
    engine = await openEngine();
    const product = await loadProduct('reference');
    const recipe = endpointRecipe([product], endpointBases()) as ImageRecipe;
    pc = await engine.container({
      name: 'agent-test',
      image: await engine.image(recipe),
      hostname: 'pc1',
      attach: { kind: 'none' },
      capabilities: product.product.privileges,
    });
    await pc.put([
      { path: '/root/ca.pem', content: '-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n' },
    ]);
  });
  after(async () => {
    await engine[Symbol.asyncDispose]();
  });

  const sh = (script: string, args: string[] = [], user = 'root') =>
    pc.run(['sh', '-c', script, 'sh', ...args], { user });
  const installed = () =>
    pc.run(
      `/usr/share/heiiki-edr/setup install --relay relay:3128 --cloud https://edr.cloud.test --token t --ca /root/ca.pem --protection local-secret --secret ${SECRET}`.split(
        ' ',
      ),
    );
  const status = async () =>
    JSON.parse((await pc.run([COMMAND, 'status'])).stdout) as Record<string, unknown>;
  const sensorWorks = () =>
    eventually('the sensor works', async () => (await status())['sensor'] === 'the sensor works');
  const findings = async (): Promise<DetectionFinding[]> => {
    const journal = (await pc.get(`${STATE}/queue.jsonl`))?.toString() ?? '';
    const entries = journal
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { add?: DetectionFinding });
    return entries.flatMap(({ add }) => add ?? []);
  };
  const foundFor = async (nonce: string) =>
    (await findings())
      .filter((one) => JSON.stringify(one).includes(nonce))
      .map((one) => [one.finding_info.analytic?.uid, one.disposition_id]);

  it('installs without waiting for its cloud, and says that it is cut off', async () => {
    const done = await installed();
    expect(done.exit, done.stderr).to.equal(0);
    await sensorWorks();
    await eventually('a reason', async () => !/not connected yet/.test(String((await status())['reason'])));
    const said = await status();
    expect(said['connected']).to.equal(false);
    expect(said['via']).to.equal(null);
    expect(said['reason']).to.contain('relay:3128');
  });

  it('reports a program from a download folder, with the command line of that program', async () => {
    const path = '/home/staff/Downloads/tool-n1';
    await sh(DOWNLOAD, [path, '/var/tmp/n1'], 'staff');
    await eventually('a finding', async () => (await foundFor('n1')).length > 0);
    const [finding] = (await findings()).filter((one) => JSON.stringify(one).includes('n1'));
    const process = finding?.evidences?.[0]?.process;
    expect(process?.cmd_line).to.equal(`${path} /etc/hostname /var/tmp/n1`);
    expect(process?.user?.name).to.equal('staff');
    expect(process?.file?.hashes?.[0]?.value).to.match(/^[0-9a-f]{64}$/);
    expect(process?.parent_process?.cmd_line).to.contain('sh -c');
  });

  it('reports who joins an administrators group, and nobody else', async () => {
    const { user, argv } = makeAccounts(['twin', 'n2']);
    expect((await pc.run(argv, { user })).exit).to.equal(0);
    const join = async (...args: string[]) => {
      const joined = await sh('usermod --append --groups "$2" "$1"', args);
      expect(joined.exit, joined.stderr).to.equal(0);
    };
    await join('acct-twin', 'users');
    await sh('cp /etc/hostname /var/tmp/twin', [], 'staff');
    await join('acct-n2', 'sudo');
    await eventually('a finding', async () => (await foundFor('acct-n2')).length > 0);
    expect(await foundFor('acct-n2')).to.deep.equal([['T1098.007', 15]]);
    expect(await foundFor('twin')).to.deep.equal([]);
  });

  it('has everything again after it was killed, and starts at boot', async () => {
    const before = (await findings()).length;
    await sh(`kill -9 "$(cat /opt/heiiki-edr/run/pid)"`);
    await pc.restart();
    await sensorWorks();
    expect((await status())['queued']).to.equal(before);
  });

  it('comes back when its processes are killed one after the other', async () => {
    const before = (await findings()).length;
    const kill = 'for p in /proc/[0-9]*; do grep -qs "$1" "$p/cmdline" && kill -9 "${p#/proc/}"; done; true';
    for (const name of ['lib/[g]uard', 'agent[.]mjs', 'exec[w]atch']) {
      await sh(kill, [name]);
      await sensorWorks();
    }
    const running = (await pc.top()).map(({ command }) => command);
    for (const name of ['lib/guard', 'agent.mjs run', 'lib/execwatch'])
      expect(
        running.filter((command) => command.includes(name)),
        name,
      ).to.have.length(1);
    expect((await status())['queued']).to.equal(before);
  });

  it('takes another version and keeps what waits to be sent', async () => {
    const before = (await findings()).length;
    const done = await pc.run(['/usr/share/heiiki-edr/setup', 'upgrade', '--version', '1.1.0']);
    expect(done.exit, done.stderr).to.equal(0);
    await sensorWorks();
    expect((await pc.get('/opt/heiiki-edr/lib/version'))?.toString()).to.equal('1.1.0\n');
    expect((await status())['queued']).to.equal(before);
    expect((await pc.top()).filter(({ command }) => command.includes('lib/guard'))).to.have.length(1);
  });

  it('blocks what the policy tells it to block, and says so', async () => {
    const sha256 = (await sh(`printf '${SAMPLE}' | sha256sum`)).stdout.slice(0, 64);
    const policy = {
      revision: 2,
      mode: 'block',
      indicators: [{ sha256, name: 'sample' }],
      allowlist: [],
      uninstallProtection: 'on',
    };
    await pc.run([COMMAND, 'stop']);
    await pc.put([{ path: `${STATE}/policy.json`, content: JSON.stringify({ policy }) }]);
    await pc.run([COMMAND, 'start']);
    await sensorWorks();
    const tool = await sh(DOWNLOAD, ['/home/staff/Downloads/tool-n3', '/var/tmp/n3'], 'staff');
    expect(tool.stderr).to.contain('Operation not permitted');
    const file = '/home/staff/Documents/file-n4';
    const read = await sh(`printf '${SAMPLE}' >"$1"; cat "$1"`, [file], 'staff');
    expect(read.stdout).to.equal('');
    await eventually(
      'two findings',
      async () => (await foundFor('n4')).length + (await foundFor('n3')).length >= 2,
    );
    expect(await foundFor('n3')).to.deep.equal([['T1204.002', 2]]);
    expect(await foundFor('n4')).to.deep.equal([['sha256-indicator', 2]]);
    expect(await pc.get('/var/tmp/n3')).to.equal(undefined);
  });

  it('is not removed without the secret, and is gone with it, far from its cloud', async () => {
    for (const secret of ['none', 'wrong']) {
      const refused = await pc.run([COMMAND, 'uninstall', '--secret', secret]);
      expect(refused.exit, secret).to.equal(3);
      expect(refused.stderr).to.contain('have the protection switched off in the cloud');
    }
    const removed = await pc.run([COMMAND, 'uninstall', '--secret', SECRET]);
    expect(removed.exit, removed.stderr).to.equal(0);
    expect(await pc.get('/opt/heiiki-edr/lib/agent.mjs')).to.equal(undefined);
    expect((await sh('ls /opt /etc/boot.d')).stdout).not.to.contain('heiiki-edr');
    expect((await pc.top()).filter(({ command }) => command.includes('heiiki-edr'))).to.deep.equal([]);
  });
});

/** Bounded: says what did not come true. */
async function eventually(what: string, is: () => Promise<boolean>, withinMs = 60_000): Promise<void> {
  const until = performance.now() + withinMs;
  while (!(await is().catch(() => false))) {
    if (performance.now() > until) throw new Error(`within ${withinMs} ms there was not: ${what}`);
    await delay(100);
  }
}
