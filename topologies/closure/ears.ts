/** Ears in network namespaces: what texts of ours were heard where, whatever carried them. */
import { readFileSync } from 'node:fs';
import type { Recorder } from '../../history/events.ts';
import type { StartedContainer } from '../engine/engine.ts';
import { LabError } from '../errors.ts';
import { LineReader } from '../engine/lines.ts';
import { NodeProcess } from '../nodes/process.ts';

const EAR = readFileSync(new URL('./ear.pl', import.meta.url), 'utf8');
const WITNESS = readFileSync(new URL('./witness.pl', import.meta.url), 'utf8');
const READY_MS = 15_000;

export class Ears {
  /** text → places where it was heard */
  readonly #heard = new Map<string, Set<string>>();
  readonly #waiting = new Set<() => void>();
  readonly #ended: string[] = [];
  readonly #recorder: Recorder = {
    record: (source, observation) => {
      this.#ended.push(`${source}: ${observation.kind}`);
      return { ...observation, n: 0, t: 0, source };
    },
  };

  /** `all`: every packet of that namespace. `up`: what its kernel was handed as its own. */
  async listen(node: StartedContainer, place: string, mode: 'all' | 'up'): Promise<void> {
    const lines = new LineReader((line) => this.#take(place, line));
    const ear = await NodeProcess.start(node, {
      node: place,
      process: `ear-${place}`,
      argv: ['perl', '-e', EAR, mode],
      recorder: this.#recorder,
      onOutput: (chunk) => lines.push(chunk),
    });
    await ear.line(/^listening/, READY_MS);
  }

  /** Something that answers, so that those who wait for an answer have something to say. */
  async answer(node: StartedContainer, place: string, ways: readonly string[]): Promise<void> {
    const witness = await NodeProcess.start(node, {
      node: place,
      process: `answers-${place}`,
      argv: ['perl', '-e', WITNESS, ...ways],
      recorder: this.#recorder,
    });
    await witness.line(/^listening/, READY_MS);
  }

  async relay(node: StartedContainer, { config, hosts }: { config: string; hosts: string }): Promise<void> {
    const relay = await NodeProcess.start(node, {
      node: 'relay',
      process: 'squid-open',
      argv: ['squid', '-N', '-f', '/tmp/squid.conf'],
      prepare: 'printf %s "$CONFIG" > /tmp/squid.conf; printf %s "$HOSTS" > /tmp/hosts',
      options: { user: 'proxy', cwd: '/tmp', env: { CONFIG: config, HOSTS: hosts } },
      recorder: this.#recorder,
    });
    await relay.line(/Accepting HTTP Socket connections/, READY_MS);
  }

  async socks(node: StartedContainer, config: string): Promise<void> {
    const relay = await NodeProcess.start(node, {
      node: 'relay',
      process: 'danted-open',
      argv: ['danted', '-f', '/tmp/danted.conf'],
      prepare: 'printf %s "$CONFIG" > /tmp/danted.conf',
      options: { env: { CONFIG: config } },
      recorder: this.#recorder,
    });
    await relay.line(/running/, READY_MS);
  }

  async sni(node: StartedContainer, config: string): Promise<void> {
    const relay = await NodeProcess.start(node, {
      node: 'relay',
      process: 'haproxy-open',
      argv: ['haproxy', '-W', '-db', '-f', '/tmp/haproxy.cfg'],
      prepare: 'printf %s "$CONFIG" > /tmp/haproxy.cfg',
      options: { env: { CONFIG: config } },
      recorder: this.#recorder,
    });
    await relay.line(/Loading success|New worker/, READY_MS);
  }

  at(text: string): readonly string[] {
    return [...(this.#heard.get(text) ?? [])];
  }

  /** Everything that came before this text has been told when this has: bounded; throws if one is deaf. */
  async until(text: string, places: readonly string[], ms: number): Promise<void> {
    const missing = (): string[] => places.filter((place) => !this.at(text).includes(place));
    const timeout = AbortSignal.timeout(ms);
    let wake: (() => void) | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        wake = () => {
          if (missing().length === 0) resolve();
        };
        this.#waiting.add(wake);
        timeout.addEventListener('abort', () =>
          reject(
            new LabError(
              'lab',
              `ears are deaf: ${missing().join(', ')}`,
              this.#ended.join('; ') || 'nothing ended',
            ),
          ),
        );
        wake();
      });
    } finally {
      if (wake !== undefined) this.#waiting.delete(wake);
    }
  }

  #take(place: string, line: string): void {
    const text = /^heard (hk[0-9a-f]{6}\d{4})$/.exec(line)?.[1];
    if (text === undefined) return;
    const places = this.#heard.get(text) ?? new Set();
    this.#heard.set(text, places.add(place));
    for (const wake of this.#waiting) wake();
  }
}
