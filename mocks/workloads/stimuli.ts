/**
 * What is done on an endpoint: attacks, their benign twins, and a log line, as plain data.
 *
 * Every act leaves a nonce behind (file name, account name, line), so that its report can be told from
 * any other, and an effect that can be read from outside the endpoint, so that it can be told whether it
 * really happened. All samples are harmless: their only trait is that a policy or a rule names them.
 */

export const ATTACKS = ['T1204.002', 'sha256-indicator', 'T1098.007'] as const;
export type Attack = (typeof ATTACKS)[number];
export const STIMULI = [...ATTACKS, 'log-line'] as const;
export type StimulusId = (typeof STIMULI)[number];
/** Those that are bound to a file, so that a hash can name them. */
export const FILE_ATTACKS = ['T1204.002', 'sha256-indicator'] as const satisfies readonly Attack[];
export type FileAttack = (typeof FILE_ATTACKS)[number];

export interface Act {
  readonly stimulus: StimulusId;
  readonly twin: boolean;
  readonly nonce: string;
  /** one command, so that one engine call does it: what prepares the act, if a product may see that, and the act itself */
  readonly command: { readonly user: string; readonly argv: readonly string[] };
  /** the file that the act is about */
  readonly file?: string;
  /** the act happened if this file exists (and, if `contains` is given, holds that text) */
  readonly effect: { readonly path: string; readonly contains?: string };
}

const EFFECTS = '/var/tmp';
const shell = (user: string, script: string, ...args: string[]) => ({
  user,
  argv: ['sh', '-ec', script, 'sh', ...args],
});

/**
 * A file attack with the given name (it may hold folders). `variant` is what makes its content, and so its
 * hash, differ; `run` tells repeated runs of one file apart. Its nonce is the file's path.
 */
export function fileAttack(kind: FileAttack, name: string, variant: string, run: number): Act {
  const effect = `${EFFECTS}/effect-${variant}-${run}`;
  const folder = kind === 'T1204.002' ? '/home/staff/Downloads' : '/home/staff/Documents';
  const file = `${folder}/${name}`;
  // Removed first: a file that is being run cannot be written over, and each run is a fresh file.
  const fresh = 'mkdir -p "${1%/*}"; rm -f "$1"; ';
  const script =
    kind === 'T1204.002'
      ? `${fresh}cp ${COPIED_PROGRAM} "$1"; printf %s "$2" >>"$1"; chmod 755 "$1"; "$1" /etc/hostname "$3"`
      : `${fresh}printf "harmless sample %s\\n" "$2" >"$1"; wc -c <"$1" >"$3.part"; mv "$3.part" "$3"`;
  const command = shell('staff', script, file, variant, effect);
  return { stimulus: kind, twin: false, nonce: file, file, effect: { path: effect }, command };
}

/** Programs of the distribution that any work starts, one after another: each has the nonce and a number of four digits. */
export function ordinaryPrograms(nonce: string, count: number): Act {
  const effect = `${EFFECTS}/effect-${nonce}-1`;
  const script =
    'i=0; while [ $i -lt "$2" ]; do i=$((i + 1)); /bin/true "$1-$(printf %04d $i)"; done; : >"$3"';
  return {
    stimulus: 'T1204.002',
    twin: true,
    nonce,
    command: shell('staff', script, nonce, String(count), effect),
    effect: { path: effect },
  };
}

const accountOf = (nonce: string): string => `acct-${nonce}`;
/** Free on a distribution's system: above what it gives to people, below the least that is reserved. */
const FIRST_UID = 20_000;
/** One line of /etc/passwd and one of /etc/shadow for each; no password, no home, and the group `users` of all of them. */
const MAKE_ACCOUNTS = `uid=${FIRST_UID}
for name; do echo "$name:x:$((uid += 1)):100::/nonexistent:/usr/sbin/nologin"; done >>/etc/passwd
for name; do echo "$name:!:19000:0:99999:7:::"; done >>/etc/shadow`;

/**
 * The accounts of T1098.007, made before any product is there: an account that is made is an attack of its own in
 * the eyes of many products, and neither the attack nor its twin. Written at once, as useradd takes its time for each.
 */
export function makeAccounts(nonces: readonly string[]): Act['command'] {
  return shell('root', MAKE_ACCOUNTS, ...nonces.map(accountOf));
}

function joinGroup(nonce: string, group: string, twin: boolean): Act {
  const account = accountOf(nonce);
  // Not the last command: a shell may become the last one, and is then not its parent.
  const script = 'usermod --append --groups "$2" "$1"; :';
  return {
    stimulus: 'T1098.007',
    twin,
    nonce,
    command: shell('root', script, account, group),
    // The account has no group of its own, so that its name in /etc/group means that it has joined.
    effect: { path: '/etc/group', contains: account },
  };
}

function logLine(nonce: string): Act {
  const path = '/var/log/business.log';
  return {
    stimulus: 'log-line',
    twin: false,
    nonce,
    command: shell('root', 'printf "%s\\n" "$1" >>"$2"', `backup finished, ticket ${nonce}`, path),
    effect: { path, contains: nonce },
  };
}

/** The attack of that kind. `nonce`: 10 or more lower-case hex digits; for T1098.007 one given to `makeAccounts`. */
export function attack(stimulus: StimulusId, nonce: string): Act {
  switch (stimulus) {
    case 'T1204.002':
      return { ...fileAttack(stimulus, `tool-${nonce}`, nonce, 1), nonce };
    case 'sha256-indicator':
      return { ...fileAttack(stimulus, `invoice-${nonce}.bin`, nonce, 1), nonce };
    case 'T1098.007':
      return joinGroup(nonce, 'sudo', false);
    case 'log-line':
      return logLine(nonce);
  }
}

/** Its benign twin: as like it as can be, and nothing that a product should report. `nonce`: as of the attack. */
export function benignTwin(stimulus: Attack, nonce: string): Act {
  switch (stimulus) {
    case 'T1204.002': {
      // The distribution's own program with the same arguments: known, and not from a download folder.
      const effect = `${EFFECTS}/effect-${nonce}-1`;
      const command = { user: 'staff', argv: ['/usr/bin/cp', '/etc/hostname', effect] };
      return { stimulus, twin: true, nonce, effect: { path: effect }, command };
    }
    case 'sha256-indicator':
      // Like the attack's file, but its hash is no indicator: nobody put it into the policy.
      return { ...fileAttack(stimulus, `invoice-${nonce}.bin`, `${nonce}.`, 1), nonce, twin: true };
    case 'T1098.007':
      return joinGroup(nonce, 'users', true);
  }
}

/** The endpoint's program that the file of a T1204.002 is a copy of. */
export const COPIED_PROGRAM = '/bin/cp';

/** What `fileAttack` writes. `program`: the content of COPIED_PROGRAM on the endpoint. */
export function fileContent(kind: FileAttack, variant: string, program: Uint8Array): Buffer {
  return kind === 'T1204.002'
    ? Buffer.concat([program, Buffer.from(variant)])
    : Buffer.from(indicatorContent(variant));
}

/** Content of an indicator's file, so that its hash can be put into a policy before the file exists. */
export function indicatorContent(variant: string): string {
  return `harmless sample ${variant}\n`;
}
