/** `heiiki doctor`: the state of engine, images and kernel, and what each missing thing costs. */
import { diagnose } from '../topologies/engine/doctor.ts';

const MARK = { ok: 'ok     ', warning: 'warning', missing: 'missing' } as const;

export async function doctor(): Promise<number> {
  const checks = await diagnose();
  for (const { check, state, detail, cost, remedy } of checks) {
    process.stdout.write(`${MARK[state]}  ${check}: ${detail}\n`);
    if (state !== 'ok' && cost) process.stdout.write(`         costs: ${cost}\n`);
    if (remedy) process.stdout.write(`         ${remedy}\n`);
  }
  return checks.some(({ state }) => state === 'missing') ? 1 : 0;
}
