/** What was measured, against what a fault was told to be. */
import { burstBytes } from './rules.ts';

/** Datagrams that are sent to see how many are lost. */
export const DATAGRAMS = 600;
/** Bounds that an honest loss does not leave in a lifetime: five standard deviations of what is left of them. */
export function isLoss(percent: number, came: number, sent = DATAGRAMS): boolean {
  const passes = (1 - percent / 100) ** 2;
  const spread = 5 * Math.sqrt((passes * (1 - passes)) / sent);
  return came < sent && Math.abs(came / sent - passes) <= spread;
}

/** Seconds for which as much as goes is sent. */
export const RATE_SECONDS = 1.5;
/** May so many bytes have gone in that time? A little more than allowed has left its sender and not arrived. */
export function isRate(bitsPerSecond: number, bytes: number, seconds: number): boolean {
  const most = (bitsPerSecond / 8) * seconds + burstBytes(bitsPerSecond);
  return bytes > 0 && bytes <= most * 1.2;
}

export const numbersOf = (line: string): number[] => (line.match(/\d+(\.\d+)?/g) ?? []).map(Number);
