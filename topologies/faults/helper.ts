/** Programs that run scene the relay while a fault is in force. Their end, unless asked for, breaks the lab. */
import { readFileSync } from 'node:fs';
import { READY_MS, STOP_MS, together } from '../deadline.ts';
import { parseRelayLine } from '../evidence/relay-log.ts';
import { NodeProcess } from '../nodes/process.ts';
import type { Eye } from './eye.ts';
import { mustBeAbleToCut } from './acts.ts';
import { ANSWER_PORT, FORGET_RULES, SINK_PORT, cutCommand } from './rules.ts';
import type { Running, Scene } from './scene.ts';

/** for a line that was written before the answer went out */
const ANSWER_MS = 2_000;
const program = (file: string): string => readFileSync(new URL(file, import.meta.url), 'utf8');
const PROGRAMS = {
  answerer: program('./answerer.pl'),
  sink: program('./sink.pl'),
  idle: program('./idle.pl'),
  flapper: program('./flapper.pl'),
};

type Spec = Parameters<typeof NodeProcess.start>[1];

function start(
  { relay, container, recorder }: Scene,
  name: keyof typeof PROGRAMS,
  args: readonly (string | number)[],
  more: Partial<Spec> = {},
): Promise<NodeProcess> {
  const argv = ['perl', '-e', PROGRAMS[name], ...args.map(String)];
  return NodeProcess.start(container, { node: relay, process: `fault-${name}`, argv, recorder, ...more });
}

const ended = (process: NodeProcess): Running => ({ end: () => process.stop('TERM', STOP_MS) });

/** Something to measure with, behind the same rules. */
export async function startSink(scene: Scene): Promise<Running> {
  const process = await start(scene, 'sink', [SINK_PORT]);
  await process.line(/^listening/, READY_MS);
  return ended(process);
}

export async function startIdleCut(scene: Scene, seconds: number): Promise<Running> {
  const sink = await startSink(scene);
  await mustBeAbleToCut(scene, 'idle-cut').catch(async (error: unknown) => {
    await sink.end();
    throw error;
  });
  const process = await start(scene, 'idle', [seconds, scene.place.port, SINK_PORT]);
  await process.line(/^watching/, READY_MS);
  const end = async (): Promise<void> => {
    await together([sink.end(), ended(process).end()]);
  };
  return { end };
}

/** Whom it answers is in the history, as a request at the relay. */
export async function startAnswerer(scene: Scene, way: string): Promise<Running> {
  const ours = new Set(scene.eyes.map(({ target }) => target));
  const onErrorLine = (text: string): void => {
    const line = parseRelayLine(text);
    if (line === undefined) return;
    const { at, ...request } = line;
    const seen = { relay: scene.relay, ...request, ours: ours.has(request.target) };
    scene.recorder.record(`relay:${scene.relay}`, { kind: 'relay.request', ...seen }, at);
  };
  const process = await start(scene, 'answerer', [ANSWER_PORT, way], { onErrorLine });
  await process.line(/^listening/, READY_MS);
  const said = ({ target }: Eye): Promise<boolean> =>
    process.line(new RegExp(` FAULT_ANSWERED .*${target}`), ANSWER_MS).then(
      () => true,
      () => false,
    );
  return { ...ended(process), answered: said };
}

/** The first loss is there when this resolves, and lasts until `goOn`. */
export async function startFlapper(
  scene: Scene,
  { rules, seconds, times }: { rules: string; seconds: number; times: number },
): Promise<Running> {
  const env = { RULES: rules, FORGET: FORGET_RULES, CUT: cutCommand(scene.place) };
  const process = await start(scene, 'flapper', [seconds, times], { ownStdin: true, options: { env } });
  await process.line(/^down 1$/, READY_MS);
  const over = async (): Promise<void> => {
    // Twice the time that it takes, as the machine may be busy.
    await process.line(/^over$/, seconds * 2 * times * 2000 + READY_MS);
  };
  return { ...ended(process), goOn: () => void process.stdin.write('go on\n'), over };
}
