/** Which relays there are for this endpoint now: from the installer, a local command, the policy, or a proxy.pac. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { loadRelaySecret, parseRelay, type Config } from './config.ts';
import { messageOf, readIfThere, readState, writeWhole } from './files.ts';
import type { Behaviour } from './flaws.ts';
import type { Places } from './places.ts';
import { readPac, relaysByPac } from './transport/pac.ts';
import { readRelay, writeRelay, type Relay, type RelayAddress } from './transport/relay.ts';
import { SignIn } from './transport/sign-in.ts';
import { proxyOfUsers } from './users-proxy.ts';

export class Relays {
  readonly #places: Places;
  readonly #behaviour: Behaviour;
  #config: Config;
  #now: readonly Relay[];
  #reading: Promise<boolean> | undefined;
  #firstFingerprint: string | undefined;
  /** why the proxy.pac could not be used; null if it could, or there is none */
  problem: string | null = null;

  constructor(places: Places, config: Config, behaviour: Behaviour) {
    this.#places = places;
    this.#config = config;
    this.#behaviour = behaviour;
    this.#now = this.#made(this.#written());
  }
  get now(): readonly Relay[] {
    return this.#now;
  }

  /** The configuration has changed. What a policy had said does not count any more. */
  reconfigured(config: Config): void {
    const before = this.#config;
    this.#config = this.#behaviour.followsNewRelay
      ? config
      : { ...config, relay: before.relay, second: before.second, pac: before.pac };
    this.forgetPolicy();
    this.#now = this.#made(this.#written());
  }

  /** Relays as the policy would have them. Throws ConfigError for an address that is none. */
  byPolicy(relay: string | null | undefined): readonly Relay[] {
    if (relay === undefined) return this.#made(this.#configured());
    const address = relay === null ? undefined : readRelay(parseRelay(relay) ?? '');
    return this.#made(address ? [address] : []);
  }
  follow(relay: string | null | undefined): void {
    if (relay === undefined) this.forgetPolicy();
    else writeWhole(this.#policyFile, JSON.stringify({ relay }));
    this.#now = this.byPolicy(relay);
  }
  forgetPolicy(): void {
    rmSync(this.#policyFile, { force: true });
  }

  /** Reads the proxy.pac again, if there is one. True: the relays are others now. */
  refresh(): Promise<boolean> {
    this.#reading ??= this.#readPac().finally(() => (this.#reading = undefined));
    return this.#reading;
  }
  async #readPac(): Promise<boolean> {
    const { pac, cloud } = this.#config;
    if (pac === null || this.#policyRelay() !== undefined) return false;
    try {
      const found = await relaysByPac(await readPac(pac), `https://${cloud.host}/`);
      this.problem = null;
      if (sameAddresses(found, this.#now)) return false;
      writeWhole(this.#pacFile, JSON.stringify({ pac, relays: found.map(writeRelay) }));
      this.#now = this.#made(found);
      return true;
    } catch (cause) {
      this.problem = messageOf(cause);
      return false;
    }
  }

  #written(): readonly RelayAddress[] {
    const relay = this.#policyRelay();
    if (relay === undefined) return this.#configured();
    return relay === null ? [] : addresses([relay]);
  }
  #configured(): readonly RelayAddress[] {
    const { pac, relay, second } = this.#config;
    const ofUsers = this.#behaviour.takesProxyOfUsers ? proxyOfUsers() : undefined;
    if (ofUsers) return [ofUsers];
    if (pac === null) return addresses([relay, second]);
    const known = readState(this.#pacFile);
    const relays = known?.['pac'] === pac ? known['relays'] : [];
    return Array.isArray(relays) ? addresses(relays) : [];
  }
  #policyRelay(): string | null | undefined {
    const relay = readState(this.#policyFile)?.['relay'];
    return relay === null || typeof relay === 'string' ? relay : undefined;
  }
  get #policyFile(): string {
    return join(this.#places.state, 'relay.json');
  }
  get #pacFile(): string {
    return join(this.#places.state, 'pac.json');
  }

  #made(list: readonly RelayAddress[]): readonly Relay[] {
    const { user } = this.#config;
    const password = user === null ? undefined : loadRelaySecret(this.#places);
    const account = user === null || password === undefined ? null : { user, password };
    return list.map((address) => {
      const signIn = new SignIn(account, this.#behaviour.signIn);
      const authority = () => this.#authority(address);
      // Read for each connection: a renewed CA is put where the old one was, and nobody tells us.
      return {
        ...address,
        signIn,
        get ca() {
          return authority();
        },
        recognises: (fingerprint: string) => {
          this.#firstFingerprint ??= fingerprint;
          return this.#behaviour.followsRelayCa || this.#firstFingerprint === fingerprint;
        },
      };
    });
  }
  #authority({ scheme }: RelayAddress): string | null {
    const { ca } = this.#config;
    if (ca === null || (scheme !== 'https' && !this.#behaviour.trustsInspectionCa)) return null;
    const there = this.#behaviour.followsRelayCa ? readIfThere(ca.path) : undefined;
    return there?.includes('-----BEGIN CERTIFICATE-----') === true ? there : ca.pem;
  }
}

function addresses(list: readonly unknown[]): RelayAddress[] {
  return list.flatMap((text) => (typeof text === 'string' ? (readRelay(text) ?? []) : []));
}
function sameAddresses(one: readonly RelayAddress[], other: readonly RelayAddress[]): boolean {
  return one.map(writeRelay).join() === other.map(writeRelay).join();
}
