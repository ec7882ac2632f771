/** An analyst works on an endpoint by the cloud's remote shell, and is looked at while he does. */
import type { HistoryEvent, HistoryEventOf } from '../../history/events.ts';
import { until } from './ask.ts';
import { order } from './orders.ts';
import type { Session } from './session.ts';

export interface RemoteWork {
  /** occurs in what he does and in what it prints, and nowhere else */
  readonly nonce: string;
  readonly analyst: string;
  readonly given: HistoryEventOf<'cloud.command'>;
  /** he was looked at, and has been let go on */
  readonly goesOn: HistoryEvent;
}

const GLANCE = 250;
/** Goes on when it is let, and in any case after half a minute: looking at it takes a busy engine many seconds. */
const SCRIPT = (nonce: string, effect: string, go: string): string =>
  `echo ${nonce} >${effect}; n=0; while [ ! -e ${go} ] && [ $n -lt 300 ]; do sleep 0.1; n=$((n+1)); done; echo ${nonce}`;

/** What waits for connections on the endpoint now, read beside it. */
export async function readListeners(session: Session): Promise<HistoryEvent> {
  const value = await session.inEndpoint('reading who listens', (endpoint) => endpoint.listeners());
  const read = { endpoint: session.endpoint.name, by: 'beside', what: 'listeners', value } as const;
  return session.history.record('harness', { kind: 'endpoint.state', ...read });
}

/** Waits until his work has begun or was answered, or the time for it is over; looks, and lets him go on. */
export async function workRemotely(session: Session): Promise<RemoteWork> {
  const nonce = session.freshSecret();
  const analyst = `analyst-${session.freshSecret()}`;
  const [effect, go] = [`/var/tmp/shell-${nonce}`, `/var/tmp/go-${nonce}`];
  const given = await order(session, 'shell', { script: SCRIPT(nonce, effect, go), analyst });
  const end = given.t + session.within('command');
  while (!(await isThere(session, given.uid, effect)) && !isAnswered(session, given.uid) && Date.now() < end)
    await until(session.history, Math.min(end, Date.now() + GLANCE));
  await readListeners(session);
  await session.inEndpoint('letting the analyst go on', (endpoint) =>
    endpoint.put([{ path: go, content: 'go\n' }]),
  );
  // How long it takes to let him go on is not the product's time.
  const done = { kind: 'endpoint.state', endpoint: session.endpoint.name, by: 'archive' } as const;
  const goesOn = session.history.record('harness', { ...done, what: 'shell-goes-on', value: true });
  return { nonce, analyst, given, goesOn };
}

const isAnswered = ({ history }: Session, uid: string): boolean =>
  history.events.some((event) => event.kind === 'cloud.command-result' && event.uid === uid);

/** Looks once more after the answer: what was done before it is there by then. */
export async function lookAtEffect(session: Session, { nonce, given }: RemoteWork): Promise<void> {
  const end = given.t + session.within('command');
  while (!isAnswered(session, given.uid) && Date.now() < end)
    await until(session.history, Math.min(end, Date.now() + GLANCE));
  await isThere(session, given.uid, `/var/tmp/shell-${nonce}`);
}

async function isThere(session: Session, command: string, path: string): Promise<boolean> {
  const there = await session.inEndpoint('looking for an effect', (endpoint) => endpoint.has(path));
  const read = { endpoint: session.endpoint.name, by: 'archive', what: 'shell-effect' } as const;
  session.history.record('harness', { kind: 'endpoint.state', ...read, value: { command, there } });
  return there;
}
