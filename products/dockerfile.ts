/**
 * A vendor's Dockerfile, taken apart into its stages. The harness builds each on the base of its own choice
 * and names no image in a registry, so only FROM ${BASE} and FROM an earlier stage are understood.
 */
export interface Stage {
  /** after AS; the last stage may have none */
  readonly name: string | undefined;
  /** undefined: the endpoint's base; otherwise an earlier stage's name */
  readonly from: string | undefined;
  /** instructions after the FROM line */
  readonly body: string;
}
/** The stages in order, or in words what is wrong with the text. */
export type Parsed =
  { readonly stages: readonly Stage[] } | { readonly wrong: string; readonly line: number };

const FROM = /^\s*FROM\s+(\S+)(?:\s+AS\s+([a-z0-9][a-z0-9_.-]*))?\s*$/i;

export function parseDockerfile(text: string): Parsed {
  const stages: { name: string | undefined; from: string | undefined; body: string[] }[] = [];
  let hasBase = false;
  let continued = false;
  for (const [i, line] of text.split('\n').entries()) {
    const wrong = (what: string) => ({ wrong: what, line: i + 1 });
    const stage = stages.at(-1);
    const fresh = !continued;
    const starts = fresh && /^\s*FROM\s/i.test(line);
    const comment = /^\s*(#|$)/.test(line);
    continued = comment ? continued : /\\\s*$/.test(line);
    if (starts) {
      const [, image = '', name] = FROM.exec(line) ?? [];
      const isBase = image === '${BASE}' || image === '$BASE';
      if (isBase && !hasBase) return wrong('`FROM ${BASE}` needs the line `ARG BASE` before it');
      if (!isBase && !stages.some((s) => s.name === image))
        return wrong(
          'a stage starts from `${BASE}` or from an earlier stage, not from `' + (image || line.trim()) + '`',
        );
      stages.push({ name, from: isBase ? undefined : image, body: [] });
    } else if (stage) {
      if (fresh && /^\s*(CMD|ENTRYPOINT)\b/i.test(line))
        return wrong('an image starts nothing by itself: hooks start the product, so remove this line');
      const taken = comment ? undefined : /--from=(\S+)/.exec(line)?.[1];
      if (taken !== undefined && !stages.slice(0, -1).some((s) => s.name === taken))
        return wrong(`\`--from=${taken}\` does not name an earlier stage`);
      stage.body.push(line);
    } else if (/^\s*ARG\s+BASE\s*$/i.test(line)) hasBase = true;
    else if (!comment) return wrong('before the first FROM only `ARG BASE` is understood');
  }
  if (stages.length === 0) return { wrong: 'there is no `FROM ${BASE}`', line: 1 };
  return { stages: stages.map((stage) => ({ ...stage, body: stage.body.join('\n') })) };
}
