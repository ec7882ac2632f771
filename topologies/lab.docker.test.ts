import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { expect } from 'chai';
import type { HistoryEvent, HistoryEventOf, EventKind, Recorder } from '../history/events.ts';
import { openEngine } from './engine/docker.ts';
import type { Engine, ImageRecipe } from './engine/engine.ts';
import { bootScript } from './engine/images/boot.ts';
import { toolsImage } from './engine/images/index.ts';
import { createLabFactory } from './factory.ts';
import type { LabFactory, LabSpec, StartedLab } from './lab-types.ts';

/** A cloud that answers every request with its own name, and writes a frame for each. */
const STAND_IN = `
use strict; use IO::Socket::INET; $| = 1; $SIG{CHLD} = 'IGNORE';
my $s = IO::Socket::INET->new(LocalPort => 443, Listen => 64, ReuseAddr => 1) or die $!;
my $n = 1; print qq({"n":1,"kind":"ready"}\\n);
while (my $c = $s->accept) {
  my $line = <$c>; next unless defined $line;
  while (my $h = <$c>) { last if $h =~ /^\\r?\\n/ }
  print $c "HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\nConnection: close\\r\\n\\r\\ncloud"; close $c;
  $n++; print qq({"n":$n,"kind":"request","peer":"-"}\\n);
}`;

/** Endpoint of the tests: what PID 1 and probes need, and curl as the product. */
const ENDPOINT: ImageRecipe = {
  name: 'lab-test-endpoint',
  parent: toolsImage,
  dockerfile: 'COPY boot /sbin/heiiki-boot\nCMD ["/sbin/heiiki-boot"]',
  files: new Map([['boot', { content: Buffer.from(bootScript), mode: 0o755 }]]),
};

export class Memory implements Recorder {
  readonly events: HistoryEvent[] = [];
  record(source: string, observation: Parameters<Recorder['record']>[1], at?: number): HistoryEvent {
    const event = {
      ...observation,
      n: this.events.length + 1,
      t: Date.now(),
      source,
      ...(at === undefined ? {} : { at }),
    };
    this.events.push(event);
    return event;
  }
  of<K extends EventKind>(kind: K): HistoryEventOf<K>[] {
    return this.events.filter((event): event is HistoryEventOf<K> => event.kind === kind);
  }
}

describe('a lab', () => {
  let engine: Engine;
  let labs: LabFactory;
  before(async () => {
    engine = await openEngine();
    labs = await createLabFactory(engine);
  });
  after(async () => {
    await labs[Symbol.asyncDispose]();
    await engine[Symbol.asyncDispose]();
  });
  const spec = (topology: string, recorder: Recorder): LabSpec => ({
    topology,
    endpoints: { pc: { image: ENDPOINT, capabilities: [], hostname: 'pc-001' } },
    apps: { cloud: { image: toolsImage, argv: ['perl', '-e', STAND_IN], names: ['edr.cloud.test'] } },
    allow: ['edr.cloud.test:443'],
    recorder,
    evidence: mkdtempSync(join(tmpdir(), 'heiiki-lab-')),
  });
  const curl = (
    lab: StartedLab,
    url: string,
    ...more: string[]
  ): ReturnType<ReturnType<StartedLab['endpoint']>['exec']> =>
    lab.endpoint().exec(['curl', '-s', '--noproxy', '', '-m', '2', ...more, url], { user: 'nobody' });

  it('starts, is closed, and moves', async () => {
    const memory = new Memory();
    const begun = performance.now();
    await using lab = await labs.start(spec('closed-office', memory));
    const started = performance.now();
    await lab.proveClosed();
    console.error(
      'start',
      Math.round(started - begun),
      'ms, proof',
      Math.round(performance.now() - started),
      'ms',
    );
    const relay = lab.relay().address('closed');
    const through = await curl(lab, 'http://edr.cloud.test:443/', '-p', '-x', `http://${relay}`);
    expect(through.stdout).to.equal('cloud');
    await lab.finishEvidence();
    console.error(
      memory.events
        .filter((e) => e.kind !== 'packet')
        .map((e) => JSON.stringify(e))
        .join('\n'),
    );
    console.error(memory.of('packet').length);
  });
});
