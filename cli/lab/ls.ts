/** `heiiki lab ls`: every lab of this folder, also those whose process has died; what these left is removed. */
import { knownLabs, sweepDead, type KnownLab } from './labs.ts';
import { placeOf } from './welcome.ts';

export async function ls(asJson: boolean): Promise<number> {
  const labs = await knownLabs();
  if (asJson)
    process.stdout.write(
      `${JSON.stringify(labs.map(({ record, state, info }) => ({ ...record, ...info, state })))}\n`,
    );
  else for (const line of table(labs, Date.now())) process.stdout.write(`${line}\n`);
  const dead = labs.filter(({ state }) => state === 'dead').map(({ record }) => record);
  const { gone, why } = await sweepDead(dead);
  for (const { name, evidence } of gone)
    process.stderr.write(
      `what the dead lab ${name} had left is removed; its evidence stays in ${evidence}\n`,
    );
  for (const { name } of dead.filter((record) => !gone.includes(record)))
    process.stderr.write(`what the dead lab ${name} has left could not be removed yet: ${why}\n`);
  return 0;
}

const HEAD = ['LAB', 'STATE', 'TOPOLOGY', 'PRODUCT', 'UP', 'WHAT'];

export function table(labs: readonly KnownLab[], now: number): readonly string[] {
  if (labs.length === 0) return ['there is no lab; `heiiki lab up closed-office` starts one'];
  const rows = [HEAD, ...labs.map((lab) => row(lab, now))];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  return rows.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function row({ record, state, info }: KnownLab, now: number): readonly string[] {
  const { name, topology, product, created } = record;
  return [name, state, topology, info?.product ?? product ?? '–', age(now - created), what()];

  function what(): string {
    if (state === 'dead')
      return `its process has ended; this command, heiiki reap or heiiki lab down ${name} removes what it left`;
    if (state === 'mute')
      return `its process does not answer; end process ${record.pid ?? 'of it'}, then heiiki reap removes what it left`;
    const faults =
      info?.relays.flatMap(({ name: relay, fault }) => (fault ? [`${relay} is ${fault}`] : [])) ?? [];
    const places = info?.endpoints.map((one) => `${one.name} ${placeOf(one)}`) ?? [];
    return [...places, ...faults, ...(info?.problem ? [`BROKEN: ${info.problem}`] : [])].join('; ');
  }
}

export function age(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return `${Math.max(0, Math.floor(ms / 1000))} s`;
  if (minutes < 120) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h`;
}
