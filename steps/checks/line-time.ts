/** When something happened by the word of a shipped line, in the forms that log shippers write. */

/** Where shippers put it, the most telling first. */
const FIELDS = ['time', 'date', 'DATE', 'ISODATE', 'timestamp', '@timestamp'] as const;

/** Smaller numbers are seconds: in milliseconds that would be before 1973. */
const LEAST_MS = 1e11;
/** Micro- and nanoseconds are not guessed at: in milliseconds that would be after the year 5000. */
const TOO_MUCH = 1e14;

export interface LineTime {
  /** ms */
  readonly time?: number;
  /** something stands where a time should, and none of it can be read */
  readonly unreadable?: true;
}

/** `arrived`: when the line came, ms; only what has no year needs it. */
export function timeOfLine(line: Readonly<Record<string, unknown>>, arrived: number): LineTime {
  const said = FIELDS.map((field) => line[field]).filter(
    (value) => value !== undefined && value !== null && value !== '',
  );
  const time = said.map((value) => read(value, arrived)).find((read) => read !== undefined);
  if (time !== undefined) return { time };
  return said.length > 0 ? { unreadable: true } : {};
}

function read(value: unknown, arrived: number): number | undefined {
  if (typeof value === 'number') return fromNumber(value);
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  if (/^\d+(\.\d+)?$/.test(text)) return fromNumber(Number(text));
  return fromIso(text) ?? fromSyslog(text, arrived) ?? fromWords(text);
}

function fromNumber(value: number): number | undefined {
  const ms = Math.abs(value) < LEAST_MS ? value * 1000 : value;
  return ms < TOO_MUCH ? ms : undefined;
}

const ISO = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d)?(?:[.,](\d+))? ?(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?$/i;
function fromIso(text: string): number | undefined {
  const [, day, clock = '', second = ':00', fraction = '0', zone = 'Z'] = ISO.exec(text) ?? [];
  if (day === undefined) return undefined;
  const [, sign, hours = '', minutes = '00'] = /^([+-])(\d\d):?(\d\d)?$/.exec(zone) ?? [];
  return valid(
    Date.parse(`${day}T${clock}${second}.${fraction}${sign ? `${sign}${hours}:${minutes}` : 'Z'}`),
  );
}

const SYSLOG = /^([A-Z][a-z]{2}) {1,2}(\d{1,2}) (\d\d:\d\d:\d\d(?:\.\d+)?)$/;
/** `Nov 29 12:34:56`: of the year that brings it nearest to its arrival, as one of New Year's Eve may come after it. */
function fromSyslog(text: string, arrived: number): number | undefined {
  const [, month, day = '', clock = ''] = SYSLOG.exec(text) ?? [];
  if (month === undefined) return undefined;
  const year = new Date(arrived).getUTCFullYear();
  const possible = [year - 1, year, year + 1]
    .map((one) => valid(Date.parse(`${day} ${month} ${one} ${clock} UTC`)))
    .filter((time) => time !== undefined);
  return possible.sort((a, b) => Math.abs(a - arrived) - Math.abs(b - arrived))[0];
}

const ZONE = /\d ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d)\b/;
/** `Sun, 29 Nov 2026 12:34:56 +0900`; Date.parse makes a date of almost anything, so that each part of it is asked for. */
function fromWords(text: string): number | undefined {
  const whole = [/\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)/, /\b\d{4}\b/, /\b\d\d?:\d\d\b/];
  if (!whole.every((part) => part.test(text))) return undefined;
  return valid(Date.parse(ZONE.test(text) ? text : `${text} UTC`));
}

const valid = (time: number): number | undefined => (Number.isNaN(time) ? undefined : time);
