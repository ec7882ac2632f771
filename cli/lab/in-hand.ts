/** A lab as its resident process holds it and the socket offers it; tests have a fake one. */
import type { HistoryEvent } from '../../history/events.ts';
import type { StartedExec } from '../../topologies/lab-types.ts';
import type { LabInfo, RequestOf } from './protocol.ts';

/** What is said in the course of something, for those who come later as well. */
export interface Said {
  readonly lines: readonly string[];
  /** resolves when there is a new line */
  changed(signal: AbortSignal): Promise<void>;
}

export interface Hands {
  /** The program of a person; its streams are the caller's. */
  begin(request: RequestOf<'exec'>): Promise<StartedExec>;
  /** These three tell in words what was seen to have changed; one after the other. */
  relocate(request: RequestOf<'relocate'>): Promise<string>;
  fault(request: RequestOf<'fault'>): Promise<string>;
  heal(request: RequestOf<'heal'>): Promise<string>;
}

export interface LabInHand {
  readonly said: Said;
  /**
   * Starts it, if nobody has yet. Resolves when it can be used; rejects with why it cannot, when what was started is
   * gone again.
   */
  start(): Promise<void>;
  /** all events so far; the array grows */
  readonly events: readonly HistoryEvent[];
  /** resolves when there may be new events, or none will come any more */
  changed(signal: AbortSignal): Promise<void>;
  /** no more events will come */
  readonly over: boolean;
  info(): LabInfo;
  /** undefined: it is just starting or ending, and nobody can do anything in it */
  readonly hands: Hands | undefined;
  /** Everything of it is gone after this, but for its evidence. Also while it starts. Idempotent. */
  down(): Promise<void>;
}
