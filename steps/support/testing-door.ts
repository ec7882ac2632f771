/**
 * Only for tests: a door before the engine's own, through which a run goes without knowing. It can cut connections
 * and stay shut, so that an engine can die for one run while everybody else goes on using it.
 */
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type NetConnectOpts, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findEngine } from '../../topologies/engine/client.ts';

/** A program is made in a container, then started: its stream is the connection of the second request. */
const MAKE = /^POST \S*\/containers\/(\w+)\/exec[ ?]/;
const START = /^POST \S*\/exec\/(\w+)\/start[ ?]/;
const MADE = /\{"Id":"(\w+)"\}/;

interface Passage {
  readonly outer: Socket;
  readonly inner: Socket;
  /** container in which the last request makes a program */
  makes?: string | undefined;
  /** container of the program whose stream this is */
  streams?: string | undefined;
}

export class EngineDoor implements AsyncDisposable {
  readonly #folder: string;
  readonly #engine: NetConnectOpts;
  readonly #before = process.env['DOCKER_HOST'];
  #passages = new Set<Passage>();
  /** program → container, by the engine's ids */
  #programs = new Map<string, string>();
  #server: Server | undefined;

  /** From now on this process finds the engine behind the door. Call before anything else connects. */
  static async open(): Promise<EngineDoor> {
    const { address } = await findEngine(() => undefined, true);
    const door = new EngineDoor(await mkdtemp(join(tmpdir(), 'heiiki-door-')), placeOf(address));
    await door.unlock();
    process.env['DOCKER_HOST'] = `unix://${door.#path}`;
    return door;
  }

  private constructor(folder: string, engine: NetConnectOpts) {
    this.#folder = folder;
    this.#engine = engine;
  }

  get #path(): string {
    return join(this.#folder, 'engine.sock');
  }

  /** Breaks the streams of all programs in that container; calls and the lease stay. Returns how many. */
  cutStreams(container: string): number {
    const hit = [...this.#passages].filter(({ streams }) => streams === container);
    hit.forEach(breakOff);
    return hit.length;
  }

  /** The engine is gone: whatever is open breaks, and nobody answers any more. */
  async lock(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (!server) return;
    const closed = once(server, 'close');
    server.close();
    this.#passages.forEach(breakOff);
    await closed;
  }

  /** It is there again. What was broken stays broken. */
  async unlock(): Promise<void> {
    if (this.#server) return;
    // A program's input is ended by closing one half: the other one must stay open.
    this.#server = createServer({ allowHalfOpen: true }, (outer) => this.#pass(outer));
    this.#server.listen(this.#path);
    await once(this.#server, 'listening');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.lock();
    if (this.#before === undefined) delete process.env['DOCKER_HOST'];
    else process.env['DOCKER_HOST'] = this.#before;
    await rm(this.#folder, { recursive: true });
  }

  #pass(outer: Socket): void {
    const inner = connect({ ...this.#engine, allowHalfOpen: true });
    const passage: Passage = { outer, inner };
    this.#passages.add(passage);
    outer.on('data', (chunk: Buffer) => this.#request(passage, chunk.toString('latin1', 0, 300)));
    inner.on('data', (chunk: Buffer) => {
      const program = passage.makes && MADE.exec(chunk.toString('latin1', 0, 2000))?.[1];
      if (program && passage.makes) this.#programs.set(program, passage.makes);
    });
    const gone = (): void => {
      breakOff(passage);
      this.#passages.delete(passage);
    };
    for (const socket of [outer, inner]) socket.on('error', gone).on('close', gone);
    outer.pipe(inner);
    inner.pipe(outer);
  }

  /** Connections are used again, so each request is looked at; what a program is told is none. */
  #request(passage: Passage, head: string): void {
    if (passage.streams !== undefined) return;
    passage.makes = MAKE.exec(head)?.[1];
    const program = START.exec(head)?.[1];
    if (program !== undefined) passage.streams = this.#programs.get(program);
  }
}

function breakOff({ outer, inner }: Passage): void {
  outer.destroy();
  inner.destroy();
}

function placeOf(address: string): NetConnectOpts {
  const url = new URL(address);
  if (url.protocol === 'unix:') return { path: url.pathname };
  if (url.protocol === 'tcp:' || url.protocol === 'http:')
    return { host: url.hostname, port: Number(url.port || 2375) };
  throw new Error(`this test cannot stand between a run and ${address}; use a socket or plain TCP`);
}
