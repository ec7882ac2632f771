/** The sensor helper (native/execwatch.c) as a stream of acts; whoever listens decides allow or deny. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import { isRecord } from './files.ts';
import type { Act } from './rules/acts.ts';

export const WATCHED = ['/home/'];
/** How long a process may stay blocked for our answer, ms; after that it goes on and that is counted. */
const WAIT_MS = 2000;
const RESTART_MS = 1000;

export type Outcome = 'allow' | 'deny' | 'late';
export interface SensorListener {
  /** asked for each act; `deny` counts only for acts that ask */
  decide(act: Act): 'allow' | 'deny';
  /** what really happened to an act that asked */
  settled(act: Act, outcome: Outcome): void;
  /** the sensor works (again), does not, or has missed something */
  state(text: string, working: boolean): void;
}

export class Sensor {
  readonly #program: string;
  readonly #listener: SensorListener;
  readonly #open = new Map<number, Act>();
  #child: ChildProcessWithoutNullStreams | undefined;
  #stopped = false;
  #restart: NodeJS.Timeout | undefined;

  constructor(program: string, listener: SensorListener) {
    this.#program = program;
    this.#listener = listener;
  }

  start(): void {
    const child = spawn(this.#program, [String(process.pid), String(WAIT_MS), ...WATCHED], { env: {} });
    this.#child = child;
    let complaint = '';
    child.stderr.on('data', (part: Buffer) => (complaint = (complaint + part.toString()).slice(-500)));
    child.stdin.on('error', () => undefined); // its end is told by `close`
    createInterface({ input: child.stdout }).on('line', (line) => this.#line(line));
    child.on('error', (error) => (complaint = error.message));
    child.on('close', (code) => {
      this.#open.clear();
      if (this.#stopped) return;
      this.#listener.state(`the sensor ended with ${code ?? 'a signal'}: ${complaint.trim()}`, false);
      this.#restart = setTimeout(() => this.start(), RESTART_MS);
    });
  }
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#restart);
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
    child.stdin.end();
    await closed;
  }

  #line(line: string): void {
    const said = parsed(line);
    if (said === undefined) return;
    if (said['k'] === 'ready') {
      this.#listener.state('the sensor works', true);
      return;
    }
    if (said['k'] === 'counts') {
      this.#listener.state(
        `the sensor let ${String(said['late'])} acts pass unanswered and lost ${String(said['lost'])}`,
        true,
      );
      return;
    }
    if (said['k'] === 'done') {
      this.#done(Number(said['id']), said['act']);
      return;
    }
    const act = actOf(said);
    if (!act) return;
    if (act.asks) this.#open.set(act.id, act);
    const verdict = this.#listener.decide(act);
    if (act.asks) this.#child?.stdin.write(`${verdict === 'deny' ? 'd' : 'a'} ${act.id}\n`);
  }
  #done(id: number, outcome: unknown): void {
    const act = this.#open.get(id);
    this.#open.delete(id);
    if (act && (outcome === 'allow' || outcome === 'deny' || outcome === 'late'))
      this.#listener.settled(act, outcome);
  }
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const number = (value: unknown): number => (typeof value === 'number' ? value : -1);

export function actOf(said: Readonly<Record<string, unknown>>): Act | undefined {
  const kind = said['k'];
  if (kind !== 'exec' && kind !== 'open' && kind !== 'write') return undefined;
  const argv = Array.isArray(said['argv']) ? said['argv'].map(text).join(' ') : undefined;
  return {
    kind,
    id: number(said['id']),
    time: number(said['t']),
    path: text(said['path']),
    sha256: text(said['sha']),
    pid: number(said['pid']),
    parentPid: number(said['ppid']),
    uid: number(said['uid']),
    commandLine: argv ?? text(said['command']),
    parentCommandLine: text(said['parent']),
    named: said['named'] === 1,
    asks: said['asks'] === 1,
  };
}
