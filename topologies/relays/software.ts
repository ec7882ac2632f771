/** What a relay is asked to do, in the same words for every program, and what each program's file has to give. */
import type { RelayLine } from '../evidence/relay-log.ts';

export interface Account {
  readonly user: string;
  readonly password: string;
}
/** PEM text */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** A destination of an allowlist. */
export function parseDestination(destination: string): { host: string; port: string } {
  const colon = destination.lastIndexOf(':');
  return { host: destination.slice(0, colon), port: destination.slice(colon + 1) };
}

export interface RelaySettings {
  /** its DNS name in the zones that it serves */
  readonly name: string;
  /** address:port for each zone that it serves */
  readonly listen: readonly string[];
  /** its own address on the way to destinations */
  readonly outward: string;
  readonly resolver: string;
  /** destinations that it lets pass, host:port; everything else is refused */
  readonly allow: readonly string[];
  /** it is reached through the strict front only, see strict-front.pl */
  readonly strictHost: boolean;
  /** what it refuses gets a page of its own, with a status of success, in the destination's place */
  readonly blockPage: boolean;
  /** clients have to sign in */
  readonly signIn: { readonly scheme: 'basic' | 'digest'; readonly account: Account } | null;
  /** clients speak TLS to it, and it shows this (chain and key) */
  readonly identity: Certificate | null;
  /** it opens TLS: with certificates of this authority; destinations must lead to `trust` */
  readonly inspection: { readonly authority: Certificate; readonly trust: string } | null;
  /** address:port of the relay that it passes everything on to */
  readonly parent: string | null;
  /** relays that pass on to it: it logs whom they ask for */
  readonly children: readonly string[];
}

export interface Software {
  /** name of its process in the history */
  readonly process: string;
  /** a user of the image */
  readonly user: 'proxy' | 'root';
  readonly argv: readonly string[];
  /** with which it ends in order, logging what was open */
  readonly end: 'TERM' | 'USR1';
  /** path → content, written by the process's user before it starts, readable by nobody else */
  files(settings: RelaySettings): Readonly<Record<string, string>>;
  /** shell text that runs before it starts, after the files were written */
  prepare?(settings: RelaySettings): string;
  /** it says so on stderr when it accepts connections */
  readonly ready: RegExp;
  /** A reader of its log, line by line; it may keep what it has read. */
  reader(): (line: string) => RelayLine | undefined;
}
