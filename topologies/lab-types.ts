/** What steps see of a running lab. No container id, no engine type leaves `topologies/`. */
import type { FileToPut, ImageRecipe, ProcessRow, RunResult } from './engine/engine.ts';
import type { Recorder } from '../history/events.ts';

export type { FileToPut, ImageRecipe, ProcessRow, RunResult };

export type ZoneName = string;
/** Ways to lose a relay; each is verified in force before `inject` returns and gone before `heal` returns. */
export const RELAY_FAULTS = ['refused', 'silent', 'paused'] as const;
export type RelayFault = (typeof RELAY_FAULTS)[number];

/** A program of ours that runs in the lab (the mock cloud): image plus argv, ndjson frames both ways. */
export interface AppSpec {
  readonly image: ImageRecipe;
  readonly argv: readonly string[];
  readonly files?: readonly FileToPut[];
  /** names under which it is known in its zone, e.g. edr.cloud.test, cdn.cloud.test */
  readonly names: readonly string[];
}
export interface StartedApp {
  send(message: unknown): Promise<void>;
  /** Frames in order of arrival; ends when the process ends. A gap has been recorded as `stream.gap`. */
  onFrame(listener: (frame: Record<string, unknown>) => void): void;
}

export interface EndpointSpec {
  /** base + workloads + payloads, as a chain of recipes */
  readonly image: ImageRecipe;
  readonly capabilities: readonly string[];
  readonly hostname: string;
}
export interface LabSpec {
  /** parsed topology (see topologies/schema.ts) or the id of one in topologies/*.yaml */
  readonly topology: string;
  /** endpoint name of the topology → what runs there */
  readonly endpoints: Readonly<Record<string, EndpointSpec>>;
  /** app name of the topology → program */
  readonly apps: Readonly<Record<string, AppSpec>>;
  /** destinations that the relay lets pass, host:port */
  readonly allow: readonly string[];
  readonly recorder: Recorder;
  /** raw evidence (pcap, relay log, resolver log) is streamed into files of this folder as it happens */
  readonly evidence: string;
}

export interface Endpoint {
  readonly name: string;
  readonly zone: ZoneName | null;
  readonly address: string | null;
  exec(
    argv: readonly string[],
    options?: { user?: string; env?: Record<string, string>; input?: string; timeoutMs?: number },
  ): Promise<RunResult>;
  put(files: readonly FileToPut[]): Promise<void>;
  /** by the engine's archive call */
  get(path: string): Promise<Buffer | undefined>;
  /** by the engine's top call */
  processes(): Promise<readonly ProcessRow[]>;
  /** paths added or modified since the endpoint was made from its image, by the engine's changes call */
  changes(): Promise<readonly string[]>;
  restart(): Promise<void>;
  /** null: no network at all. Rewrites the resolver; the capture runs on. Records move.started/finished. */
  move(zone: ZoneName | null): Promise<void>;
}
export interface Relay {
  readonly name: string;
  /** host:port as reached from that zone */
  address(zone: ZoneName): string;
  inject(fault: RelayFault): Promise<void>;
  heal(): Promise<void>;
}
export interface StartedLab extends AsyncDisposable {
  readonly id: string;
  endpoint(name?: string): Endpoint;
  relay(name?: string): Relay;
  app(name: string): StartedApp;
  /** Runs the escape probes of every closed zone; throws LabNotClosed and records `lab.closed` either way. */
  proveClosed(): Promise<void>;
  /**
   * Ends captures and reads logs to their end, so that every packet and line is in the history
   * (`capture.summary`, `counters`, last `relay.request`). Idempotent; `dispose` calls it too.
   */
  finishEvidence(): Promise<void>;
}
/** Long-lived per process: engine, lease, images, witness of the open control lab. */
export interface LabFactory extends AsyncDisposable {
  start(spec: LabSpec): Promise<StartedLab>;
}
