/** Measures as text: measured first, then what was declared and what the lane allows. */
import type { Cell } from '../results.ts';
import { MEASURE_NAMES, UNITS, VALUE_NAMES } from './measure-names.ts';
import { variantName } from './names.ts';
import { both, same, type Both } from './texts.ts';

export type CellMeasure = Cell['measures'][number];
type Value = CellMeasure['value'];

export const measureName = (name: string): Both => MEASURE_NAMES[name] ?? same(name);

/** A value with its unit, e.g. `1.24 s`; words are translated where they are known. */
export function valueText(name: string, value: Value, unit: string): Both {
  if (typeof value === 'boolean') return value ? both('yes', 'はい') : both('no', 'いいえ');
  if (typeof value === 'string') return wordsText(VALUE_NAMES[name] ?? {}, value);
  const unitText = UNITS[unit] ?? same(unit);
  const number = numberText(value);
  return both(
    join(number, unitText.en, ' '),
    join(number, unitText.ja, /^[a-z]/i.test(unitText.ja) ? ' ' : ''),
  );
}
/** One word or several, each perhaps of one kind: `detected, blocked` and `URL: accepted, host:port: refused`. */
function wordsText(names: Readonly<Record<string, Both>>, value: string): Both {
  if (value === '') return same('–');
  const parts = value.split(', ').map((part) => {
    const at = part.lastIndexOf(': ');
    const word = names[part] ?? (at < 0 ? undefined : names[part.slice(at + 2)]);
    if (word === undefined || part in names) return word;
    const kind = variantName(part.slice(0, at));
    return both(`${kind.en}: ${word.en}`, `${kind.ja}：${word.ja}`);
  });
  // What is not all known is somebody's own text.
  if (parts.includes(undefined)) return same(value);
  const known = parts as Both[];
  return both(known.map(({ en }) => en).join(', '), known.map(({ ja }) => ja).join('、'));
}
const join = (number: string, unit: string, space: string): string =>
  unit === '' ? number : number + space + unit;

/** Three significant digits below a thousand, none after the point above it. */
export function numberText(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}

/** `0 B`, `1.2 kB`, `3.4 MB`: powers of a thousand, as on a line. */
export function bytesText(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(3, Math.floor(Math.log10(bytes) / 3));
  return `${power === 0 ? bytes : Number((bytes / 1000 ** power).toPrecision(3))} ${['B', 'kB', 'MB', 'GB'][power] ?? ''}`;
}

export const measured = (m: CellMeasure): Both => valueText(m.name, m.value, m.unit);

export function find(cell: Cell | undefined, name: string): CellMeasure | undefined {
  return cell?.measures.find((m) => m.name === name);
}

/** The one measure that a narrow table shows for a requirement: the outcome rather than the circumstances. */
const HEADLINES = [
  'recovery.method',
  'secret.places',
  'relay.kind',
  'failover.seconds',
  'command.slowest',
  'allowlist.needed',
  'signin.refused',
  'unprotect.seconds',
  'removal.kind',
  'reinstall.said-lost',
  'stranger.data',
  'delivery.lost',
  'wire.strays',
  'tls.requests-sent',
  'firewall.undeclared',
  'disposition.reported',
  'enrol.seconds',
  'fallback.seconds',
  'return.seconds',
  'reconnect.seconds',
  'detect.seconds',
  'policy.seconds',
  'removal.seconds',
];
export function headline(cell: Cell): CellMeasure | undefined {
  for (const name of HEADLINES) {
    const found = find(cell, name);
    if (found) return found;
  }
  return cell.measures[0];
}
/** Lists of names: how many is enough in a narrow table. */
const COUNTED = new Set(['firewall.destinations', 'firewall.undeclared', 'firewall.refused']);

/** The headline with as many words as it needs to be understood alone, e.g. `lost: 2`. */
export function headlineText(m: CellMeasure): Both {
  const counted = COUNTED.has(m.name);
  const value = counted && typeof m.value === 'string' ? same(String(listOf(m).length)) : measured(m);
  if (!counted && (typeof m.value === 'string' || m.unit === 's' || m.unit === 'ms')) return value;
  const name = measureName(m.name);
  return both(`${name.en}: ${value.en}`, `${name.ja} ${value.ja}`);
}

/** A measure that names several things (`a:443, b:443`) as a list. */
export function listOf(m: CellMeasure | undefined): string[] {
  if (typeof m?.value !== 'string') return [];
  return m.value.split(/[\s,;]+/).filter((part) => part !== '' && part !== '–' && part !== 'none');
}
