/** T1098.007: who became a member of a privileged group? Pure. */

/** group → members, from the text of /etc/group */
export type Membership = ReadonlyMap<string, ReadonlySet<string>>;

export function parseGroups(text: string): Membership {
  const groups = new Map<string, ReadonlySet<string>>();
  for (const line of text.split('\n')) {
    const [name, , , members] = line.split(':');
    if (name !== undefined && members !== undefined)
      groups.set(name, new Set(members.split(',').filter((m) => m !== '')));
  }
  return groups;
}

export interface Joined {
  readonly account: string;
  readonly group: string;
}
export function newMembers(before: Membership, after: Membership, groups: readonly string[]): Joined[] {
  return groups.flatMap((group) => {
    const had = before.get(group) ?? new Set();
    return [...(after.get(group) ?? [])]
      .filter((account) => !had.has(account))
      .map((account) => ({ account, group }));
  });
}
