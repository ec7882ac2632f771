/** Watches /etc/group; who did it is taken from the program starts just before. */
import { readFileSync, watch, type FSWatcher } from 'node:fs';
import { readIfThere, writeIfRoom, writeWhole } from './files.ts';
import type { Act } from './rules/acts.ts';
import type { Draft } from './rules/finding.ts';
import { newMembers, parseGroups, type Joined } from './rules/groups.ts';

const GROUPS = '/etc/group';
const REMEMBERED_STARTS = 256;
/** A start this long before the change can have caused it, ms. */
const CAUSE_WITHIN = 10_000;

/** Last program starts, to say who did what. */
export class RecentStarts {
  #starts: Act[] = [];
  add(act: Act): void {
    this.#starts.push(act);
    if (this.#starts.length > REMEMBERED_STARTS) this.#starts = this.#starts.slice(-REMEMBERED_STARTS / 2);
  }
  /** What that process was started as. */
  of(pid: number): Act | undefined {
    return this.#starts.findLast((act) => act.pid === pid);
  }
  /** The last program that was started with this word among its arguments. */
  naming(word: string, now: number): Act | undefined {
    return this.#starts.findLast(
      (act) =>
        now - act.time <= CAUSE_WITHIN &&
        act.commandLine
          .split(/[\s,:]/)
          .slice(1)
          .includes(word),
    );
  }
}

export interface AccountsOptions {
  /** where the last seen state is kept over restarts */
  readonly snapshot: string;
  readonly groups: readonly string[];
  readonly starts: RecentStarts;
  readonly userOf: (uid: number) => string;
  readonly allows: (act: Act) => boolean;
  readonly report: (draft: Draft) => void;
}

export class AccountsWatch {
  readonly #options: AccountsOptions;
  #seen: string;
  #watcher: FSWatcher | undefined;

  constructor(options: AccountsOptions) {
    this.#options = options;
    const known = readIfThere(options.snapshot);
    this.#seen = known ?? readFileSync(GROUPS, 'utf8');
    if (known === undefined) writeWhole(options.snapshot, this.#seen);
  }
  start(): void {
    // The folder, as /etc/group is replaced by a new file each time.
    this.#watcher = watch('/etc', (_, name) => {
      if (name === 'group') this.#look();
    });
    this.#look();
  }
  stop(): void {
    this.#watcher?.close();
  }

  #look(): void {
    const now = readIfThere(GROUPS);
    if (now === undefined || now === this.#seen) return;
    const joined = newMembers(parseGroups(this.#seen), parseGroups(now), this.#options.groups);
    for (const one of joined) this.#report(one);
    this.#seen = now;
    writeIfRoom(this.#options.snapshot, now);
  }
  #report({ account, group }: Joined): void {
    const { starts, userOf, allows, report } = this.#options;
    const cause = starts.naming(account, Date.now());
    if (cause && allows(cause)) return;
    report({
      analytic: 'T1098.007',
      title: `Account ${account} became a member of the group ${group}`,
      startTime: cause?.time ?? Date.now(),
      file: { path: cause?.path ?? GROUPS, sha256: cause?.sha256 ?? '' },
      ...(cause
        ? {
            process: {
              pid: cause.pid,
              commandLine: cause.commandLine,
              user: userOf(cause.uid),
              parentPid: cause.parentPid,
              parentCommandLine: cause.parentCommandLine,
            },
          }
        : {}),
      data: { account, group },
    });
  }
}

/** Names from /etc/passwd, read again when a number is not known. */
export function userNames(file = '/etc/passwd'): (uid: number) => string {
  let names = new Map<number, string>();
  return (uid) => {
    if (!names.has(uid)) {
      const rows = (readIfThere(file) ?? '').split('\n').map((row) => row.split(':'));
      names = new Map(rows.map(([name = '', , number]) => [Number(number), name]));
    }
    return names.get(uid) ?? String(uid);
  };
}
