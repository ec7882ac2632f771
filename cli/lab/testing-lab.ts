/** Only for tests: a lab without an engine, behind the same socket as a real one. */
import { HistoryWriter } from '../../history/writer.ts';
import { Waiters } from '../../history/waiters.ts';
import { fakeExec, type FakeProgram } from '../../topologies/engine/fake-process.ts';
import type { StartedExec } from '../../topologies/lab-types.ts';
import { chosenOne } from './choose.ts';
import type { Hands, LabInHand } from './in-hand.ts';
import type { LabInfo, RequestOf } from './protocol.ts';

export const INFO: LabInfo = {
  name: 'office',
  run: 'r1',
  topology: 'closed-office',
  product: null,
  state: 'ready',
  created: 0,
  zones: ['closed', 'internet'],
  endpoints: [{ name: 'pc', zone: 'closed', address: '10.0.0.5' }],
  relays: [
    {
      name: 'relay',
      access: [
        {
          zone: 'closed',
          text: 'relay.closed.test:3128 (10.0.0.3:3128)',
          curl: ['--proxy', 'http://10.0.0.3:3128'],
        },
      ],
      fault: null,
    },
  ],
  cloud: { url: 'https://edr.cloud.test/', ca: '/etc/ca.pem', token: 't0ken' },
  probes: 42,
  installs: [],
  status: null,
  problem: null,
  evidence: 'reports/out/r1',
};

export class FakeLab implements LabInHand, Hands {
  readonly history = HistoryWriter.inMemory();
  readonly lines: string[] = [];
  readonly words = new Waiters();
  readonly said = {
    lines: this.lines,
    changed: (signal: AbortSignal): Promise<void> => this.words.wait(undefined, signal),
  };
  readonly starting = Promise.withResolvers<undefined>();
  readonly programs: FakeProgram[] = [];
  state: LabInfo['state'] = 'starting';
  downs = 0;

  get hands(): Hands | undefined {
    return this.state === 'ready' ? this : undefined;
  }
  get events(): LabInHand['events'] {
    return this.history.events;
  }
  changed(signal: AbortSignal): Promise<void> {
    return this.history.changed(20, signal);
  }
  get over(): boolean {
    return this.history.closed;
  }
  info(): LabInfo {
    return { ...INFO, state: this.state };
  }
  constructor() {
    // A test may fail it before anybody has asked.
    this.starting.promise.catch(() => undefined);
  }

  async start(): Promise<void> {
    await this.starting.promise;
    this.state = 'ready';
  }
  say(line: string): void {
    this.lines.push(line);
    this.words.wake();
  }
  begin({ argv, endpoint }: RequestOf<'exec'>): Promise<StartedExec> {
    const container = chosenOne('endpoint', ['pc'], endpoint);
    const call = { container, argv, options: {}, disk: new Map<string, Buffer>() };
    return Promise.resolve(fakeExec(this.programs, call, new AbortController().signal));
  }
  relocate({ zone }: RequestOf<'relocate'>): Promise<string> {
    return Promise.resolve(`pc is in ${chosenOne('zone', ['closed', 'internet'], zone ?? 'none')}`);
  }
  fault({ fault, settings }: RequestOf<'fault'>): Promise<string> {
    return fault === 'loss'
      ? Promise.resolve(`loss ${JSON.stringify(settings)}`)
      : Promise.reject(new Error(`${fault} was not seen in force`));
  }
  heal(): Promise<string> {
    return Promise.resolve('healed');
  }
  async down(): Promise<void> {
    this.downs++;
    this.state = 'ending';
    await this.history.close();
    this.words.wake();
  }
}
