/** Writes a run's folder: results.json, report.html, junit.xml, and in each evidence folder its page and manifest. */
import { mkdir, readlink, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { readLoosely, type LooseHistory } from './history-file.ts';
import { renderReport } from './html/report.tsx';
import { renderTimeline } from './html/timeline.tsx';
import { renderJunit } from './junit.ts';
import { writeManifest } from './manifest.ts';
import { Results, type Cell, type ScenarioResult } from './results.ts';
import { declaredChannels } from './traffic-channels.ts';
import { TrafficSums } from './traffic.ts';

/** Evidence folder as named in the results → its history; undefined if there is none. */
export type Histories = (evidence: string) => Promise<LooseHistory | undefined>;

/** The history that the harness itself leaves in an evidence folder. */
export const historiesIn =
  (outDir: string): Histories =>
  (evidence) =>
    readLoosely(join(outDir, evidence, 'history.ndjson'));

/**
 * Writes everything that is made from the results. Throws (zod) if the results do not fit their schema, and
 * if an evidence folder is outside `outDir`. Writing again replaces what was written.
 */
export async function writeReports(
  results: Results,
  outDir: string,
  histories: Histories = historiesIn(outDir),
): Promise<void> {
  const given = Results.parse(results);
  await mkdir(outDir, { recursive: true });
  const channels = new Map(given.products.map((p) => [p.id, declaredChannels(p.statement)]));
  const sums = new TrafficSums();
  for (const cell of given.cells) {
    for (const scenario of cell.scenarios) {
      // One history at a time: together they may be larger than the memory.
      const history = await writeEvidence(given, cell, scenario, outDir, histories);
      if (history) sums.add(cell.product, history.events, channels.get(cell.product) ?? new Map());
    }
  }
  const traffic = sums.total(given.products);
  const checked = traffic ? Results.parse({ ...given, traffic }) : given;
  await writeFile(join(outDir, 'results.json'), `${JSON.stringify(checked, null, 2)}\n`);
  await writeFile(join(outDir, 'junit.xml'), renderJunit(checked));
  await writeFile(join(outDir, 'report.html'), renderReport(checked));
}

async function writeEvidence(
  results: Results,
  cell: Cell,
  scenario: ScenarioResult,
  outDir: string,
  histories: Histories,
): Promise<LooseHistory | undefined> {
  if (scenario.evidence === '') return undefined;
  const folder = resolve(outDir, scenario.evidence);
  const inside = relative(resolve(outDir), folder);
  if (inside === '' || inside.startsWith('..')) {
    throw new Error(
      `evidence folder "${scenario.evidence}" is not below the results; give a path relative to results.json`,
    );
  }
  await mkdir(folder, { recursive: true });
  const back = `${'../'.repeat(inside.split(sep).length)}report.html`;
  const history = await histories(scenario.evidence);
  const page = renderTimeline({ results, cell, scenario, history, back });
  await writeFile(join(folder, 'index.html'), page);
  await writeManifest(folder);
  return history;
}

/** Makes `<outRoot>/latest` a symbolic link to the run; replaces an older link in one step. */
export async function pointLatest(outRoot: string, runDir: string): Promise<void> {
  await mkdir(outRoot, { recursive: true });
  const link = join(outRoot, 'latest');
  if (!(await isLinkOrAbsent(link))) {
    throw new Error(`${link} is not a symbolic link; move it away, it is the name for the newest run`);
  }
  const next = join(outRoot, `.latest-${process.pid}`);
  await rm(next, { force: true });
  await symlink(relative(outRoot, runDir), next);
  await rename(next, link);
}

async function isLinkOrAbsent(path: string): Promise<boolean> {
  try {
    await readlink(path);
    return true;
  } catch {
    return !(await stat(path).then(
      () => true,
      () => false,
    ));
  }
}
