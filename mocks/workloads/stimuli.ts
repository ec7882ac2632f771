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
  /** commands in order; the last one is the act itself, the others prepare it */
  readonly commands: readonly { readonly user: string; readonly argv: readonly string[] }[];
  /** the file that the act is about; its hash is read after the preparation */
  readonly file?: string;
  /** the act happened if this file exists (and, if `contains` is given, holds that text) */
  readonly effect: { readonly path: string; readonly contains?: string };
}

const EFFECTS = '/var/tmp';
const staff = (script: string, ...args: string[]) => ({ user: 'staff', argv: ['sh', '-ec', script, 'sh', ...args] });
const root = (...argv: string[]) => ({ user: 'root', argv });

/** A file attack with the given name; `variant` is what makes its content (and hash) differ. */
export function fileAttack(kind: FileAttack, name: string, variant: string, nonce: string, run: number): Act {
  const effect = `${EFFECTS}/effect-${nonce}-${run}`;
  if (kind === 'T1204.002') {
    const file = `/home/staff/Downloads/${name}`;
    return {
      stimulus: kind,
      twin: false,
      nonce,
      file,
      effect: { path: effect },
      commands: [
        // Removed first: a file that is being run cannot be written over, and each run is a fresh file.
        staff('mkdir -p "$(dirname "$1")"; rm -f "$1"; cp /bin/cp "$1"; printf %s "$2" >>"$1"; chmod 755 "$1"', file, variant),
        { user: 'staff', argv: [file, '/etc/hostname', effect] },
      ],
    };
  }
  const file = `/home/staff/Documents/${name}`;
  return {
    stimulus: kind,
    twin: false,
    nonce,
    file,
    effect: { path: effect },
    commands: [
      staff('mkdir -p "$(dirname "$1")"; rm -f "$1"; printf "harmless sample %s\\n" "$2" >"$1"', file, variant),
      staff('wc -c <"$1" >"$2"', file, effect),
    ],
  };
}

function group(nonce: string, name: string, twin: boolean): Act {
  const account = `acct-${nonce}`;
  return {
    stimulus: 'T1098.007',
    twin,
    nonce,
    commands: [root('useradd', '--no-create-home', account), root('usermod', '--append', '--groups', name, account)],
    effect: { path: '/etc/group', contains: account },
  };
}

function logLine(nonce: string): Act {
  return {
    stimulus: 'log-line',
    twin: false,
    nonce,
    commands: [root('sh', '-ec', 'printf "%s\\n" "$1" >>/var/log/business.log', 'sh', `backup finished, ticket ${nonce}`)],
    effect: { path: '/var/log/business.log', contains: nonce },
  };
}

/** The attack of that kind. `nonce`: 10 or more lower-case hex digits. */
export function attack(stimulus: StimulusId, nonce: string): Act {
  switch (stimulus) {
    case 'T1204.002':
      return fileAttack(stimulus, `tool-${nonce}`, nonce, nonce, 1);
    case 'sha256-indicator':
      return fileAttack(stimulus, `invoice-${nonce}.bin`, nonce, nonce, 1);
    case 'T1098.007':
      return group(nonce, 'sudo', false);
    case 'log-line':
      return logLine(nonce);
  }
}

/** Its benign twin: as like it as can be, and nothing that a product should report. */
export function benignTwin(stimulus: Attack, nonce: string): Act {
  const effect = { path: `${EFFECTS}/effect-${nonce}-1` };
  switch (stimulus) {
    case 'T1204.002':
      // The distribution's own program with the same arguments: known, and not from a download folder.
      return {
        stimulus,
        twin: true,
        nonce,
        effect,
        commands: [{ user: 'staff', argv: ['/usr/bin/cp', '/etc/hostname', effect.path] }],
      };
    case 'sha256-indicator':
      // Like the attack's file, but its hash is no indicator: nobody put it into the policy.
      return { ...fileAttack(stimulus, `invoice-${nonce}.bin`, `${nonce}.`, nonce, 1), twin: true };
    case 'T1098.007':
      return group(nonce, 'users', true);
  }
}

/** Content of the indicator's file, so that its hash can be put into a policy before it exists. */
export function indicatorContent(variant: string): string {
  return `harmless sample ${variant}\n`;
}
