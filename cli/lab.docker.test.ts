/**
 * The lab by hand as a person uses it: two labs at once, a program through the relay, a fault, its end, a move, all of
 * it watched; and what becomes of a lab whose process is killed.
 */
import { readFile, readdir } from 'node:fs/promises';
import { after, before, describe, it } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { openEngine } from '../topologies/engine/docker.ts';
import type { Engine, Leftover } from '../topologies/engine/engine.ts';
import { call, heiiki, type Called, type Ended } from './command.ts';

const ONE = `t${process.pid}-one`;
const TWO = `t${process.pid}-two`;
/** until a line of the watch is there, a lease has ended, a lab has its first container; commands take their time */
const SOON_MS = 60_000;
const GLANCE_MS = 200;
const HOOK = { timeout: 180_000 };

interface Listed {
  readonly name: string;
  readonly run: string;
  readonly state: string;
  readonly pid: number;
  readonly evidence: string;
  readonly relays: readonly { readonly access: readonly { readonly curl: readonly string[] }[] }[];
}

describe('the lab by hand', { timeout: 900_000 }, () => {
  let engine: Engine;
  before(async () => {
    engine = await openEngine({ sweep: false });
  });
  after(async () => {
    for (const name of [ONE, TWO]) await lab('down', name);
    await engine[Symbol.asyncDispose]();
    // A lab that does not end is to fail here, not to keep everybody waiting.
  }, HOOK);

  const lab = (...args: readonly string[]): Promise<Ended> => heiiki('lab', ...args);
  async function listed(name: string): Promise<Listed | undefined> {
    const { stdout } = await lab('ls', '--json');
    return (JSON.parse(stdout) as Listed[]).find((one) => one.name === name);
  }
  async function theLab(name: string): Promise<Listed> {
    const found = await listed(name);
    if (!found) throw new Error(`there is no lab ${name}`);
    return found;
  }
  const leftoversOf = async (run: string): Promise<readonly Leftover[]> =>
    (await engine.leftovers()).filter((one) => one.run === run);
  async function curl(name: string): Promise<Ended> {
    const [access] = (await theLab(name)).relays[0]?.access ?? [];
    const argv = [
      'curl',
      '-sS',
      '-m',
      '5',
      ...(access?.curl ?? []),
      '-o',
      '/dev/null',
      '-w',
      '%{http_connect}',
    ];
    return lab(
      'exec',
      name,
      '--',
      ...argv,
      '--cacert',
      '/etc/heiiki/cloud-ca.pem',
      'https://edr.cloud.test/',
    );
  }

  it('starts two at once, and tells where what is', async () => {
    const [one, two] = await Promise.all([
      lab('up', 'closed-office', '--name', ONE, '--product', 'reference'),
      lab('up', 'closed-office', '--name', TWO),
    ]);
    expect([one.status, two.status], one.stderr + two.stderr).to.deep.equal([0, 0]);
    expect(one.stdout)
      .to.match(/proven closed \(\d\d+ attempts/)
      .and.match(/install on pc: ok, status 0/);
    expect(two.stdout).to.contain(`heiiki lab fault ${TWO} refused`).and.not.contain('install');
    const { stdout } = await lab('ls');
    for (const name of [ONE, TWO]) expect(stdout).to.match(new RegExp(`^${name} +ready +closed-office`, 'm'));
    const again = await lab('up', 'closed-office', '--name', ONE);
    expect(again.stderr).to.contain('there is a lab of that name');
    expect(again.status).to.equal(3);
  });

  it('passes input, output and status of a program through', async () => {
    const echo = await lab('exec', TWO, '--', 'sh', '-c', 'echo to $0; echo err >&2; exit 42', 'you');
    expect([echo.stdout, echo.stderr, echo.status]).to.deep.equal(['to you\n', 'err\n', 42]);
    expect((await lab('exec', TWO, '--user', 'staff', '--', 'id', '-un')).stdout).to.equal('staff\n');
    const strange = await lab('exec', TWO, '--endpoint', 'server', '--', 'id');
    expect(strange.stderr).to.match(/no endpoint server; there are: pc/);
    expect(strange.status).to.equal(3);
  });

  it('shows a fault, its end and a move to whoever watches, and nothing of the other lab', async () => {
    const watch = watching(TWO);
    const other = watching(ONE);
    await Promise.all([watch.begun(), other.begun()]);
    const through = await curl(TWO);
    expect([through.stdout, through.status], through.stderr).to.deep.equal(['200', 0]);

    const broken = await lab('fault', TWO, 'refused');
    expect(broken.stdout).to.contain('refused of relay is in force');
    expect((await lab('ls')).stdout).to.contain('relay is refused');
    const refused = await curl(TWO);
    expect(refused.status, 'curl: cannot connect').to.equal(7);
    // A fault is of one lab only.
    expect((await curl(ONE)).stdout).to.equal('200');

    expect((await lab('heal', TWO)).stdout).to.contain('refused of relay is gone');
    expect((await curl(TWO)).stdout).to.equal('200');

    expect((await lab('relocate', TWO, 'moon')).stderr).to.contain('there are: closed, internet, none');
    expect((await lab('fault', TWO, 'burnt')).stderr).to.match(
      /there is no fault burnt; there are: refused, silent/,
    );
    expect((await lab('relocate', TWO, 'internet')).stdout).to.match(/pc is in internet at [\d.]+/);
    const direct = [
      'curl',
      '-sS',
      '-m',
      '5',
      '--cacert',
      '/etc/heiiki/cloud-ca.pem',
      'https://edr.cloud.test/',
    ];
    expect((await lab('exec', TWO, '--', ...direct)).status).to.equal(0);

    for (const line of [
      /by hand +on pc: curl/,
      /relay +relay: [\d.]+ CONNECT edr\.cloud\.test:443 200/,
      /packets +pc: relay \d+ out \d+ in/,
      /fault +refused at relay seen in force/,
      /fault +refused at relay seen gone/,
      /move +pc is in internet at/,
      /resolver +gateway-internet: [\d.]+ asked for edr\.cloud\.test A/,
      /cloud +GET edr\.cloud\.test\/ \d+ relay/,
      /cloud +GET edr\.cloud\.test\/ \d+ direct/,
    ])
      await watch.shows(line);
    const said = await watch.interrupted();
    expect(said.status).to.equal(0);
    const elsewhere = await other.interrupted();
    expect(elsewhere.stdout).to.match(/cloud +\w+ edr\.cloud\.test/);
    expect(elsewhere.stdout).to.not.match(/refused at relay|move/);
    expect((await theLab(TWO)).state, 'after the watching').to.equal('ready');
  });

  it('gives the events themselves, from the first on', async () => {
    const watch = watching(TWO, '--json', '--past');
    await watch.shows(/"kind":"move.finished"/);
    const { stdout } = await watch.interrupted();
    const events = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { n: number; kind: string });
    expect(events.map(({ n }) => n)).to.deep.equal(events.map((_, index) => index + 1));
    const kinds = new Set(events.map(({ kind }) => kind));
    expect([...kinds]).to.include.members([
      'lab.ready',
      'lab.closed',
      'packet',
      'fault.injected',
      'manual.step',
    ]);
  });

  it('is taken down with all that it had, but for its evidence', async () => {
    const { run, pid, evidence } = await theLab(TWO);
    expect(await leftoversOf(run)).to.not.deep.equal([]);
    expect((await lab('down', TWO)).status).to.equal(0);
    expect(await leftoversOf(run)).to.deep.equal([]);
    expect(await listed(TWO)).to.equal(undefined);
    expect(await readdir('.heiiki/labs')).to.not.include(TWO);
    await eventually('the end of its process', () => Promise.resolve(isRunning(pid) ? undefined : true));
    const [folder] = await readdir(`${evidence}/evidence/none`);
    const files = await readdir(`${evidence}/evidence/none/${folder ?? ''}`);
    expect(files).to.include.members(['history.ndjson', 'pc.pcap']);
    const history = await readFile(`${evidence}/evidence/none/${folder ?? ''}/history.ndjson`, 'utf8');
    expect(history).to.contain('"kind":"capture.summary"').and.contain('"kind":"fault.healed"');
    expect((await theLab(ONE)).state).to.equal('ready');
  });

  it('is known as dead and swept when its process is killed', async () => {
    const { run, pid } = await theLab(ONE);
    expect((await leftoversOf(run)).filter(({ kind }) => kind === 'container')).to.have.length.greaterThan(5);
    const dry = await heiiki('reap', '--dry-run');
    expect(dry.stdout, 'while it lives').to.not.contain(run);
    const watch = watching(ONE);
    await watch.begun();
    process.kill(pid, 'SIGKILL');
    const cut = await watch.called.ended;
    expect(cut.stderr).to.contain(`heiiki lab down ${ONE}`);
    expect(cut.status).to.equal(2);
    await eventually('the end of its lease', async () =>
      (await leftoversOf(run)).every(({ alive }) => !alive) ? true : undefined,
    );
    const table = await lab('ls');
    expect(table.stdout).to.match(new RegExp(`^${ONE} +dead .*heiiki reap`, 'm'));
    // Any command sweeps; `ls` has, unless another one was at it at the same time.
    await heiiki('reap');
    expect(await leftoversOf(run)).to.deep.equal([]);
    expect(await listed(ONE)).to.equal(undefined);
    expect(await readdir('.heiiki/labs')).to.not.include(ONE);
  });

  it('leaves nothing when it is interrupted, or killed, while it starts', async () => {
    for (const signal of ['SIGINT', 'SIGKILL'] as const) {
      const called = call(['lab', 'up', 'closed-office', '--name', TWO], { group: true });
      const run = await eventually('its first container', async () => {
        const found = await listed(TWO);
        return found && (await leftoversOf(found.run)).length > 2 ? found.run : undefined;
      });
      process.kill(-(called.child.pid ?? 0), signal);
      const { status, stdout, stderr } = await called.ended;
      if (signal === 'SIGINT') expect(status, stdout + stderr).to.equal(130);
      await eventually('the end of the lab', async () =>
        (await listed(TWO)) === undefined && (await leftoversOf(run)).length === 0 ? true : undefined,
      );
    }
  });

  interface Watching {
    readonly called: Called;
    begun(): Promise<void>;
    shows(line: RegExp): Promise<void>;
    interrupted(): Promise<Ended>;
  }
  function watching(name: string, ...flags: readonly string[]): Watching {
    const called = call(['lab', 'watch', name, ...flags], { group: true });
    let stdout = '';
    let stderr = '';
    called.child.stdout?.on('data', (text: string) => (stdout += text));
    called.child.stderr?.on('data', (text: string) => (stderr += text));
    const shows = async (line: RegExp): Promise<void> => {
      await eventually(`${String(line)} in:\n${stdout}`, () =>
        Promise.resolve(line.test(stdout) || undefined),
      );
    };
    return {
      called,
      begun: async () => {
        await eventually('watching', () => Promise.resolve(stderr.includes('watching') || undefined));
      },
      shows,
      interrupted: () => {
        process.kill(-(called.child.pid ?? 0), 'SIGINT');
        return called.ended;
      },
    };
  }
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function eventually<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + SOON_MS;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`${what} did not come within ${SOON_MS} ms`);
    await pause(GLANCE_MS);
  }
}
