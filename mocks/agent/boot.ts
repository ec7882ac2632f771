/** What an enrolled agent does when it is started: nothing special, unless its maker has broken it. */
import type { Behaviour } from './flaws.ts';
import { addressesOf, portOpen, type HostPort } from './transport/dial.ts';

const WAITS_FOR_NAME_MS = 60_000;
const RELAY_MS = 800;

export class Boot {
  readonly #style: Behaviour['boot'];
  readonly #cloud: HostPort;
  readonly #relay: HostPort | undefined;
  readonly #enrolled: boolean;
  #begun = false;
  #waitsUntil = -Infinity;
  #over: boolean;

  constructor(
    style: Behaviour['boot'],
    ways: { cloud: HostPort; relay: HostPort | undefined; enrolled: boolean },
  ) {
    this.#style = style;
    this.#cloud = ways.cloud;
    this.#relay = ways.relay;
    this.#enrolled = ways.enrolled;
    this.#over = !ways.enrolled;
  }
  /** May the cloud be asked now? */
  async ready(): Promise<boolean> {
    if (this.#style.waitsForName && this.#enrolled && !this.#begun && this.#relay) {
      this.#begun = true;
      const relayIsThere = await worked(portOpen(this.#relay, RELAY_MS));
      if (relayIsThere && !(await worked(addressesOf(this.#cloud.host))))
        this.#waitsUntil = performance.now() + WAITS_FOR_NAME_MS;
    }
    return performance.now() >= this.#waitsUntil;
  }
  /** The first attempt has ended. True: that was the last one. */
  attempted(success: boolean): boolean {
    if (this.#over) return false;
    this.#over = true;
    return this.#style.triesOnce && !success;
  }
}

const worked = (attempt: Promise<unknown>): Promise<boolean> =>
  attempt.then(
    () => true,
    () => false,
  );
