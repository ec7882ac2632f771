/** How an event looks: its words in both languages, and its tone. */
import { both, type Both } from './texts.ts';

export type Tone = 'plain' | 'good' | 'bad' | 'quiet' | 'aside' | 'step';
export interface Described {
  readonly text: Both;
  readonly tone: Tone;
}
const toned =
  (tone: Tone) =>
  (en: string, ja: string): Described => ({ text: both(cut(en), cut(ja)), tone });
export const plain = toned('plain');
export const good = toned('good');
export const bad = toned('bad');
export const quiet = toned('quiet');
export const step = toned('step');

/** Bounded: what a program said may be of any length, and the whole of it is in the history. */
export const cut = (text: string | undefined, most = 400): string => {
  const whole = text ?? '–';
  return whole.length > most ? `${whole.slice(0, most)}…` : whole;
};
export const json = (value: unknown): string => cut(JSON.stringify(value), 160);
