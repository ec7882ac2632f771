/** The product's own connectivity test, once for each state of the relay. */
import type { RelayFault } from '../../topologies/lab-types.ts';
import { exchanges } from '../checks/exchanges.ts';
import { seen } from './ask.ts';
import { slowestFrom } from './functions.ts';
import type { Session } from './session.ts';

/** Nothing can get through. */
export const LOST = [
  'refused',
  'silent',
  'paused',
  'answers-407',
  'answers-403',
  'answers-503',
  'captive-200',
  'captive-302',
  'ping-only',
] as const satisfies readonly RelayFault[];
/**
 * The relay works, and only looks as if it did not. There is no test where the truth changes from moment to moment, nor
 * without the relay's name: whoever remembers its address, or has a tunnel open, goes on.
 */
const HARMLESS = ['no-ping', 'idle-cut', 'body-limit', 'bandwidth'] as const satisfies readonly RelayFault[];

/** while the relay works, in each of these states, and when it is back */
export const ROUNDS = LOST.length + HARMLESS.length + 2;

export async function testInEveryState(session: Session): Promise<void> {
  await test(session);
  for (const fault of LOST) {
    await session.loseRelay(fault);
    await session.hook('test-connectivity');
  }
  for (const fault of HARMLESS) {
    await session.loseRelay(fault);
    await test(session);
  }
  await session.healRelay();
  await test(session);
}

/** The test is about now, so it waits until the cloud has heard the product in this state, or could have. */
async function test(session: Session): Promise<void> {
  const { history } = session;
  const state = history.events.findLast((event) => event.kind === 'fault.verified');
  const by = slowestFrom(session, Date.now());
  await seen(history, by, (event) => event.n > (state?.n ?? 0) && exchanges([event]).length > 0);
  await session.hook('test-connectivity');
}
