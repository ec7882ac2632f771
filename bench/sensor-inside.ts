/**
 * The inner half of bench/sensor.ts: runs in the container, as the agent would, and prints one JSON object.
 * argv: number of runs
 */
import { spawn } from 'node:child_process';
import { Sensor } from '../mocks/agent/sensor.ts';
import type { Act } from '../mocks/agent/rules/acts.ts';

export interface SensorCounts {
  readonly program: string;
  readonly runs: number;
  readonly seen: number;
  readonly rightPath: number;
  readonly rightCommand: number;
  readonly rightUser: number;
  readonly msWithout: number;
  readonly msWith: number;
}
/** An ordinary account, so that a right user is not root by chance. */
const UID = 4242;
const LOOP = 'i=0; while [ "$i" -lt "$2" ]; do "$1" "run $i" of "$1"; i=$((i+1)); done';

const runs = Number(process.argv[2] ?? 1000);
const acts: Act[] = [];
const states: string[] = [];
const sensor = new Sensor('/bench/execwatch', {
  decide: (act) => {
    if (act.path.startsWith('/bench/')) acts.push(act);
    return 'allow';
  },
  settled: () => undefined,
  state: (text) => {
    states.push(text);
    if (text === 'the sensor works') works();
  },
});
let works = () => {};

function churn(program: string): Promise<number> {
  const begun = performance.now();
  const child = spawn('/bin/sh', ['-c', LOOP, 'sh', program, String(runs)], {
    uid: UID,
    gid: UID,
    stdio: 'ignore',
  });
  return new Promise((resolve) => child.once('close', () => resolve(performance.now() - begun)));
}

const programs = ['/bench/dynamic', '/bench/static'];
const without: number[] = [];
for (const program of programs) without.push(await churn(program));
await new Promise<void>((resolve) => {
  works = resolve;
  sensor.start();
});
const results: SensorCounts[] = [];
for (const [i, program] of programs.entries()) {
  acts.length = 0;
  const msWith = await churn(program);
  const wanted = new Set(Array.from({ length: runs }, (_, n) => `${program} run ${n} of ${program}`));
  results.push({
    program,
    runs,
    seen: acts.filter((act) => act.kind === 'exec').length,
    rightPath: acts.filter((act) => act.path === program).length,
    rightCommand: new Set(acts.map((act) => act.commandLine).filter((line) => wanted.has(line))).size,
    rightUser: acts.filter((act) => act.uid === UID).length,
    msWithout: Math.round(without[i] ?? 0),
    msWith: Math.round(msWith),
  });
}
await sensor.stop();
console.log(JSON.stringify({ results, states }));
