/** What an administrator does to a relay while it is in use. Each is seen from the zones before it is said to be done. */
import type { Recorder } from '../../history/events.ts';
import { together } from '../deadline.ts';
import type { StartedContainer } from '../engine/engine.ts';
import { LabError } from '../errors.ts';
import type { RelayAccess, ZoneName } from '../lab-types.ts';
import { accessOf } from './access.ts';
import { ask } from './ask.ts';
import type { Answer, Question } from './ask.ts';
import { makeAuthority, makeCertificate, shownCertificate } from './certificates.ts';
import type { RelayProcess } from './relay.ts';
import { authorityName, newPassword } from './settings.ts';
import type { Account, Certificate } from './software.ts';
import type { RelayDescription } from './topology.ts';

/** In nobody's allowlist; a relay that works refuses it. */
export const UNDECLARED = 'undeclared.outside.example:443';
const ASK_SECONDS = 5;
const FORBIDDEN = 403;
const SIGN_IN = 407;

export interface Zone {
  /** the relay's address in it */
  readonly address: string;
  /** our node in it that asks */
  readonly prober: StartedContainer;
  /** its proxy.pac, if that names the relay */
  readonly pac: string | undefined;
}
export interface UpkeepParts {
  readonly name: string;
  readonly relay: RelayDescription;
  readonly container: StartedContainer;
  readonly process: RelayProcess;
  readonly zones: ReadonlyMap<ZoneName, Zone>;
  /** of the relay's own certificate, if it shows one */
  readonly authority: Certificate | undefined;
  readonly recorder: Recorder;
}
type Change = 'certificate' | 'account' | 'password' | 'allowlist';

export class RelayUpkeep {
  readonly #parts: UpkeepParts;
  /** what clients were told; an account that has expired is still theirs */
  #account: Account | undefined;

  constructor(parts: UpkeepParts) {
    this.#parts = parts;
    this.#account = parts.process.settings.signIn?.account;
  }

  access(zone: ZoneName): RelayAccess {
    const { relay, process, authority, zones, name } = this.#parts;
    const place = zones.get(zone);
    if (place === undefined)
      throw new Error(
        `Relay ${name} does not serve zone ${zone}; it serves ${[...zones.keys()].join(', ')}.`,
      );
    return {
      ...accessOf(relay, place, process.settings, authority?.cert),
      ...this.#account,
    };
  }

