/** Programs on the endpoint that a response is about: started, and looked at from outside. */
import { program, type Program } from '../../mocks/workloads/programs.ts';
import type { HistoryEvent } from '../../history/events.ts';
import { until } from './ask.ts';
import type { Session } from './session.ts';

/** How long a program may take to be seen running, and whoever looks waits between two looks, ms. */
const STARTS = 5000;
const GLANCE = 250;

/** Starts them; resolves when they were seen running, or had time enough: what was seen is in the history. */
export async function startPrograms(session: Session, programs: readonly Program[]): Promise<void> {
  for (const { commands } of programs)
    for (const { user, argv } of commands)
      await session.inEndpoint('starting a program', (endpoint) =>
        endpoint.exec(argv, { user, timeoutMs: STARTS }),
      );
  await lookUntil(session, programs, Date.now() + STARTS, (running) => running.length === programs.length);
}

/** Two of one name, in two places: whoever ends one by its name alone ends both. */
export function namesakes(session: Session): Program[] {
  const [one, other] = [session.freshSecret(), session.freshSecret()];
  return [program(one), program(other, { folder: '/opt/archive/bin', name: `work-${one}` })];
}
/** A service. */
export const service = (session: Session): Program => program(session.freshSecret(), { again: true });

/** Looks again and again until it is so or the time is over; the answer is the last look. */
export async function lookUntil(
  session: Session,
  programs: readonly Program[],
  time: number,
  enough: (running: readonly string[]) => boolean,
): Promise<HistoryEvent> {
  for (;;) {
    const last = Date.now() >= time;
    const { event, running } = await look(session, programs);
    if (last || enough(running)) return event;
    await until(session.history, Math.min(time, Date.now() + GLANCE));
  }
}

/** `programs`: paths of those that run, by the engine's process list; `ends`: path → how often it has ended, by its archive. */
async function look(
  session: Session,
  programs: readonly Program[],
): Promise<{ event: HistoryEvent; running: string[] }> {
  const { rows, files } = await session.inEndpoint('reading the endpoint', async (endpoint) => {
    const [rows, ...files] = await Promise.all([
      endpoint.processes(),
      ...programs.map(({ ends }) => endpoint.get(ends)),
    ]);
    return { rows, files };
  });
  const running = programs
    .map(({ path }) => path)
    .filter((path) => rows.some((row) => runs(row.command, path)));
  const ends = programs.map(({ path }, at) => [path, lines(files[at])] as const);
  const record = (by: 'top' | 'archive', what: string, value: unknown): HistoryEvent =>
    session.history.record('harness', {
      kind: 'endpoint.state',
      endpoint: session.endpoint.name,
      by,
      what,
      value,
    });
  record('archive', 'program-ends', Object.fromEntries(ends));
  return { event: record('top', 'programs', running), running };
}
const runs = (command: string, path: string): boolean => command === path || command.startsWith(`${path} `);
const lines = (file: Buffer | undefined): number =>
  file?.toString('utf8').split('\n').filter(Boolean).length ?? 0;
