/**
 * The only door to a container engine. Everything above `topologies/engine` speaks this interface; a fake
 * and the real adapter pass one contract suite.
 */
import type { Readable, Writable } from 'node:stream';

export interface EngineInfo {
  readonly name: string;
  readonly version: string;
  readonly apiVersion: string;
  readonly os: string;
  readonly arch: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  /** e.g. `unix:///run/heiiki/engine.sock` */
  readonly address: string;
}

/** An image as content: the same recipe has the same digest and is built once. */
export interface ImageRecipe {
  /** short name for people, e.g. `tools` */
  readonly name: string;
  /** Dockerfile text. `FROM ${parent}` is written by the builder, or the text has `ARG BASE` and `FROM ${BASE}`. */
  readonly dockerfile: string;
  readonly parent?: ImageRecipe | ImageRef;
  /** other images to copy from: `COPY --from=<name> …`; each is built like a recipe of its own */
  readonly stages?: ReadonlyMap<string, ImageRecipe | ImageRef>;
  /** build context: path inside the context → content or a file on disk (streamed, may be large) */
  readonly files?: ReadonlyMap<string, ContextFile>;
}
export interface ContextFile {
  readonly content: Buffer | { readonly disk: string };
  readonly mode?: number;
}
export interface ImageRef {
  readonly tag: string;
  readonly digest: string;
}

export interface NetworkSpec {
  readonly name: string;
  /** `sealed`: a bridge that the host has no part in. `open`: the engine's ordinary one, with an address of the host. */
  readonly kind: 'sealed' | 'open';
  /** an IPv4 subnet in CIDR form; without it a free one of the labs' pool is taken */
  readonly subnet?: string;
  /** how many addresses that subnet has at least, the gateway's included; without it 14 (a /28) */
  readonly hosts?: number;
  readonly ipv6?: string;
  /** bytes of the largest packet of a sealed one; default: as of Ethernet */
  readonly mtu?: number;
}

export interface ContainerSpec {
  readonly name: string;
  readonly image: ImageRef;
  readonly argv?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly hostname?: string;
  readonly user?: string;
  /** First network of the container; exactly what is named here and nothing else gets attached. */
  readonly attach:
    | {
        readonly kind: 'networks';
        readonly networks: readonly { network: StartedNetwork; address?: string }[];
      }
    | { readonly kind: 'namespace-of'; readonly container: StartedContainer }
    | { readonly kind: 'none' }
    | { readonly kind: 'host' };
  readonly capabilities?: readonly string[];
  readonly dropCapabilities?: readonly string[];
  readonly sysctls?: Readonly<Record<string, string>>;
  readonly dns?: readonly string[];
  readonly memoryBytes?: number;
  readonly cpus?: number;
  readonly pids?: number;
  readonly labels?: Readonly<Record<string, string>>;
  /** folder → bytes: file systems of their own, in memory, empty at first and after a restart */
  readonly disks?: Readonly<Record<string, number>>;
  /** a TCP port that the host takes at this address of its own and hands to the container; open networks only */
  readonly publish?: { readonly address: string; readonly port: number };
}

export interface ExecOptions {
  readonly user?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}
/** A process inside a container, reached through the engine's exec stream. */
export interface StartedExec extends AsyncDisposable {
  readonly stdin: Writable;
  /** honour back-pressure: nothing is buffered without bound */
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** exit status; null when the engine cannot tell (stream broke) */
  readonly ended: Promise<number | null>;
}
export interface RunResult {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  readonly ms: number;
}
export interface FileToPut {
  readonly path: string;
  readonly content: Buffer | string;
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
}
export interface ProcessRow {
  readonly pid: number;
  readonly user: string;
  readonly command: string;
}

export interface StartedNetwork extends AsyncDisposable {
  readonly id: string;
  readonly name: string;
  readonly subnet: string;
  /** an address of the subnet by its index: 1 is the (unassigned) gateway */
  address(index: number): string;
}

export interface StartedContainer extends AsyncDisposable {
  readonly id: string;
  readonly name: string;
  exec(argv: readonly string[], options?: ExecOptions): Promise<StartedExec>;
  /** Run to the end with bounded output (1 MiB a stream, cut and marked) and a bounded time. */
  run(
    argv: readonly string[],
    options?: ExecOptions & { input?: string | Buffer; timeoutMs?: number },
  ): Promise<RunResult>;
  put(files: readonly FileToPut[]): Promise<void>;
  /** A file's content by the engine's archive call (not by a process inside); undefined if it is not there. */
  get(path: string): Promise<Buffer | undefined>;
  /** Is there a file or link of that path? By the engine's stat call, which costs a fraction of reading it. */
  has(path: string): Promise<boolean>;
  /** Processes by the engine's own top call. */
  top(): Promise<readonly ProcessRow[]>;
  /** Paths that differ from the image, by the engine's own changes call (added or modified, not deleted). */
  changes(): Promise<readonly string[]>;
  restart(): Promise<void>;
  kill(signal: string): Promise<void>;
  pause(): Promise<void>;
  unpause(): Promise<void>;
  connect(network: StartedNetwork, address?: string): Promise<void>;
  disconnect(network: StartedNetwork): Promise<void>;
  inspect(): Promise<{ running: boolean; exit: number | null; networks: Readonly<Record<string, string>> }>;
  /** By the engine: memory in use now, page cache left out, and processor time used since it was started. */
  stats(): Promise<{ memoryBytes: number; cpuNanos: number }>;
}

export interface Leftover {
  readonly kind: 'container' | 'network' | 'volume';
  readonly id: string;
  readonly name: string;
  readonly run: string;
  readonly alive: boolean;
}

/** One run's hold on an engine: all it creates carries the run's id; the lease ends with this process. */
export interface Engine extends AsyncDisposable {
  readonly info: EngineInfo;
  readonly run: string;
  /** Build what is not there yet; the same recipe at the same time is built once. */
  image(recipe: ImageRecipe, onProgress?: (line: string) => void): Promise<ImageRef>;
  network(spec: NetworkSpec): Promise<StartedNetwork>;
  container(spec: ContainerSpec): Promise<StartedContainer>;
  /** Everything with our label, of any run; `alive` says whether its lease still runs. */
  leftovers(): Promise<readonly Leftover[]>;
  /** Remove what dead runs left (and with `own` what this run has). Returns what was removed. */
  sweep(options: { own: boolean; dryRun: boolean }): Promise<readonly Leftover[]>;
}
