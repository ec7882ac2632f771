/** Names that a person gives: the one that is meant, or what there is to choose from. */
import { WrongUsage } from '../options.ts';

/** Without a name the only one is meant. Throws WrongUsage with the list. */
export function chosenOne(kind: string, names: readonly string[], asked: string | undefined): string {
  const list = names.length === 0 ? `there is no ${kind} at all` : `there are: ${names.join(', ')}`;
  if (asked === undefined) {
    const [only] = names;
    if (only === undefined || names.length > 1)
      throw new WrongUsage(`which ${kind}? Name one with --${kind}; ${list}`);
    return only;
  }
  if (names.includes(asked)) return asked;
  throw new WrongUsage(`there is no ${kind} ${asked}; ${list}`);
}
