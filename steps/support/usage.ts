/** What an endpoint uses, read from outside at the beginning and at the end of a time in which nothing else is done. */
import { until } from './ask.ts';
import type { Session } from './session.ts';

/** For `ms`; the engine's own call says it, and no process inside the endpoint. */
export async function watchUsage(session: Session, phase: 'online' | 'away', ms: number): Promise<void> {
  const begun = await readUsage(session, phase);
  await until(session.history, begun + ms);
  await readUsage(session, phase);
}

async function readUsage(session: Session, phase: 'online' | 'away'): Promise<number> {
  const used = await session.usage();
  return session.history.record('harness', {
    kind: 'endpoint.state',
    endpoint: session.endpoint.name,
    ...{ by: 'stats', what: 'usage', value: { phase, ...used } },
  }).t;
}
