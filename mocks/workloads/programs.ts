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
  /** one line each time that it has ended; there, and empty, from just before it runs */
  readonly ends: string;
  /** run one after the other */
  readonly commands: readonly { readonly user: string; readonly argv: readonly string[] }[];
}

/** So long until it runs again: whoever ends it looks for it once, and must not find the next one by chance. */
const PAUSE_S = '0.3';
const BEGIN = 'if [ -n "$5" ]; then printf %s "$5" >>"$1" || exit; fi; : >>"$2"';
const KEEP = `${BEGIN}; while :; do "$1" 100000; echo ended >>"$2"; [ "$3" = again ] || exit 0; sleep "$4"; done`;
const BESIDE = 'setsid sh -c "$0" sh "$@" </dev/null >/dev/null 2>&1 &';

/**
 * `again`: it is started anew whenever it ends, as a service is. `added`: to its file, at the last moment before it
 * runs; it is never run.
 */
export function program(
  nonce: string,
  { folder = '/opt/business/bin', name = `work-${nonce}`, again = false, added = '' } = {},
): Program {
  const [path, ends] = [`${folder}/${name}`, `/var/tmp/ends-${nonce}`];
  const copy = ['install', '-D', '-m', '755', '/bin/sleep', path];
  const start = ['sh', '-c', BESIDE, KEEP, path, ends, again ? 'again' : 'once', PAUSE_S, added];
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
  // It becomes a file that nobody knows when it starts: who answers at once must find it running.
  const made = program(nonce, { folder: '/home/staff/Downloads', added: nonce });
  const script = 'install -m 755 /bin/sleep "$1"; shift; exec "$@"';
  const [, start] = made.commands;
  const argv = ['sh', '-ec', script, 'sh', made.path, ...(start?.argv ?? [])];
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
