/** A history that cannot be written or read as it should: the text says where and what to do. */
export class HistoryError extends Error {
  override readonly name = 'HistoryError';
  /** of a command that was given it */
  readonly exitCode = 3;
  /** line of the file, from 1; undefined if it is not about a line */
  readonly line: number | undefined;

  constructor(
    place: { readonly file: string; readonly line?: number },
    what: string,
    remedy: string,
    options?: ErrorOptions,
  ) {
    const where = place.line === undefined ? place.file : `${place.file}:${place.line}`;
    super(`${where}: ${what}. ${remedy}`, options);
    this.line = place.line;
  }
}
