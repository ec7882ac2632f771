/** A program of ours in the lab, spoken to by numbered frames on stdin and stdout. */
import type { Recorder } from '../../history/events.ts';
import { STOP_MS, within } from '../deadline.ts';
import type { StartedContainer } from '../engine/engine.ts';
import { LabError } from '../errors.ts';
import { EvidenceFile } from '../evidence/file.ts';
import type { AppSpec, StartedApp } from '../lab-types.ts';
import { FrameReader } from './ndjson.ts';
import { NodeProcess } from './process.ts';
import { written } from './written.ts';

export interface AppProcessSpec {
  readonly name: string;
  readonly app: AppSpec;
  readonly recorder: Recorder;
  readonly logFile: string;
}
type Frame = Record<string, unknown>;

export class AppProcess implements StartedApp {
  readonly #process: NodeProcess;
  readonly #file: EvidenceFile;
  readonly #feed: Feed;

  static async start(container: StartedContainer, spec: AppProcessSpec): Promise<AppProcess> {
    const file = new EvidenceFile(spec.logFile);
    const feed = new Feed();
    const stream = `app:${spec.name}`;
    const frames = new FrameReader({
      onFrame: (frame) => feed.push(frame),
      onGap: (expected, got) => spec.recorder.record(stream, { kind: 'stream.gap', stream, expected, got }),
      onNoise: (line) => file.write(`stdout: ${line}\n`),
    });
    const { env, script } = written(spec.app.files ?? {});
    const process = await NodeProcess.start(container, {
      node: spec.name,
      process: 'app',
      argv: spec.app.argv,
      prepare: script,
      options: { env },
      ownStdin: true,
      recorder: spec.recorder,
      onOutput: (chunk) => frames.push(chunk),
      onErrorLine: (line) => file.write(`${line}\n`),
    });
    return new AppProcess(process, file, feed);
  }

  private constructor(process: NodeProcess, file: EvidenceFile, feed: Feed) {
    this.#process = process;
    this.#file = file;
    this.#feed = feed;
  }

  /** Rejects when the program ends although nobody asked for it. */
  async endedEarly(): Promise<never> {
    const exit = await this.#process.ended;
    const { node } = this.#process.spec;
    throw new LabError(
      'cloud',
      `${node} ended with ${String(exit)}`,
      this.#process.stderr.trim() || 'it wrote nothing on stderr',
    );
  }

  /** It has said something: an app begins to speak when it listens. */
  async speaks(): Promise<void> {
    await Promise.race([this.#feed.first, this.endedEarly()]);
  }

  async send(message: unknown): Promise<void> {
    const line = `${JSON.stringify(message)}\n`;
    await new Promise<void>((resolve, reject) => {
      this.#process.stdin.write(line, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Frames from before the first listener are kept for it. */
  onFrame(listener: (frame: Frame) => void): void {
    this.#feed.add(listener);
  }

  async finish(): Promise<void> {
    this.#process.declareEnd();
    this.#process.stdin.end();
    await within(STOP_MS, this.#process.ended, () => new Error('it did not end with its stdin')).catch(() =>
      this.#process.stop('KILL', STOP_MS),
    );
    await this.#file.close();
  }
}

const KEPT = 10_000;

class Feed {
  readonly #listeners: ((frame: Frame) => void)[] = [];
  #early: Frame[] = [];
  readonly #begun = Promise.withResolvers<true>();

  get first(): Promise<true> {
    return this.#begun.promise;
  }

  push(frame: Frame): void {
    this.#begun.resolve(true);
    if (this.#listeners.length > 0) for (const listener of this.#listeners) listener(frame);
    else if (this.#early.push(frame) > KEPT) throw new Error(`nobody listened to ${KEPT} frames`);
  }

  add(listener: (frame: Frame) => void): void {
    this.#listeners.push(listener);
    const early = this.#early;
    this.#early = [];
    for (const frame of early) listener(frame);
  }
}
