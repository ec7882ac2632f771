/** An ordinary user of the endpoint speaks to a neighbour, who says what it has heard. */
import type { Contact } from '../checks/isolation.ts';
import { freshNonce } from './random.ts';
import type { Session } from './session.ts';

const SECONDS = '2';

/** A neighbour by its name in the topology. `during`: while the endpoint was isolated. */
export async function contact(session: Session, neighbour: string, during: boolean): Promise<Contact> {
  const nonce = freshNonce();
  const url = `http://${addressOf(session, neighbour)}/${nonce}`;
  const argv = ['curl', '--silent', '--noproxy', '*', '--max-time', SECONDS, '--output', '/dev/null', url];
  const { exit } = await session.inEndpoint(`speaking to ${neighbour}`, (endpoint) =>
    endpoint.exec(argv, { user: 'staff', timeoutMs: 10_000 }),
  );
  session.history.record('harness', {
    kind: 'endpoint.state',
    endpoint: session.endpoint.name,
    by: 'exec',
    what: 'contact',
    value: { nonce, neighbour, exit },
  });
  return { nonce, during };
}

function addressOf({ history }: Session, neighbour: string): string {
  const ready = history.events.findLast((event) => event.kind === 'lab.ready');
  const address = Object.values(ready?.nodes.find(({ name }) => name === neighbour)?.addresses ?? {})[0];
  if (address === undefined) throw new Error(`the topology has no neighbour ${neighbour}`);
  return address;
}
