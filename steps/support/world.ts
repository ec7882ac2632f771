/** What a step has: the session of its scenario. Values that steps hand on live in `notes`. */
import { World } from '@cucumber/cucumber';
import type { HistoryEvent, HistoryEventOf } from '../../history/events.ts';
import type { Content } from '../../mocks/cloud/protocol/types.ts';
import type { Program } from '../../mocks/workloads/programs.ts';
import type { FileAttack, StimulusId } from '../../mocks/workloads/stimuli.ts';
import type { Contact } from '../checks/isolation.ts';
import type { RelayKind } from '../../topologies/lab-types.ts';
import type { FullQueue } from './accounting.ts';
import type { PolicySet } from './product.ts';
import type { PlayedAct, Session } from './session.ts';
import type { RemoteWork } from './shell.ts';

export interface WorldParameters {
  /** id of an open run context (see runs.ts) */
  readonly run?: string;
  /** id of a product, or path of its folder */
  readonly product?: string;
}

export class HeiikiWorld extends World<WorldParameters> {
  #session: Session | undefined;
  #usable: readonly StimulusId[] = [];
  #notes = new Map<string, unknown>();

  begin(session: Session, usable: readonly StimulusId[]): void {
    this.#session = session;
    this.#usable = usable;
  }
  /** Id of the requirement that is played. */
  get requirement(): string {
    const started = this.session.history.events.find((event) => event.kind === 'scenario.started');
    return started?.requirement ?? '';
  }
  get begun(): boolean {
    return this.#session !== undefined;
  }
  get session(): Session {
    if (!this.#session) throw new Error('no session: the Before hook has not run');
    return this.#session;
  }
  /** Stimuli that this scenario may use, the most telling first. */
  get usable(): readonly StimulusId[] {
    return this.#usable;
  }
  get stimulus(): StimulusId {
    const [first] = this.#usable;
    if (!first) throw new Error('the scenario plays an attack, but its tags name no @stimulus:… kind');
    return first;
  }
  /** For many acts: whether each kind is reported at all is DET-01's question; there it is whether anything gets lost. */
  get usableMany(): readonly StimulusId[] {
    const kinds = this.usable.filter((kind) => kind !== 'T1098.007');
    return kinds.length > 0 ? kinds : [this.stimulus];
  }
  get fileStimulus(): FileAttack {
    const found = this.#usable.find((kind) => kind === 'T1204.002' || kind === 'sha256-indicator');
    if (!found) throw new Error('the scenario plays an attack on a file, but none was seen in the open');
    return found;
  }

  note(key: NoteKey, value: Noted): void {
    this.#notes.set(key, value);
  }
  event(key: EventNote): HistoryEvent {
    return this.#noted(key) as HistoryEvent;
  }
  act(key: ActNote): PlayedAct {
    return this.#noted(key) as PlayedAct;
  }
  acts(key: ActsNote): readonly PlayedAct[] {
    return this.#noted(key) as readonly PlayedAct[];
  }
  /** How the address of the relay was given to the installer. */
  get form(): string {
    return this.#noted('form') as string;
  }
  /** The kind of the relay that the scenario is about. */
  get relayKind(): RelayKind {
    return this.#noted('relay kind') as RelayKind;
  }
  /** What was taken away one at a time, with the act that was played meanwhile. */
  get taken(): readonly Taken[] {
    return this.#noted('taken') as readonly Taken[];
  }
  /** uids of commands */
  get commands(): readonly string[] {
    return this.#noted('commands') as readonly string[];
  }
  /** When the product was cut off: by a move, or by what the relay did. */
  get cutOff(): HistoryEvent {
    return this.event(this.#notes.has('cut off') ? 'cut off' : 'move');
  }
  /** From when it has its time to see that: it may have been started again after it was cut off. */
  get cutOffSince(): HistoryEvent {
    const { cutOff } = this;
    const restart = this.#notes.has('restart') ? this.event('restart') : cutOff;
    return restart.n > cutOff.n ? restart : cutOff;
  }
  /** The policy that took the protection off. */
  get allowed(): PolicySet {
    return this.#noted('allowed') as PolicySet;
  }
  /** The last order of the cloud. */
  get order(): HistoryEventOf<'cloud.command'> {
    return this.#noted('order') as HistoryEventOf<'cloud.command'>;
  }
  /** The order that isolated the endpoint, and who was spoken to before, during and after. */
  get isolation(): HistoryEventOf<'cloud.command'> {
    return this.#noted('isolation') as HistoryEventOf<'cloud.command'>;
  }
  get contacts(): readonly Contact[] {
    return (this.#notes.get('contacts') ?? []) as readonly Contact[];
  }
  /** The version that its cloud hands out. */
  get release(): HistoryEventOf<'cloud.release-offered'> {
    return this.#noted('release') as HistoryEventOf<'cloud.release-offered'>;
  }
  /** The content that was carried to the endpoint. */
  get brought(): Content {
    return this.#noted('brought in') as Content;
  }
  /** What an analyst did on the endpoint from the cloud. */
  get work(): RemoteWork {
    return this.#noted('work') as RemoteWork;
  }
  /** A file that only newer content knows, by what makes its content. */
  get sample(): string {
    return this.#noted('sample') as string;
  }
  /** What the other tenant's endpoints enrol with. */
  get tenantToken(): string {
    return this.#noted('tenant token') as string;
  }
  /** Who answers detections. */
  get answering(): string {
    return this.#noted('answering') as string;
  }
  /** Those on the endpoint that an order is about; the first is the one that is meant. */
  get programs(): readonly Program[] {
    return this.#noted('programs') as readonly Program[];
  }
  /** What the product was told to keep, so that it can be filled. */
  get fullQueue(): FullQueue {
    return this.#noted('full queue') as FullQueue;
  }
  /** How the cloud has failed, by the name of its fault. */
  get cloudFault(): string {
    return this.#noted('cloud fault') as string;
  }
  get batch(): BatchJob {
    return this.#noted('batch') as BatchJob;
  }

  #noted(key: NoteKey): unknown {
    const value = this.#notes.get(key);
    if (value === undefined)
      throw new Error(`this step follows on "${key}", which no step before it has made`);
    return value;
  }
}

type Noted =
  | HistoryEvent
  | PlayedAct
  | readonly PlayedAct[]
  | BatchJob
  | readonly Taken[]
  | readonly Program[]
  | readonly Contact[]
  | FullQueue
  | RemoteWork
  | Content
  | readonly string[]
  | string;

export interface Taken {
  readonly destination: string;
  readonly act: string;
  /** the statement says that reports go there */
  readonly needed: boolean;
}
export interface BatchJob {
  readonly kind: FileAttack;
  readonly name: string;
  readonly variant: string;
  readonly sha256: string;
  /** content of another file of that name */
  readonly namesake: string;
}
type EventNote =
  | 'install'
  | 'restart'
  | 'certificate'
  | 'wrong certificate'
  | 'watch'
  | 'relay lost'
  | 'relay back'
  | 'cloud back'
  | 'move'
  | 'removal'
  | 'tampering'
  | 'tenant'
  | 'upgrade'
  | 'content'
  | 'release'
  | 'policy'
  | 'clock wrong'
  | 'clock right'
  | 'order'
  | 'isolation'
  | 'cut off';
type ActNote = 'attack' | 'unknown' | 'sentinel' | 'ordinary' | 'batch run';
type ActsNote = 'attacks' | 'twins' | 'ordinary';
type NoteKey =
  | EventNote
  | ActNote
  | ActsNote
  | 'batch'
  | 'form'
  | 'allowed'
  | 'relay kind'
  | 'full queue'
  | 'cloud fault'
  | 'taken'
  | 'commands'
  | 'programs'
  | 'contacts'
  | 'answering'
  | 'work'
  | 'sample'
  | 'tenant token'
  | 'brought in';
