/** What steps see of a running lab. No container id, no engine type leaves `topologies/`. */
import type { FileToPut, ImageRecipe, ProcessRow, RunResult, StartedExec } from './engine/engine.ts';
import type { Recorder } from '../history/events.ts';
import type { Outcome } from './probes.ts';

export type { FileToPut, ImageRecipe, ProcessRow, RunResult, StartedExec };

export type ZoneName = string;
/** Ways to lose a relay; each is verified in force before `inject` returns and gone before `heal` returns. */
export const RELAY_FAULTS = [
  /** its program has ended: connections are refused, and open ones are reset */
  'refused',
  /** its machine is gone: nothing is answered, ping neither */
  'silent',
  /** it accepts connections, and then stalls */
  'paused',
  /** its name does not exist any more, and open connections are reset; at its address it works */
  'name-gone',
  /** somebody answers in its place, every request and in this way; open connections are reset */
  'answers-407',
  'answers-403',
  'answers-503',
  /** a portal's page in the place of every answer: with status 200, or behind a redirection */
  'captive-200',
  'captive-302',
  /** ping is answered, the proxy is silent */
  'ping-only',
  /** ping is dropped, the proxy works */
  'no-ping',
  /** connections without data for `seconds` are reset */
  'idle-cut',
  /** a connection in which a client has sent more than `bytes` is reset */
  'body-limit',
  /** `percent` of packets are lost, in either direction */
  'loss',
  /** no more than `bitsPerSecond`, in either direction */
  'bandwidth',
  /** answers come `seconds` later */
  'delay',
  /** refused for `seconds` and back for `seconds`, `times` in all; heal waits for the last one */
  'flapping',
] as const;
export type RelayFault = (typeof RELAY_FAULTS)[number];
/** Which of these a fault takes, and what it is without them: topologies/faults/table.ts. */
export interface FaultSettings {
  readonly seconds?: number;
  readonly bytes?: number;
  readonly percent?: number;
  readonly bitsPerSecond?: number;
  readonly times?: number;
}

/** A program of ours that runs in the lab (the mock cloud): image plus argv, ndjson frames both ways. */
export interface AppSpec {
  readonly image: ImageRecipe;
  readonly argv: readonly string[];
  /** path → text that only the program itself can read */
  readonly files?: Readonly<Record<string, string>>;
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
  /** folder → bytes: disks of their own, empty at first and after a restart */
  readonly disks?: Readonly<Record<string, number>>;
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
  /** PEM that destinations' certificates lead to: an inspecting relay trusts it, and nothing else */
  readonly trust?: string;
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
  /** As exec, but with its streams, and without a bound: for a person who works on the endpoint. */
  begin(
    argv: readonly string[],
    options?: { user?: string; env?: Record<string, string> },
  ): Promise<StartedExec>;
  put(files: readonly FileToPut[]): Promise<void>;
  /** by the engine's archive call */
  get(path: string): Promise<Buffer | undefined>;
  /** a file or link of that path, by the engine's stat call */
  has(path: string): Promise<boolean>;
  /** by the engine's top call */
  processes(): Promise<readonly ProcessRow[]>;
  /** where somebody waits for connections, e.g. `0.0.0.0:22`; read by a node of ours in its network, not by one of its own programs */
  listeners(): Promise<readonly string[]>;
  /** what all its processes together have used and hold, by the engine's stats call */
  usage(): Promise<{ cpuMs: number; memoryBytes: number }>;
  /** paths added or modified since the endpoint was made from its image, by the engine's changes call */
  changes(): Promise<readonly string[]>;
  restart(): Promise<void>;
  /** What programs that have ended had still to send will never be sent, as after an hour without a network. */
  forgetConnections(): Promise<void>;
  /** Nothing runs on it until it wakes, as on a PC whose lid is shut. It can be moved meanwhile. */
  sleep(): Promise<void>;
  wake(): Promise<void>;
  /** null: no network at all. Rewrites the resolver; the capture runs on. Records move.started/finished. */
  move(zone: ZoneName | null): Promise<void>;
}
/** What a client has to speak to a relay; the words of a product's `statement.relays`. */
export type RelayKind = 'connect' | 'basic' | 'digest' | 'pac' | 'socks5' | 'tls' | 'sni' | 'inspected';
/** A relay as a client in one zone is configured for it. */
export interface RelayAccess {
  readonly kind: RelayKind;
  /** DNS name in the zone */
  readonly name: string;
  /** ip:port */
  readonly address: string;
  readonly port: number;
  /** http://, https:// or socks5:// NAME:PORT, without credentials */
  readonly url: string;
  readonly user?: string;
  readonly password?: string;
  /** PEM: what the relay's own certificate (tls), or the certificates that it makes (inspected), lead to */
  readonly ca?: string;
  /** URL of the zone's proxy.pac */
  readonly pac?: string;
}
export interface Relay {
  readonly name: string;
  /** host:port as reached from that zone */
  address(zone: ZoneName): string;
  /** as a client in that zone is configured for it, now */
  access(zone: ZoneName): RelayAccess;
  /**
   * What an administrator does to it: each starts its program anew, so open tunnels end, and each is seen from
   * the zones before it returns. They throw where the relay has nothing of the kind.
   *
   * With `tls` another certificate of the same authority; with `inspects` another authority, which clients have
   * to be given: `access().ca`.
   */
  renewCertificate(): Promise<void>;
  /** What clients were told is not accepted any more. `access` still says it. */
  expireAccount(): Promise<void>;
  /** A new password for the account, which is accepted again if it had expired. Returns it. */
  changePassword(): Promise<string>;
  /** Replaces the destinations that it lets pass, host:port. */
  allow(destinations: readonly string[]): Promise<void>;
  /** Heals the fault before, if there is one. Throws FaultUnavailable where this fault cannot be had. */
  inject(fault: RelayFault, settings?: FaultSettings): Promise<void>;
  /** Nothing to do if there is no fault. */
  heal(): Promise<void>;
}
export interface StartedLab extends AsyncDisposable {
  readonly id: string;
  endpoint(name?: string): Endpoint;
  relay(name?: string): Relay;
  app(name: string): StartedApp;
  /** A stranger or witness opens a TCP connection to the endpoint where it is now, and says the text if it gets one. */
  knock(outsider: string, endpoint: string, port: number, text: string): Promise<Outcome>;
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
