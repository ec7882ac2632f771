/** What a lab owns, and how it is given back. */
import type { StartedNetwork } from './engine/engine.ts';
import { gate } from './deadline.ts';

/** More engine calls at once than this only get in each other's way. */
export const WIDTH = 4;

/** Collects what has to be disposed; networks after all containers. */
export class Estate implements AsyncDisposable {
  readonly #containers: AsyncDisposable[] = [];
  readonly #networks: AsyncDisposable[] = [];

  async container<T extends AsyncDisposable>(start: Promise<T>): Promise<T> {
    const started = await start;
    this.#containers.unshift(started);
    return started;
  }
  async network(start: Promise<StartedNetwork>): Promise<StartedNetwork> {
    const started = await start;
    this.#networks.unshift(started);
    return started;
  }
  async [Symbol.asyncDispose](): Promise<void> {
    const narrow = gate(WIDTH);
    const all = (things: AsyncDisposable[]): Promise<void>[] =>
      things.splice(0).map((thing) => narrow(async () => thing[Symbol.asyncDispose]()));
    const failures = [
      ...(await Promise.allSettled(all(this.#containers))),
      ...(await Promise.allSettled(all(this.#networks))),
    ].filter((result) => result.status === 'rejected');
    if (failures.length > 0)
      throw new AggregateError(
        failures.map(({ reason }) => reason as Error),
        'the lab was not removed as a whole',
      );
  }
}
