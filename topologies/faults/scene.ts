/** What a fault has to work with, and what there is of it while it is in force. */
import type { Recorder } from '../../history/events.ts';
import type { StartedContainer } from '../engine/engine.ts';
import type { RelayKind } from '../lab-types.ts';
import type { Eye } from './eye.ts';
import type { Place } from './rules.ts';

export interface Scene {
  /** name of the relay in the topology */
  readonly relay: string;
  readonly kind: RelayKind;
  readonly place: Place;
  readonly container: StartedContainer;
  readonly process: { pause(): Promise<void>; resume(): Promise<void> };
  /** one for each zone that the relay serves */
  readonly eyes: readonly Eye[];
  /** zone → its resolver */
  readonly resolvers: ReadonlyMap<string, Names>;
  readonly recorder: Recorder;
}

/** A zone's resolver: all names of an address are gone, and there again. */
export interface Names {
  /** where it answers */
  readonly address: string;
  forget(address: string): Promise<void>;
  remember(address: string): Promise<void>;
}

export interface Running {
  end(): Promise<void>;
  /** Has it answered what this eye asked? */
  answered?(eye: Eye): Promise<boolean>;
  /** It was seen in force, and may go on by itself. */
  goOn?(): void;
  /** Resolves when it is over by itself. */
  over?(): Promise<void>;
}
