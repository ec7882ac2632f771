#!/usr/bin/env node
// The `heiiki` command. The project needs Node 24, which `npm ci` puts into node_modules; a system's older
// Node only starts it. tsx loads the TypeScript sources.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const own = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
const node = existsSync(own) ? own : process.execPath;
const major = Number(process.versions.node.split('.')[0]);
if (!existsSync(join(root, 'node_modules', 'tsx')) || (node !== own && major < 24)) {
  process.stderr.write(
    `heiiki: its own packages are not there, or not all of them (Node here is ${process.versions.node}; 24 is needed)\n` +
      `  → run \`npm ci\` in ${root}, without --omit=dev and --ignore-scripts\n`,
  );
  process.exit(3);
}
const child = spawn(node, ['--import', 'tsx', join(root, 'cli', 'main.ts'), ...process.argv.slice(2)], {
  stdio: 'inherit',
  env: { ...process.env, HEIIKI_CWD: process.cwd() },
  cwd: root,
});
// This process only waits for the child and passes on what it is told. The child gets a terminal's signals by itself
// as well, and takes two that come at once for one.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => {
  process.exitCode = code ?? (signal ? 128 + constants.signals[signal] : 1);
});
