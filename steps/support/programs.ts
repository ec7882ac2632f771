/** Programs on the endpoint that a response is about: started, and looked at from outside. */
import { ongoingAttack, program, type Program } from '../../mocks/workloads/programs.ts';
import { until } from './ask.ts';
import type { PlayedAct, Session } from './session.ts';

/** How long a program may take to be seen running, and whoever looks waits between two looks, ms. */
const STARTS = 5000;
/** So long after a program has ended is it written down at the latest, ms. */
export const SETTLES = 2000;
const GLANCE = 250;

/** Starts them; resolves when they were seen running, or had time enough: what was seen is in the history. */
export async function startPrograms(session: Session, programs: readonly Program[]): Promise<void> {
  for (const { commands } of programs)
    for (const { user, argv } of commands)
      await session.inEndpoint('starting a program', (endpoint) =>
        endpoint.exec(argv, { user, timeoutMs: STARTS }),
      );
  await lookUntil(
    session,
    programs,
    Date.now() + STARTS,
    ({ running }) => running.length === programs.length,
  );
}

/** Two of one name, in two places: whoever ends one by its name alone ends both. */
export function namesakes(session: Session): Program[] {
  const [one, other] = [session.freshSecret(), session.freshSecret()];
  return [program(one), program(other, { folder: '/opt/archive/bin', name: `work-${one}` })];
}
/** An attack that goes on, beside a benign program of its name that has been running; the attack's program is the first. */
export async function attackBesideTwin(
  session: Session,
): Promise<{ attack: PlayedAct; programs: Program[] }> {
  const [nonce, other] = [session.freshSecret(), session.freshSecret()];
  const twin = program(other, { name: `work-${nonce}` });
  await startPrograms(session, [twin]);
  const { program: meant, act } = ongoingAttack(nonce);
  return { attack: await session.play(act), programs: [meant, twin] };
}
/** A service. */
export const service = (session: Session): Program => program(session.freshSecret(), { again: true });

export interface Seen {
  /** paths of those that run, by the engine's process list */
  readonly running: readonly string[];
  /** path → how often it has ended, by the engine's archive; without those that were not started */
  readonly ends: Readonly<Record<string, number>>;
}

/** Looks again and again until it is so or the time is over; the answer is the last look. */
export async function lookUntil(
  session: Session,
  programs: readonly Program[],
  time: number,
  enough: (seen: Seen) => boolean,
): Promise<void> {
  for (;;) {
    const last = Date.now() >= time;
    if (enough(await look(session, programs)) || last) return;
    await until(session.history, Math.min(time, Date.now() + GLANCE));
  }
}

/** Processes first: what ends a program is written down a moment after it has ended. */
async function look(session: Session, programs: readonly Program[]): Promise<Seen> {
  const { rows, files } = await session.inEndpoint('reading the endpoint', async (endpoint) => ({
    rows: await endpoint.processes(),
    files: await Promise.all(programs.map(({ ends }) => endpoint.get(ends))),
  }));
  const paths = programs.map(({ path }) => path);
  const running = paths.filter((path) => rows.some((row) => runs(row.command, path)));
  const ends = Object.fromEntries(
    paths.flatMap((path, at) => {
      const file = files[at];
      return file ? [[path, lines(file)] as const] : [];
    }),
  );
  const seen = { kind: 'endpoint.state', endpoint: session.endpoint.name } as const;
  session.history.record('harness', { ...seen, by: 'archive', what: 'program-ends', value: ends });
  session.history.record('harness', { ...seen, by: 'top', what: 'programs', value: running });
  return { running, ends };
}
const runs = (command: string, path: string): boolean => command === path || command.startsWith(`${path} `);
const lines = (file: Buffer): number => file.toString('utf8').split('\n').filter(Boolean).length;
