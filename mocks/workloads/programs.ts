/**
 * Programs that run on an endpoint until somebody ends them. Whoever looks from outside sees in the process list that
 * one runs, and in a file how often it has ended.
 */
import type { Act } from './stimuli.ts';

export interface Program {
  /** fresh; its name holds it */
  readonly nonce: string;
  /** absolute path; it is a copy of a program of the distribution */
  readonly path: string;
  /** one line each time that it has ended */
  readonly ends: string;
  /** run one after the other */
  readonly commands: readonly { readonly user: string; readonly argv: readonly string[] }[];
}

/** So long until it runs again: whoever ends it looks for it once, and must not find the next one by chance. */
const PAUSE_S = '0.3';
const KEEP = 'while :; do "$1" 100000; echo ended >>"$2"; [ "$3" = again ] || exit 0; sleep "$4"; done';
const BESIDE = 'setsid sh -c "$0" sh "$@" </dev/null >/dev/null 2>&1 &';

/** `again`: it is started anew whenever it ends, as a service is. */
export function program(
  nonce: string,
  { folder = '/opt/business/bin', name = `work-${nonce}`, again = false } = {},
): Program {
  const [path, ends] = [`${folder}/${name}`, `/var/tmp/ends-${nonce}`];
  const copy = ['install', '-D', '-m', '755', '/bin/sleep', path];
  const start = ['sh', '-c', BESIDE, KEEP, path, ends, again ? 'again' : 'once', PAUSE_S];
  return {
    nonce,
    path,
    ends,
    commands: [
      { user: 'root', argv: copy },
      { user: 'staff', argv: start },
    ],
  };
}

/** A program in a download folder that goes on until somebody ends it; its report is known by the nonce in its name. */
export function ongoingAttack(nonce: string): { readonly program: Program; readonly act: Act } {
  const made = program(nonce, { folder: '/home/staff/Downloads' });
  // What is added is never run, and makes it a file that nobody knows.
  const script = 'install -m 755 /bin/sleep "$1"; printf %s "$2" >>"$1"; shift 2; exec "$@"';
  const [, start] = made.commands;
  const argv = ['sh', '-ec', script, 'sh', made.path, nonce, ...(start?.argv ?? [])];
  const command = { user: 'staff', argv };
  const act: Act = {
    stimulus: 'T1204.002',
    twin: false,
    nonce,
    command,
    file: made.path,
    effect: { path: made.path },
  };
  return { program: made, act };
}
