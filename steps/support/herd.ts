/** The product on several endpoints of one office. */
import type { Session } from './session.ts';

/** One after the other, so that each enrolment is known to be that of the endpoint at hand. */
export async function startHerd(session: Session): Promise<void> {
  await session.openTopology('closed-office-four');
  const relay = session.relay().access('closed');
  for (const name of session.endpointNames) {
    const installed = await session.hook('install', { relay }, session.lab.endpoint(name));
    const args = { within: session.within('enrol'), via: 'relay' };
    await session.ask({ check: 'enrolled', args, since: installed, given: 'NET-01' });
  }
}
