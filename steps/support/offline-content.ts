/** New content for a product that is carried into a closed network as a file: with an indicator that nothing else has. */
import { createHash } from 'node:crypto';
import type { HistoryEvent } from '../../history/events.ts';
import type { Content } from '../../mocks/cloud/protocol/types.ts';
import { ATTACKS, indicatorContent } from '../../mocks/workloads/stimuli.ts';
import { CONTENT_FILE } from './places.ts';
import type { PlayedAct, Session } from './session.ts';

const DAY = 86_400_000;
/** Above whatever a product has come by in another way. */
const REVISION = 1000;

/** A file that no policy names; only content that knows this hash makes it worth reporting. */
export function unknownSample(session: Session): string {
  return session.freshSecret();
}
export function playSample(session: Session, variant: string): Promise<PlayedAct> {
  const name = `quote-${session.freshSecret()}.bin`;
  return session.play(session.file('sha256-indicator', name, variant));
}

/** Some days old, as what is carried around is. */
export function contentFor(session: Session, variant: string): Content {
  const sha256 = createHash('sha256').update(indicatorContent(variant)).digest('hex');
  return {
    revision: REVISION,
    issued: Date.now() - session.random.integer(2, 9) * DAY,
    rules: ATTACKS.filter((kind) => kind !== 'sha256-indicator'),
    indicators: [{ sha256, name: `sample ${variant}` }],
  };
}

/** Puts it on the endpoint and has the product take it; the answer is the hook's event. */
export async function bringIn(session: Session, content: Content): Promise<HistoryEvent> {
  await session.inEndpoint('bringing in content', (endpoint) =>
    endpoint.put([{ path: CONTENT_FILE, content: JSON.stringify(content) }]),
  );
  return session.hook('update-content');
}
