/** Packets of one network namespace: raw into a file, and as events while they happen. */
import { CALL_MS, READY_MS, STOP_MS, within } from '../deadline.ts';
import type { Recorder } from '../../history/events.ts';
import type { StartedContainer } from '../engine/engine.ts';
import { LabError } from '../errors.ts';
import { carriers, carrying } from '../nodes/link.ts';
import { NodeProcess } from '../nodes/process.ts';
import type { AddressPlan } from '../plan.ts';
import { EvidenceFile } from './file.ts';
import { decodePacket } from './packet.ts';
import type { Packet } from './packet.ts';
import { PcapReader } from './pcap.ts';

/**
 * Headers are enough; a large ring and a short snap length keep the kernel from dropping under load. Loopback
 * is interface 1 of every namespace. No names are looked up: a capture must not cause packets.
 */
const TCPDUMP = 'tcpdump -i any -y LINUX_SLL2 -n -s 512 -B 32768 -U --immediate-mode -w -'.split(' ');

/** Its answer to SIGUSR1: what it has read so far, what the kernel has for it in all, what of that found no room. */
const SO_FAR = /\d+ packets? captured, (\d+) packets? received by filter, (\d+) packets? dropped by kernel/;

export interface CaptureSpec {
  /** name of the endpoint whose namespace this is */
  readonly point: string;
  readonly plan: AddressPlan;
  readonly recorder: Recorder;
  readonly file: string;
  /** the zone in which the point is now, for packets that do not tell */
  zone(): string | null;
}

interface Counts {
  parsed: number;
  /** called when there are more */
  more: () => void;
}

export class Capture {
  readonly #spec: CaptureSpec;
  readonly #file: EvidenceFile;
  readonly #process: NodeProcess;
  readonly #counts: Counts;

  /** Resolves when the kernel delivers packets to it. */
  static async start(holder: StartedContainer, spec: CaptureSpec): Promise<Capture> {
    const file = new EvidenceFile(spec.file);
    const reader = new PcapReader();
    const counts: Counts = { parsed: 0, more: () => undefined };
    const process = await NodeProcess.start(holder, {
      node: spec.point,
      process: 'tcpdump',
      argv: [...TCPDUMP, filterFor(spec.plan)],
      recorder: spec.recorder,
      onOutput: (chunk) => {
        file.write(chunk);
        for (const record of reader.push(chunk)) {
          counts.parsed++;
          const packet = decodePacket(record);
          if (packet !== undefined) recordPacket(spec, packet);
        }
        counts.more();
      },
    });
    await process.line(/listening on/, READY_MS);
    return new Capture(spec, file, process, counts);
  }

  private constructor(spec: CaptureSpec, file: EvidenceFile, process: NodeProcess, counts: Counts) {
    this.#spec = spec;
    this.#file = file;
    this.#process = process;
    this.#counts = counts;
  }

  /** Ends it and records what it says of itself; all packets that have left or come until now are in it. */
  async finish(): Promise<void> {
    await this.#drain();
    await this.#process.stop('INT', STOP_MS);
    await this.#file.close();
    const statistics = parseStatistics(this.#process.stderr);
    if (statistics === undefined)
      throw new LabError(
        'capture',
        `the capture of ${this.#spec.point} gave no statistics`,
        this.#process.stderr.trim(),
      );
    this.#spec.recorder.record(`capture:${this.#spec.point}`, {
      kind: 'capture.summary',
      point: this.#spec.point,
      ...statistics,
      parsed: this.#counts.parsed,
    });
  }

  /** On a busy machine it reads late, and when it ends it leaves what it has not read. */
  async #drain(): Promise<void> {
    await this.#process.signal('USR1');
    const [, passed = '', dropped = ''] = SO_FAR.exec(await this.#process.line(SO_FAR, CALL_MS)) ?? [];
    const wanted = Number(passed) - Number(dropped);
    const counts = this.#counts;
    const read = new Promise<void>((done) => {
      counts.more = () => {
        if (counts.parsed >= wanted) done();
      };
      counts.more();
    });
    await within(
      CALL_MS,
      read,
      () =>
        new LabError(
          'capture',
          `the capture of ${this.#spec.point} was not read to its end`,
          `${counts.parsed} of ${wanted} packets came within ${CALL_MS} ms`,
        ),
    );
  }
}

function filterFor(plan: AddressPlan): string {
  return ['not ifindex 1', ...carriers(plan).map((network) => `not ( ${carrying(network)} )`)].join(' and ');
}

/**
 * `received` is what tcpdump wrote out ("captured"): more may have passed its filter after the last read, but
 * those came after the end that was asked for, as until then it was drained.
 */
export function parseStatistics(stderr: string): { received: number; dropped: number } | undefined {
  const captured = /^(\d+) packets? captured$/m.exec(stderr)?.[1];
  const dropped = [...stderr.matchAll(/^(\d+) packets? dropped by (?:kernel|interface)$/gm)];
  if (captured === undefined || dropped.length === 0) return undefined;
  return { received: Number(captured), dropped: dropped.reduce((sum, [, count]) => sum + Number(count), 0) };
}

function recordPacket(spec: CaptureSpec, packet: Packet): void {
  const { point, plan, recorder } = spec;
  if (packet.direction === 'other-host') return;
  const { at, direction, ...rest } = packet;
  const [own, other] = direction === 'out' ? [packet.from, packet.to] : [packet.to, packet.from];
  recorder.record(
    `capture:${point}`,
    {
      kind: 'packet',
      point,
      direction,
      ...rest,
      peer: plan.peerOf(other),
      zone: plan.zoneOf(own) ?? spec.zone(),
    },
    at,
  );
}
