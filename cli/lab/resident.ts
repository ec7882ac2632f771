/** The lab itself, in the process that stays: run context, lease, history and evidence are held here. */
import { join } from 'node:path';
import type { HistoryEvent } from '../../history/events.ts';
import { formsOf, RELAY_PASSWORD } from '../../history/secrets.ts';
import { Waiters } from '../../history/waiters.ts';
import { HistoryWriter } from '../../history/writer.ts';
import { loadProduct, type LoadedProduct } from '../../products/load.ts';
import { RunContext } from '../../steps/support/context.ts';
import { openSession } from '../../steps/support/open-session.ts';
import { within } from '../../topologies/deadline.ts';
import type { RelayAccess, StartedLab } from '../../topologies/lab-types.ts';
import { loadTopology, type Topology } from '../../topologies/schema.ts';
import { describeLab } from './describe.ts';
import { LabHands } from './hands.ts';
import type { Hands, LabInHand, Said } from './in-hand.ts';
import type { LabInfo } from './protocol.ts';
import type { LabRecord } from './records.ts';

/** Until the start of a lab has noticed that everything is gone: each single thing that it waits for has a bound. */
const GIVE_UP_MS = 120_000;
/** Packets wake nobody, so that they are looked for at this interval, in ms. */
const PACKETS_ALONE = 100;

interface Held {
  readonly context: RunContext;
  readonly lab: StartedLab;
  readonly hands: LabHands;
  /** gives lab and history back */
  readonly release: () => Promise<void>;
}

export class Resident implements LabInHand {
  readonly record: LabRecord;
  readonly said: Said;
  readonly #topology: Topology;
  readonly #words = new Waiters();
  readonly #lines: string[] = [];
  readonly #forget: () => Promise<void>;
  readonly #ended = new AbortController();
  #context: RunContext | undefined;
  #product: LoadedProduct | undefined;
  #history: HistoryWriter | undefined;
  #held: Held | undefined;
  #started: Promise<void> | undefined;
  #opening: Promise<void> = Promise.resolve();
  #down: Promise<void> | undefined;

