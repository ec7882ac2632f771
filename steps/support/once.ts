/** What was played and waits arrives, and arrives once: two questions about the same acts. */
import type { HistoryEvent } from '../../history/events.ts';
import type { HeiikiWorld } from './world.ts';

/** `since`: from when on it could be sent; `within`: what the product has for it, ms; `restsOn`: what arriving rests on. */
export async function arriveOnce(
  world: HeiikiWorld,
  { since, within, restsOn }: { since: HistoryEvent; within: number; restsOn: string },
): Promise<void> {
  const { session } = world;
  const acts = world.acts('attacks').map(({ id }) => id);
  await session.ask({ check: 'all-delivered', args: { acts, within }, since, restsOn });
  const sentinel = await session.play(session.fresh(world.stimulus));
  const args = { acts, sentinel: sentinel.id, within: session.within('detect') };
  await session.ask({ check: 'none-doubled', args, since, restsOn: 'DET-05' });
}
