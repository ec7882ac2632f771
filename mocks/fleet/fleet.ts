/** All endpoints of a fleet, and the orders that it takes. */
import { createSecureContext } from 'node:tls';
import { SimulatedEndpoint, type Temper } from './endpoint.ts';
import { uidOf } from './plan.ts';

export type FleetOrder =
  | {
      readonly do: 'begin';
      readonly endpoints: number;
      readonly relay: { readonly host: string; readonly port: number };
      readonly cloud: { readonly host: string; readonly port: number };
      /** PEM */
      readonly ca: string;
      readonly token: string;
      /** the first connections are spread over it */
      readonly overMs: number;
      readonly timeoutMs: number;
      readonly temper: Temper;
      /** how many of a hundred wait for commands */
      readonly pollPercent: number;
    }
  /** each endpoint finds so much, with the uids of plan.ts */
  | { readonly do: 'find'; readonly wave: number; readonly each: number }
  | { readonly do: 'report' };

export interface FleetReport {
  readonly endpoints: number;
  readonly enrolled: number;
  readonly connected: number;
  readonly queued: number;
  /** of the whole process */
  readonly memoryBytes: number;
}

export class Fleet {
  readonly #seed: number;
  readonly #random: () => number;
  #endpoints: readonly SimulatedEndpoint[] = [];

  constructor(seed: number) {
    this.#seed = seed;
    this.#random = mulberry(seed);
  }

  obey(order: FleetOrder): FleetReport {
    switch (order.do) {
      case 'begin':
        this.#begin(order);
        break;
      case 'find':
        for (const [at, endpoint] of this.#endpoints.entries())
          for (let i = 0; i < order.each; i += 1) endpoint.find(uidOf(this.#seed, at, order.wave, i));
        break;
      case 'report':
        break;
      default:
        throw new Error(`unknown order ${JSON.stringify(order satisfies never)}`);
    }
    return this.#report();
  }
  stop(): void {
    for (const endpoint of this.#endpoints) endpoint.stop();
  }

  #begin({ endpoints, relay, cloud, ca, ...order }: Extract<FleetOrder, { do: 'begin' }>): void {
    const { token, timeoutMs, temper, overMs, pollPercent } = order;
    const way = { relay, cloud, timeoutMs, context: createSecureContext({ ca }) };
    this.#endpoints = Array.from({ length: endpoints }, (_, at) => {
      const pollS = at % 100 < pollPercent ? temper.pollS : 0;
      const around = { way, token, temper: { ...temper, pollS }, random: this.#random };
      return new SimulatedEndpoint(`fleet-${at}`, around);
    });
    for (const endpoint of this.#endpoints) endpoint.start(this.#random() * overMs);
  }

  #report(): FleetReport {
    const count = (is: (endpoint: SimulatedEndpoint) => boolean): number => this.#endpoints.filter(is).length;
    return {
      endpoints: this.#endpoints.length,
      enrolled: count((one) => one.enrolled),
      connected: count((one) => one.connected),
      queued: this.#endpoints.reduce((sum, one) => sum + one.queued, 0),
      memoryBytes: process.memoryUsage().rss,
    };
  }
}

/** mulberry32, a small generator in the public domain: the same seed plays the same fleet. */
function mulberry(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
