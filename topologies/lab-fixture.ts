/** For the tests of labs: a history in memory, an engine whose containers can be reached by name, a small cloud. */
import type { EventKind, HistoryEvent, HistoryEventOf, Recorder } from '../history/events.ts';
import { scratch } from '../history/scratch.ts';
import type { Engine, ImageRecipe, RunResult, StartedContainer } from './engine/engine.ts';
import { bootScript } from './engine/images/boot.ts';
import { toolsImage } from './engine/images/index.ts';
import type { LabSpec, StartedLab } from './lab-types.ts';

export class MemoryHistory implements Recorder {
  readonly events: HistoryEvent[] = [];
  readonly #waiting = new Set<() => void>();

  record(source: string, observation: Parameters<Recorder['record']>[1], at?: number): HistoryEvent {
    const when = at === undefined ? {} : { at };
    const event = { ...observation, n: this.events.length + 1, t: Date.now(), source, ...when };
    this.events.push(event);
    for (const wake of this.#waiting) wake();
    return event;
  }

  of<K extends EventKind>(kind: K): HistoryEventOf<K>[] {
    return this.events.filter((event): event is HistoryEventOf<K> => event.kind === kind);
  }

  /** The first event that fits, if it is there already or comes in time. */
  async awaited<K extends EventKind>(
    kind: K,
    fits: (event: HistoryEventOf<K>) => boolean,
    ms = 5000,
  ): Promise<HistoryEventOf<K>> {
    let wake: (() => void) | undefined;
    const timeout = AbortSignal.timeout(ms);
    try {
      return await new Promise((resolve, reject) => {
        wake = () => {
          const found = this.of(kind).find(fits);
          if (found !== undefined) resolve(found);
        };
        this.#waiting.add(wake);
        timeout.addEventListener('abort', () => reject(new Error(`no ${kind} that fits within ${ms} ms`)));
        wake();
      });
    } finally {
      if (wake !== undefined) this.#waiting.delete(wake);
    }
  }
}

/** The same engine; containers that are started through it are found again by the end of their name. */
export function watched(engine: Engine): { engine: Engine; container(suffix: string): StartedContainer } {
  const started = new Map<string, StartedContainer>();
  return {
    engine: {
      ...engine,
      container: async (spec) => {
        const container = await engine.container(spec);
        started.set(spec.name, container);
        return container;
      },
      [Symbol.asyncDispose]: () => engine[Symbol.asyncDispose](),
    },
    container: (suffix) => {
      const found = [...started].findLast(([name]) => name.endsWith(suffix));
      if (found === undefined)
        throw new Error(`no container ${suffix}; there are ${[...started.keys()].join(', ')}`);
      return found[1];
    },
  };
}

/** What PID 1 and the probes need, and curl as a stand-in for a product. */
export const ENDPOINT: ImageRecipe = {
  name: 'lab-test-endpoint',
  parent: toolsImage,
  dockerfile: 'COPY boot /sbin/heiiki-boot\nCMD ["/sbin/heiiki-boot"]',
  files: new Map([['boot', { content: Buffer.from(bootScript), mode: 0o755 }]]),
};

/** A cloud that answers everything with "cloud", echoes what it is sent on stdin, and can skip a number. */
const CLOUD = `
use strict; use IO::Socket::INET; use IO::Select; $| = 1;
my $s = IO::Socket::INET->new(LocalPort => 443, Listen => 64, ReuseAddr => 1) or die $!;
my $n = 0; sub frame { $n++; print qq({"n":$n,"kind":"$_[0]"}\\n) } frame('ready');
my $any = IO::Select->new($s, \\*STDIN);
while (my @ready = $any->can_read) { for my $r (@ready) {
  if ($r == $s) {
    my $c = $s->accept or next; my $line = <$c>; frame('request');
    while (defined $line && $line !~ /^\\r?\\n/) { $line = <$c> }
    print $c "HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\nConnection: close\\r\\n\\r\\ncloud"; close $c;
  } else {
    sysread(STDIN, my $said, 4096) or exit;
    $n++ if $said =~ /skip/; frame('said');
  }
} }`;

export function labSpec(topology: string, recorder: Recorder): LabSpec {
  return {
    topology,
    endpoints: { pc: { image: ENDPOINT, capabilities: [], hostname: 'pc-001' } },
    apps: { cloud: { image: toolsImage, argv: ['perl', '-e', CLOUD], names: ['edr.cloud.test'] } },
    allow: ['edr.cloud.test:443'],
    recorder,
    evidence: scratch('lab'),
  };
}

/** The stand-in for a product: fetches from the cloud, through the relay of that zone or directly. */
export function fetchCloud(
  lab: StartedLab,
  relayOf: string | null,
  ...more: readonly string[]
): Promise<RunResult> {
  const via = relayOf === null ? ['--noproxy', '*'] : ['-p', '-x', `http://${lab.relay().address(relayOf)}`];
  const argv = ['curl', '-sS', '-m', '20', ...via, ...more, 'http://edr.cloud.test:443/'];
  return lab.endpoint().exec(argv, { user: 'nobody' });
}