  /** `forget`: what is to be done when nothing of the lab is left. */
  constructor(record: LabRecord, forget: () => Promise<void>) {
    this.record = record;
    this.#forget = forget;
    this.#topology = loadTopology(record.topology);
    this.said = { lines: this.#lines, changed: (signal) => this.#words.wait(undefined, signal) };
  }

  get events(): readonly HistoryEvent[] {
    return this.#history?.events ?? [];
  }
  changed(signal: AbortSignal): Promise<void> {
    return this.#history
      ? this.#history.changed(PACKETS_ALONE, signal)
      : this.#words.wait(PACKETS_ALONE, signal);
  }
  get over(): boolean {
    return this.#history?.closed ?? this.#down !== undefined;
  }

  info(): LabInfo {
    return describeLab({
      record: this.record,
      topology: this.#topology,
      state: this.#down ? 'ending' : this.#held ? 'ready' : 'starting',
      lab: this.#held?.lab,
      hands: this.#held?.hands,
      token: this.#held?.context.enrolmentToken,
      product: this.#product,
      events: this.events,
    });
  }

  get hands(): Hands | undefined {
    return this.#down ? undefined : this.#held?.hands;
  }

  get begun(): boolean {
    return this.#started !== undefined;
  }
  /** Aborted when nothing is left to hold, however it ended. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  start(): Promise<void> {
    this.#started ??= this.#start();
    return this.#started;
  }
  down(): Promise<void> {
    this.#down ??= this.#end().finally(() => this.#ended.abort());
    return this.#down;
  }

  async #start(): Promise<void> {
    this.#opening = this.#open();
    try {
      await this.#opening;
    } catch (error) {
      await this.down().catch(() => undefined);
      throw error;
    }
  }

  async #open(): Promise<void> {
    const { record } = this;
    if (record.product !== null) this.#product = await loadProduct(record.product);
    this.#context = await RunContext.open({
      id: record.run,
      out: record.evidence,
      seed: record.created % 2 ** 31,
      lane: 'ci',
      onProgress: (line) => this.#say(line),
    });
    this.#stillWanted();
    this.#held = this.#product
      ? await this.#withProduct(this.#context, this.#product)
      : await this.#bare(this.#context);
    this.#stillWanted();
  }

  /** As a scenario has it: a session, whose install is the product's own. */
  async #withProduct(context: RunContext, product: LoadedProduct): Promise<Held> {
    this.#say(`preparing ${product.product.id}`);
    await context.prepare(product);
    const session = await openSession(context, product, { ...BY_HAND, seed: context.options.seed });
    this.#history = session.history;
    const release = async (): Promise<void> => {
      await session[Symbol.asyncDispose]().finally(() => session.history.close());
    };
    try {
      this.#say(`starting ${this.record.topology} and proving it closed`);
      await session.openTopology(this.record.topology);
      for (const name of Object.keys(this.#topology.endpoints)) {
        const endpoint = session.lab.endpoint(name);
        this.#say(`installing ${product.product.id} on ${name}`);
        await session.hook('install', this.#relaysFor(session.lab, endpoint.zone), endpoint);
      }
      return {
        context,
        lab: session.lab,
        hands: this.#handsOn(context, session.lab, session.history),
        release,
      };
    } catch (error) {
      await release();
      throw error;
    }
  }

  async #bare(context: RunContext): Promise<Held> {
    const evidence = await context.evidenceFolder('none', BY_HAND.folder);
    const history = await HistoryWriter.open(join(evidence, 'history.ndjson'));
    this.#history = history;
    try {
      this.#say(`starting ${this.record.topology} and proving it closed`);
      const topology = this.record.topology;
      const request = { topology, product: undefined, history, evidence, indicators: [] };
      const { lab } = await context.startLab(request);
      const release = async (): Promise<void> => {
        try {
          await lab[Symbol.asyncDispose]();
        } finally {
          await history.close();
        }
      };
      return { context, lab, hands: this.#handsOn(context, lab, history), release };
    } catch (error) {
      await history.close();
      throw error;
    }
  }

  #handsOn(context: RunContext, lab: StartedLab, history: HistoryWriter): LabHands {
    // A person writes them into commands, and these are noted.
    history.conceal('enrolment token', [context.enrolmentToken]);
    for (const [name, { serves }] of Object.entries(this.#topology.relays))
      for (const { user = '', password } of serves.map((zone) => lab.relay(name).access(zone)))
        if (password !== undefined) history.conceal(RELAY_PASSWORD, formsOf({ user, password }));
    return new LabHands({ lab, history, topology: this.#topology });
  }

  async #end(): Promise<void> {
    // What is still being started fails as soon as it has no engine any more.
    if (!this.#held) await this.#context?.[Symbol.asyncDispose]();
    await within(GIVE_UP_MS, this.#opening, () => new Error('its start did not notice')).catch(
      () => undefined,
    );
    const failed = await this.#held?.release().catch((cause: unknown) => cause);
    await this.#context?.[Symbol.asyncDispose]();
    await this.#forget();
    if (failed !== undefined)
      throw new Error(
        `lab ${this.record.name} is gone, but its evidence in ${this.record.evidence} is not whole: ${failed instanceof Error ? failed.message : 'for an unknown reason'}`,
      );
  }
  #stillWanted(): void {
    if (this.#down) throw new Error('the lab was given up while it started');
  }

  /** What an installer is told of the relays that serve the zone, in the order of the topology. */
  #relaysFor(lab: StartedLab, zone: string | null): { relay: RelayAccess | 'none'; second: string } {
    const serving = Object.entries(this.#topology.relays).filter(([, { serves }]) =>
      serves.includes(zone ?? ''),
    );
    const [first, second] = serving.map(([name]) => lab.relay(name).access(zone ?? ''));
    return { relay: first ?? 'none', second: second?.address ?? 'none' };
  }

  #say(line: string): void {
    this.#lines.push(line);
    this.#words.wake();
  }
}

/** What a session wants to know of its scenario. */
const BY_HAND = { requirement: 'by hand', scenario: 'the lab by hand', folder: 'by-hand' };
