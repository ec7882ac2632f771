import { readFileSync } from 'node:fs';
import { after, afterEach, before, describe, it } from 'node:test';
import { expect } from 'chai';
import { openEngine } from '../engine/docker.ts';
import type { Engine, RunResult, StartedExec } from '../engine/engine.ts';
import { toolsImage } from '../engine/images/index.ts';
import { FaultUnavailable } from '../errors.ts';
import { createLabFactory } from '../factory.ts';
import { MemoryHistory, labSpec, watched } from '../lab-fixture.ts';
import type { FaultSettings, LabFactory, RelayFault, StartedLab } from '../lab-types.ts';
import { RELAY_FAULTS } from '../lab-types.ts';
import { SINK_PORT } from './rules.ts';
import { FAULTS } from './table.ts';

const PROBE = readFileSync(new URL('../closure/probe.pl', import.meta.url), 'utf8');
const MEASURE = readFileSync(new URL('./measure.pl', import.meta.url), 'utf8');
const BODY_LIMIT = 200_000;
const RATE = 2_000_000;

/** Answers any number of requests in a connection, with 8 MB for /big, after it has read the body. */
const CLOUD = `
use strict; use IO::Socket::INET; $| = 1; $SIG{CHLD} = 'IGNORE'; $SIG{PIPE} = 'IGNORE';
my $s = IO::Socket::INET->new(LocalPort => 443, Listen => 64, ReuseAddr => 1) or die $!;
print qq({"n":1,"kind":"ready"}\\n);
if (!fork) { while (my $c = $s->accept) { next if fork;
  while (defined(my $first = <$c>)) {
    my $length = 0; while (my $line = <$c>) { last if $line =~ /^\\r?\\n/; $length = $1 if $line =~ /^content-length: (\\d+)/i }
    read $c, my $body, $length;
    my $said = $first =~ m{ /big} ? 'x' x 8_000_000 : 'cloud';
    print $c "HTTP/1.1 200 OK\\r\\nContent-Length: " . length($said) . "\\r\\n\\r\\n$said"; $c->flush;
  } exit } }
close STDERR; <STDIN>; kill TERM => -getpgrp;`;

/**
 * Keeps one tunnel, says "open", and for each line that it reads "alive" or "dead" and why. "watch" is about new
 * connections: it says when both a refused and an accepted one have been seen, as a program that has long been started can.
 */
const TUNNEL = `
use strict; use IO::Socket::INET; use IO::Select; $| = 1; $SIG{PIPE} = 'IGNORE';
my ($relay) = @ARGV; my $c = IO::Socket::INET->new(PeerAddr => $relay, Timeout => 5) or die "dead: $!";
sub said { my ($s, $n) = (IO::Select->new($c), 0); $s->can_read(3) or return 'silent'; $n = sysread $c, my $got, 4096; defined $n ? $n ? $got : 'ended' : "$!" }
syswrite $c, "CONNECT edr.cloud.test:443 HTTP/1.1\\r\\nHost: edr.cloud.test:443\\r\\n\\r\\n"; print said() =~ / 200 / ? "open\\n" : "dead\\n";
while (<STDIN>) {
  if (/watch/) {
    my %seen;
    for (1 .. 1000) { IO::Socket::INET->new(PeerAddr => $relay, Timeout => 1) ? $seen{up}++ : $seen{down}++; last if keys %seen == 2; select undef, undef, undef, 0.01 }
    print join(' ', sort keys %seen), "\\n"; next;
  }
  if (/look/) { print IO::Select->new($c)->can_read(0) ? 'dead: ' . said() . "\\n" : "open\\n"; next }
  defined syswrite $c, "GET / HTTP/1.1\\r\\nHost: edr.cloud.test\\r\\n\\r\\n" or do { print "dead: $!\\n"; next };
  my $got = said(); print $got =~ / 200 / ? "alive\\n" : "dead: $got\\n";
}`;

class Tunnel implements AsyncDisposable {
  readonly #exec: StartedExec;
  readonly #lines: AsyncIterator<string>;
  constructor(exec: StartedExec) {
    this.#exec = exec;
    this.#lines = linesOf(exec);
  }
  static async open(lab: StartedLab): Promise<Tunnel> {
    const argv = ['perl', '-e', TUNNEL, lab.relay().address('closed')];
    const tunnel = new Tunnel(await lab.endpoint().begin(argv, { user: 'nobody' }));
    expect(await tunnel.#line()).to.equal('open');
    return tunnel;
  }
  /** use: sends a request. look: has it been ended? watch: how new connections fare */
  async say(what: 'use' | 'look' | 'watch'): Promise<string> {
    this.#exec.stdin.write(`${what}\n`);
    return this.#line();
  }
  async #line(): Promise<string> {
    const next = await this.#lines.next();
    return next.done === true ? 'dead: the program ended' : next.value;
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#exec[Symbol.asyncDispose]();
  }
}