  /** Asks for a destination from each zone that it serves. */
  async ask(
    to: string,
    how: Omit<Question, 'relay' | 'to' | 'seconds'> & { seconds?: number } = { as: 'tunnel' },
  ): Promise<ReadonlyMap<ZoneName, Answer>> {
    const answers = [...this.#parts.zones].map(async ([zone, { prober }]) => {
      const question = { relay: this.access(zone), to, ...how, seconds: how.seconds ?? ASK_SECONDS };
      return [zone, await ask(prober, question)] as const;
    });
    return new Map(await together(answers));
  }

  /**
   * With `tls` it shows another certificate with another key, of the same authority; with `inspects` there is a
   * new authority with a new key, which clients have to be given (`access().ca`).
   */
  async renewCertificate(): Promise<void> {
    const { process, container, relay, authority } = this.#parts;
    const { identity, inspection } = process.settings;
    if (identity !== null && authority !== undefined) {
      const before = await this.#shown();
      await process.change({ identity: await makeCertificate(container, relay.name, authority) });
      await this.#verifyIdentity(before);
    } else if (inspection !== null) {
      const before = inspection.authority.cert;
      const renewed = await makeAuthority(container, authorityName(relay));
      await process.change({ inspection: { ...inspection, authority: renewed } });
      await this.#expect('its new authority is not shown', { as: 'https', trust: renewed.cert }, led);
      await this.#expect('its old authority is still shown', { as: 'https', trust: before }, (a) => !led(a));
    } else throw this.#cannot('no certificate of its own and no inspection', 'tls or inspects');
    this.#changed('certificate', 'a new one is shown');
  }

  /** What clients were told does not open the relay any more; `access` still says it. */
  async expireAccount(): Promise<void> {
    const { process } = this.#parts;
    const { signIn } = process.settings;
    if (signIn === null || this.#account === undefined) throw this.#cannot('no accounts', 'signIn');
    const account = { ...signIn.account, password: newPassword() };
    await process.change({ signIn: { ...signIn, account } });
    await this.#expect('the account still opens it', { as: 'tunnel' }, turnedAway);
    this.#changed('account', 'expired');
  }

  /** A new password for the account, which counts again if it had expired. */
  async changePassword(): Promise<string> {
    const { process } = this.#parts;
    const { signIn } = process.settings;
    const before = this.#account;
    if (signIn === null || before === undefined) throw this.#cannot('no accounts', 'signIn');
    const account = { ...before, password: newPassword() };
    await process.change({ signIn: { ...signIn, account } });
    this.#account = account;
    await this.#expect('the old password still opens it', { as: 'tunnel', account: before }, turnedAway);
    await this.#expect('the new password does not open it', { as: 'tunnel' }, (a) => !turnedAway(a));
    this.#changed('password', 'the old one does not count any more');
    return account.password;
  }

  /** Replaces the allowlist. The relay's program is started anew, so no tunnel outlives this. */
  async allow(destinations: readonly string[]): Promise<void> {
    const { process } = this.#parts;
    const removed = process.settings.allow.filter((one) => !destinations.includes(one));
    await process.change({ allow: destinations });
    const how = { as: 'tunnel' } as const;
    for (const to of [...removed, UNDECLARED])
      await this.#expect(`${to} is still let through`, how, (answer) => !answer.through, to);
    for (const to of destinations)
      await this.#expect(`${to} is refused`, how, (answer) => !isRefusal(answer), to);
    this.#changed('allowlist', destinations.join(', ') || 'empty');
  }

  async #shown(): Promise<readonly (string | undefined)[]> {
    const { zones, relay } = this.#parts;
    const all = [...zones.values()].map(({ address, prober }) =>
      shownCertificate(prober, `${address}:${relay.port}`, relay.name, ASK_SECONDS),
    );
    return together(all);
  }

  async #verifyIdentity(before: readonly (string | undefined)[]): Promise<void> {
    const now = await this.#shown();
    if (now.some((one, i) => one === undefined || one === before[i]))
      throw this.#failed('its certificate is not another one', now.join(', '));
    await this.#expect('its new certificate is not accepted', { as: 'tunnel' }, ({ status }) => status > 0);
  }

  async #expect(
    otherwise: string,
    how: Omit<Question, 'relay' | 'to' | 'seconds'>,
    as: (answer: Answer) => boolean,
    to = UNDECLARED,
  ): Promise<void> {
    const wrong = [...(await this.ask(to, how))].filter(
      ([, answer]) => answer.outcome !== 'answered' || !as(answer),
    );
    if (wrong.length === 0) return;
    const seen = wrong.map(([zone, { outcome, detail }]) => `from ${zone}: ${outcome} ${detail}`);
    throw this.#failed(otherwise, seen.join('; '));
  }

  #failed(what: string, seen: string): LabError {
    const error = new LabError('relay', `relay ${this.#parts.name} was changed, but ${what}`, seen);
    const { blame, why } = error;
    this.#parts.recorder.record('lab', { kind: 'lab.failed', blame, what: error.what, cause: why });
    return error;
  }

  #cannot(has: string, needs: string): Error {
    return new Error(`Relay ${this.#parts.name} has ${has}. Use a topology whose relay has "${needs}".`);
  }

  #changed(what: Change, detail: string): void {
    const { recorder, name } = this.#parts;
    recorder.record('lab', { kind: 'relay.changed', relay: name, what, detail });
  }
}

/** The certificate led to what was trusted: else curl ends with 60, or with 35 if two authorities have one name. */
const led = ({ exit, status }: Answer): boolean => exit === 0 && status > 0;
/** Forbidden, or a page with the status of success in its place. */
const isRefusal = ({ status, through }: Answer): boolean =>
  status === FORBIDDEN || (status === 200 && !through);
/** SOCKS5 has no status: there the relay ends the talk before it says anything of the destination. */
const turnedAway = ({ status, through, detail }: Answer): boolean =>
  !through && (status === SIGN_IN || /rejected by the SOCKS5 server/.test(detail));
