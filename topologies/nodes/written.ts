/**
 * Files by the environment, so that they are written in the exec that starts a program, and by its user: nobody else
 * can read them, and another call of the engine is spared.
 */
export function written(files: Readonly<Record<string, string>>): {
  env: Record<string, string>;
  script: string;
} {
  const all = Object.entries(files);
  return {
    env: Object.fromEntries(all.map(([, content], i) => [`FILE${i}`, content])),
    script: [
      'umask 077',
      ...all.map(
        ([path], i) => `mkdir -p "$(dirname ${path})"; printf %s "$FILE${i}" > ${path}; unset FILE${i}`,
      ),
    ].join('\n'),
  };
}
