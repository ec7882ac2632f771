/** The words between the harness and the cloud's program: one JSON object a line, both ways. */
import type { AgentRecord } from './agents.ts';
import type { CloudEvent } from './exchange.ts';
import type { Fault, FaultKind } from './faults.ts';
import type { LogReading } from './log-store.ts';
import type { PolicyPatch } from './policy.ts';
import type { AllowlistEntry, Indicator, Release } from './protocol/types.ts';

export type Order =
  /** answered once the cloud listens */
  | { readonly what: 'ready' }
  | { readonly what: 'set-policy'; readonly patch: PolicyPatch }
  | { readonly what: 'add-indicator'; readonly indicator: Indicator }
  | { readonly what: 'allow-add' | 'allow-remove'; readonly entry: AllowlistEntry }
  | {
      readonly what: 'command';
      readonly agent?: string;
      readonly name: string;
      readonly arguments?: Record<string, unknown>;
    }
  /** a rule of the cloud ends what detections name from now on, or does not any more */
  | { readonly what: 'answer-detections'; readonly on: boolean }
  /** a new content update, with the techniques that it looks for */
  | { readonly what: 'set-content'; readonly rules: readonly string[] }
  /** from now on every agent is told to run this version */
  | { readonly what: 'offer-release'; readonly version: string }
  /** another customer, whose endpoints enrol with that token; it begins with the policy of the first */
  | { readonly what: 'open-tenant'; readonly name: string; readonly token: string }
  /** the console forgets the agent: its key is not valid any more */
  | { readonly what: 'remove-agent'; readonly agent?: string }
  | { readonly what: 'fault'; readonly fault: Fault }
  | { readonly what: 'heal'; readonly kind?: FaultKind }
  /** the job that removes old log takes it for so many days later from now on; no other part of the cloud does */
  | { readonly what: 'age-log'; readonly days: number }
  /** what an analyst finds who looks these texts up in the log of an agent */
  | { readonly what: 'read-log'; readonly agent?: string; readonly texts: readonly string[] }
  /** shown to whoever administers the endpoint, and so in no event */
  | { readonly what: 'removal-token'; readonly agent?: string }
  | { readonly what: 'agents' };

/** To the program. */
export interface CommandFrame {
  readonly id: number;
  readonly do: Order;
}
/** `port` is where it listens. */
export interface Ready {
  readonly port: number;
  readonly pid: number;
}
export type Reply =
  { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: string };

/** From the program; `n` counts from 1 without gaps, `at` is its clock in ms since the epoch. */
export type Content =
  | { readonly event: CloudEvent; readonly peer?: string }
  | { readonly ready: Ready }
  | { readonly reply: Reply };
export type Frame = { readonly n: number; readonly at: number } & Content;

export interface Values {
  ready: Ready;
  'set-policy': number;
  'add-indicator': number;
  'allow-add': number;
  'allow-remove': number;
  'set-content': number;
  'offer-release': Release;
  'answer-detections': null;
  'open-tenant': null;
  command: string;
  'remove-agent': null;
  fault: null;
  heal: null;
  'age-log': null;
  'read-log': LogReading;
  'removal-token': string | null;
  agents: readonly AgentRecord[];
}
