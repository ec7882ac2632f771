/**
 * The bodies of heiiki-v1 as TypeScript types. `openapi.yaml` beside this file is the contract; these types
 * follow it by hand and a test compares the names of both. All times are milliseconds since the Unix epoch.
 */

/** Path of the question whether the cloud is there. */
export const HELLO = '/v1/hello';
/** Path of the content update, at the host that updates come from. */
export const CONTENT = '/v1/content';
/** Path of the parts of that release, at the same host. */
export const releasePath = (version: string): string => `/v1/releases/${encodeURIComponent(version)}`;

/** RFC 9457 */
export interface Problem {
  title: string;
  status: number;
  detail?: string;
}

export interface Enrolment {
  token: string;
  hostname: string;
  /** stable over restart, move and reinstall; at least 8 characters */
  machineId: string;
  product: { name: string; version: string };
}
export interface Identity {
  agentId: string;
  /** bearer token of all further requests */
  key: string;
  removal: RemovalVerifier;
}
/** By it an endpoint tells the token that lets it be removed, without knowing the token. */
export interface RemovalVerifier {
  /** hexadecimal */
  salt: string;
  /** SHA-256 of the salt's bytes and then the token's, hexadecimal */
  hash: string;
}

export interface Heartbeat {
  sentAt: number;
  /** revision in force on the endpoint; 0 before the first one */
  policyRevision: number;
  /** findings waiting to be sent */
  queued: number;
  /** of the agent that runs */
  version?: string;
  content?: ContentInForce;
  /** findings lost to an overflow since enrolment */
  dropped: number;
}
export interface HeartbeatAnswer {
  policyRevision: number;
  serverTime: number;
  /** the version to run, where one is offered */
  release?: Release;
}
export interface Release {
  version: string;
  /** bytes */
  size: number;
  sha256: string;
}

/** Which content the endpoint goes by, and when that was made. */
export interface ContentInForce {
  /** 0: what is built in */
  revision: number;
  issued: number;
}

export type Mode = 'detect' | 'block';
export interface Indicator {
  /** 64 lower-case hexadecimal digits */
  sha256: string;
  name: string;
}
export interface AllowlistEntry {
  kind: 'sha256' | 'path' | 'parent';
  value: string;
}
export interface Policy {
  /** from 1 */
  revision: number;
  mode: Mode;
  indicators: Indicator[];
  allowlist: AllowlistEntry[];
  /** host:port: use it from now on; null: use none; absent: keep what the installer said */
  relay?: string | null;
  uninstallProtection: 'on' | 'off';
}

export type Activity = 'process' | 'file' | 'network' | 'account' | 'agent';
export interface TelemetryEvent {
  time: number;
  activity: Activity;
  path?: string;
  commandLine?: string;
  user?: string;
  pid?: number;
  parent?: string;
  sha256?: string;
  detail?: string;
}
export interface TelemetryBatch {
  /** at most 1000 */
  events: TelemetryEvent[];
  gaps?: TelemetryGap[];
}
/** Log that was lost: times of the first and the last event of it, and how many there were. */
export interface TelemetryGap {
  from: number;
  to: number;
  count: number;
}

export interface File {
  path?: string;
  name?: string;
  /** 0 unknown, 1 regular file */
  type_id?: number;
  /** algorithm 3 is SHA-256 */
  hashes?: { algorithm_id: number; value: string }[];
}
export interface Evidence {
  process?: {
    pid?: number;
    cmd_line?: string;
    file?: File;
    user?: { name?: string };
    parent_process?: { pid?: number; cmd_line?: string };
  };
  file?: File;
  data?: unknown;
}
/** OCSF Detection Finding (class 2004), the part that is used here. */
export interface DetectionFinding {
  /** 1 created, 2 updated, 3 closed */
  activity_id: 0 | 1 | 2 | 3 | 99;
  category_uid: 2;
  class_uid: 2004;
  type_uid: number;
  /** 0 to 99 */
  severity_id: number;
  /** when the finding was made */
  time: number;
  /** when the act happened */
  start_time: number;
  /** any of OCSF: 2 blocked, 3 quarantined, 15 detected, … */
  disposition_id: number;
  metadata: {
    version: string;
    /** how far its times are ahead of the clock of the endpoint, if they are not by it */
    clock_offset_ms?: number;
    product: { name: string; vendor_name: string; version?: string };
    /** counts the findings of this endpoint in the order in which they were made */
    sequence?: number;
  };
  finding_info: {
    /** the same for every retransmission; at least 8 characters */
    uid: string;
    title: string;
    analytic?: { type_id: number; uid: string; name?: string };
    attacks?: { version?: string; technique?: { uid: string; name?: string } }[];
  };
  device: { hostname: string; uid?: string; type_id: number };
  evidences?: Evidence[];
}
/** What the cloud takes: the rest is asked for by OCSF alone, and its lack is judged and not refused. */
export type TakenFinding = Partial<DetectionFinding> &
  Pick<DetectionFinding, 'start_time' | 'disposition_id' | 'finding_info'>;
export interface DetectionBatch {
  /** 1 to 100 */
  findings: TakenFinding[];
}
export interface Accepted {
  /** `finding_info.uid` of everything that is now stored */
  accepted: string[];
}

export interface Hello {
  serverTime: number;
}
/** A content update: what the agent looks for beside the policy. */
export interface Content {
  /** from 1 */
  revision: number;
  /** when it was made */
  issued: number;
  /** techniques that are looked for, e.g. T1204.002 */
  rules: string[];
  /** files that are reported as those of the policy */
  indicators?: Indicator[];
}

export interface Command {
  uid: string;
  name: string;
  arguments?: Record<string, unknown>;
}
export interface Commands {
  commands: Command[];
}
export type Outcome = 'done' | 'failed' | 'refused' | 'expired';
export interface CommandResult {
  outcome: Outcome;
  detail?: string;
}