async function* linesOf(exec: StartedExec): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of exec.stdout) {
    const lines = `${rest}${String(chunk)}`.split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
}

describe('a fault of the relay', () => {
  let engine: Engine;
  let spied: ReturnType<typeof watched>;
  let labs: LabFactory;
  let history: MemoryHistory;
  let lab: StartedLab;
  before(async () => {
    engine = await openEngine();
    spied = watched(engine);
    labs = await createLabFactory(spied.engine);
    ({ lab, history } = await startLab());
  });
  afterEach(() => lab.relay().heal());
  after(async () => {
    await lab[Symbol.asyncDispose]();
    await labs[Symbol.asyncDispose]();
    await engine[Symbol.asyncDispose]();
  });
  async function startLab(): Promise<{ lab: StartedLab; history: MemoryHistory }> {
    const history = new MemoryHistory();
    const spec = labSpec('closed-office', history);
    const cloud = { image: toolsImage, argv: ['perl', '-e', CLOUD], names: ['edr.cloud.test'] };
    return { lab: await labs.start({ ...spec, apps: { cloud } }), history };
  }

  const byName = '-xhttp://relay.closed.test:3128';
  const curl = (...args: readonly string[]): Promise<RunResult> =>
    lab
      .endpoint()
      .exec(['curl', '-sS', '-m', '20', '-p', '-x', `http://${lab.relay().address('closed')}`, ...args], {
        user: 'nobody',
      });
  const CLOUD_URL = 'http://edr.cloud.test:443/';
  const tunnelled = (): Promise<RunResult> => curl(CLOUD_URL);
  /** where no answer is what is expected */
  const soon = (): Promise<RunResult> => curl('-m', '3', CLOUD_URL);
  /** not through a tunnel: what a browser shows */
  const browsed = (): Promise<RunResult> =>
    lab
      .endpoint()
      .exec(
        ['curl', '-sSi', '-m', '20', '-x', `http://${lab.relay().address('closed')}`, 'http://x.example/'],
        {
          user: 'nobody',
        },
      );
  async function ping(): Promise<string> {
    const [address = ''] = lab.relay().address('closed').split(':');
    const { stdout } = await lab
      .endpoint()
      .exec(['perl', '-e', PROBE, '1'], { input: `ping icmp ${address} 0 hello\n`, user: 'root' });
    return stdout.trim();
  }
  async function measure(what: string, amount: number): Promise<string> {
    const [address = ''] = lab.relay().address('closed').split(':');
    const argv = ['perl', '-e', MEASURE, what, address, String(SINK_PORT), String(amount)];
    return (await lab.endpoint().exec(argv, { user: 'nobody', timeoutMs: 60_000 })).stdout.trim();
  }
  async function refusedWith(status: number, text: RegExp): Promise<void> {
    const tunnel = await tunnelled();
    expect(tunnel.exit).to.equal(56);
    expect(tunnel.stderr).to.contain(`response ${status}`);
    const page = (await browsed()).stdout;
    expect(page).to.match(new RegExp(`^HTTP/1.1 ${status} `));
    expect(page).to.match(text);
  }

  const settings: Partial<Record<RelayFault, FaultSettings>> = {
    'idle-cut': { seconds: 1.5 },
    'body-limit': { bytes: BODY_LIMIT },
    loss: { percent: 30 },
    bandwidth: { bitsPerSecond: RATE },
    flapping: { seconds: 0.2, times: 10 },
  };
  /** what the endpoint sees while it is in force; `tunnel` was open before */
  const sees: Readonly<Record<Exclude<RelayFault, 'delay'>, (tunnel: Tunnel) => Promise<void>>> = {
    refused: async () => {
      expect(await tunnelled()).to.include({ exit: 7 });
      expect(await ping()).to.equal('ping answered echo');
    },
    silent: async () => {
      expect(await soon()).to.include({ exit: 28 });
      expect(await ping()).to.equal('ping silent');
    },
    paused: async () => {
      const { exit, stdout } = await curl('-m', '3', '-w', '%{remote_ip}', CLOUD_URL);
      expect(exit).to.equal(28);
      expect(`${stdout}:3128`).to.equal(lab.relay().address('closed'));
    },
    'name-gone': async () => {
      expect(await curl(byName, CLOUD_URL)).to.include({ exit: 5 });
      expect(await tunnelled()).to.include({ stdout: 'cloud' });
    },
    'answers-407': () => refusedWith(407, /Proxy-Authenticate: Basic/),
    'answers-403': () => refusedWith(403, /Blocked by your organisation/),
    'answers-503': () => refusedWith(503, /cannot serve/),
    'captive-200': async () => {
      // The tunnel seems to be open, and what is in it is a page.
      expect(await curl('-k', 'https://edr.cloud.test/')).to.include({ exit: 35 });
      expect((await browsed()).stdout).to.match(/^HTTP\/1.1 200 .*sign in/s);
    },
    'captive-302': () => refusedWith(302, /Location: http:\/\/portal\.guest\.example/),
    'ping-only': async () => {
      expect(await soon()).to.include({ exit: 28 });
      expect(await ping()).to.equal('ping answered echo');
    },
    'no-ping': async () => {
      expect(await tunnelled()).to.include({ stdout: 'cloud' });
      expect(await ping()).to.equal('ping silent');
    },
    'idle-cut': async (tunnel) => {
      // What was open before is idle, too; what is used stays.
      expect(await tunnel.say('look')).to.match(/^dead: /);
      await using used = await Tunnel.open(lab);
      for (const begun = performance.now(); performance.now() - begun < 3000;)
        expect(await used.say('use')).to.equal('alive');
      expect(await measure('idle', 10)).to.match(/^cut after (1\.[5-9]|[2-5]\.)/);
    },
    'body-limit': async () => {
      const upload = (bytes: number): Promise<RunResult> =>
        lab
          .endpoint()
          .exec(
            [
              'sh',
              '-c',
              `head -c ${bytes} /dev/zero > /tmp/body; curl -sS -m 5 -H Expect: -p -x http://${lab.relay().address('closed')} --data-binary @/tmp/body ${CLOUD_URL}`,
            ],
            { user: 'nobody' },
          );
      const large = await upload(BODY_LIMIT * 10);
      expect(large.exit, large.stderr).to.be.oneOf([55, 56]);
      expect(await upload(BODY_LIMIT / 2)).to.include({ stdout: 'cloud' });
    },
    loss: async () => {
      const [came = 0] = (await measure('echoes', 500)).split(' ').map(Number);
      // 0.7 × 0.7 come through
      expect(came).to.be.within(150, 340);
    },
    bandwidth: async () => {
      const { stdout } = await curl(
        '-m',
        '4',
        '-o',
        '/dev/null',
        '-w',
        '%{speed_download}',
        `${CLOUD_URL}big`,
      );
      expect(Number(stdout) * 8).to.be.within(RATE / 20, RATE * 1.6);
    },
    flapping: async (tunnel) => {
      expect(await tunnel.say('watch')).to.equal('down up');
    },
  };

  for (const fault of RELAY_FAULTS.filter((fault) => fault !== 'delay'))
    it(`${fault}: looks as it should, and is gone afterwards`, async () => {
      await using tunnel = await Tunnel.open(lab);
      expect(await tunnel.say('use')).to.equal('alive');
      await lab.relay().inject(fault, settings[fault]);
      const injected = history.of('fault.injected').at(-1)!;
      expect(injected.settings).to.deep.equal(settings[fault]);
      expect(history.events.at(-1)).to.include({ kind: 'fault.verified', fault, state: 'in-force' });
      const { cuts, filters } = FAULTS[fault] as { cuts?: boolean; filters?: boolean };
      if (cuts === true || filters === true) expect(await tunnel.say('look')).to.match(/^dead: Conn.*reset/);
      await sees[fault](tunnel);
      await lab.relay().heal();
      expect(history.events.at(-1)).to.include({ kind: 'fault.healed', fault });
      const states = history.of('fault.verified').filter((event) => event.n > injected.n);
      expect(states.map(({ state }) => state)).to.deep.equal(['in-force', 'gone']);
      if (cuts !== true && filters !== true && fault !== 'idle-cut')
        expect(await tunnel.say('use'), 'the one that was open before').to.equal('alive');
      expect(await tunnelled()).to.include({ stdout: 'cloud' });
      expect(await curl(byName, CLOUD_URL)).to.include({ stdout: 'cloud' });
      await using fresh = await Tunnel.open(lab);
      expect(await fresh.say('use')).to.equal('alive');
      expect(await ping()).to.equal('ping answered echo');
      expect(history.of('lab.failed')).to.deep.equal([]);
      expect(history.of('process.ended').filter(({ declared }) => !declared)).to.deep.equal([]);
    });

  it('that this machine cannot make is named, and changes nothing', async () => {
    const begun = history.events.length;
    const outcome = await lab
      .relay()
      .inject('delay', { seconds: 0.2 })
      .catch((error: unknown) => error as Error);
    if (outcome === undefined) {
      expect(Number(/after ([\d.]+)/.exec(await measure('echoes', 1))?.[1])).to.be.greaterThan(0.18);
      await lab.relay().heal();
    } else {
      expect(outcome).to.be.instanceOf(FaultUnavailable);
      expect(outcome.message).to.match(/delay is not available on this machine.*netem/);
      expect(history.events.slice(begun).filter(({ kind }) => kind.startsWith('fault'))).to.deep.equal([]);
    }
    expect(await tunnelled()).to.include({ stdout: 'cloud' });
  });

  it('ends when the next one begins; the same one can begin again; nothing to heal is no mistake', async () => {
    const begun = history.events.length;
    await lab.relay().heal();
    for (const fault of ['answers-503', 'refused', 'refused'] as const) await lab.relay().inject(fault);
    expect(await tunnelled()).to.include({ exit: 7 });
    await lab.relay().heal();
    await lab.relay().heal();
    expect(await tunnelled()).to.include({ stdout: 'cloud' });
    const said = history.events.slice(begun).flatMap((e) => ('fault' in e ? [`${e.kind} ${e.fault}`] : []));
    const one = (fault: string): string[] =>
      ['injected', 'verified', 'verified', 'healed'].map((state) => `fault.${state} ${fault}`);
    expect(said).to.deep.equal([...one('answers-503'), ...one('refused'), ...one('refused')]);
  });

  it('is refused with settings that it does not take, before anything is done', async () => {
    await lab.relay().inject('silent');
    const wrong = await lab
      .relay()
      .inject('loss', { seconds: 3 })
      .catch((error: unknown) => error);
    expect(String(wrong)).to.match(/loss does not take seconds\s+→ It takes: percent/);
    expect(await soon()).to.include({ exit: 28 });
    await lab.relay().heal();
  });

  it('has every request that was answered in its place in the history, as the relay’s', async () => {
    await lab.relay().inject('answers-403');
    await tunnelled();
    await lab.relay().heal();
    const answered = history.of('relay.request').filter(({ decision }) => decision === 'FAULT_ANSWERED');
    const last = answered.findLast(({ ours }) => !ours)!;
    expect(last).to.include({ target: 'edr.cloud.test:443', method: 'CONNECT', status: 403, relay: 'relay' });
    expect(last.client).to.equal(lab.endpoint().address);
    expect(answered.some(({ ours, client }) => ours && client !== lab.endpoint().address)).to.equal(true);
  });

  it('breaks the lab, not the product, when what answers in the relay’s place dies', async () => {
    const own = await startLab();
    await own.lab.relay().inject('answers-407');
    await spied.container('-relay').run(['sh', '-c', 'kill -9 $(cat /tmp/heiiki-fault-answerer.pid)']);
    const ended = await own.history.awaited('process.ended', ({ process }) => process === 'fault-answerer');
    expect(ended).to.include({ node: 'relay', declared: false });
    const ready = own.history.of('lab.ready')[0]!;
    expect(ready.nodes.find(({ name }) => name === ended.node)?.kind).to.equal('relay');
    await own.lab[Symbol.asyncDispose]();
  });

  it('is taken down with its lab, whichever is in force', async () => {
    for (const fault of ['paused', 'flapping', 'idle-cut'] as const) {
      const own = await startLab();
      await own.lab.relay().inject(fault);
      const begun = performance.now();
      await own.lab[Symbol.asyncDispose]();
      expect(performance.now() - begun, fault).to.be.lessThan(20_000);
      expect(own.history.of('process.ended').filter(({ declared }) => !declared)).to.deep.equal([]);
      expect(own.history.of('lab.failed')).to.deep.equal([]);
    }
  });
});
