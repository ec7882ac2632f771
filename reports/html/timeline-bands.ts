/** What lasts: zones, and the bands of faults, moves and restarts through all lanes. */
import type { HistoryEvent } from '../../history/events.ts';
import { cut } from './describe-tones.ts';
import { faultName, zoneName } from './names.ts';
import { both, type Both } from './texts.ts';
import { isKind, type Clock } from './timeline-clock.ts';

export interface Span {
  readonly from: number;
  readonly to: number;
  readonly label: Both;
}
export interface Band extends Span {
  readonly kind: 'fault' | 'move' | 'restart' | 'change' | 'lab';
  /** how it was seen that it is in force; empty where nothing says so */
  readonly detail: string;
}

export function bandsOf(events: readonly HistoryEvent[], clock: Clock): Band[] {
  return [
    ...labBands(events, clock),
    ...faultBands(events, clock),
    ...cloudBands(events, clock),
    ...moveBands(events, clock),
    ...momentBands(events, clock),
  ].sort((a, b) => a.from - b.from || a.to - b.to);
}

/** Before an installation the lab itself sends, to prove that its network is closed. */
function labBands(events: readonly HistoryEvent[], clock: Clock): Band[] {
  const ready = events.find(isKind('lab.ready'));
  const first = events.find(isKind('packet'));
  if (!ready || !first || first.n > ready.n) return [];
  const label = both('the lab proves that it is closed', '試験環境が閉域であることを証明中');
  return [{ kind: 'lab', from: clock.of(first), to: clock.of(ready), label, detail: '' }];
}

/** From injection to the proof that it is gone (or else the healing); one never taken back lasts to the end. */
function faultBands(events: readonly HistoryEvent[], clock: Clock): Band[] {
  return events.filter(isKind('fault.injected')).map((begun) => {
    const later = events.filter((e) => e.n > begun.n);
    const same = (e: { fault: string; target: string }): boolean =>
      e.fault === begun.fault && e.target === begun.target;
    const proofs = later.filter(isKind('fault.verified')).filter(same);
    const over =
      proofs.find(({ state }) => state === 'gone') ?? later.filter(isKind('fault.healed')).find(same);
    const name = faultName(begun.fault);
    return {
      kind: 'fault',
      from: clock.of(begun),
      to: over ? clock.of(over) : clock.seconds,
      label: both(`${begun.target}: ${name.en} (${begun.fault})`, `${begun.target}：${name.ja}（${begun.fault}）`), // prettier-ignore
      detail: cut(proofs.find(({ state }) => state === 'in-force')?.detail ?? '', 160),
    };
  });
}

function cloudBands(events: readonly HistoryEvent[], clock: Clock): Band[] {
  const faults = events.filter(isKind('cloud.fault'));
  return faults
    .filter(({ state }) => state === 'on')
    .map((begun) => {
      const over = faults.find((e) => e.n > begun.n && e.state === 'off' && e.fault === begun.fault);
      return {
        kind: 'fault',
        from: clock.of(begun),
        to: over ? clock.of(over) : clock.seconds,
        label: both(`cloud: ${begun.fault}`, `クラウド：${begun.fault}`),
        detail: '',
      };
    });
}

function moveBands(events: readonly HistoryEvent[], clock: Clock): Band[] {
  return events.filter(isKind('move.started')).map((begun) => {
    const over = events.find(
      (e) => e.n > begun.n && e.kind === 'move.finished' && e.endpoint === begun.endpoint,
    );
    const [from, to] = [zoneName(begun.from), zoneName(begun.to)];
    return {
      kind: 'move',
      from: clock.of(begun),
      to: over ? clock.of(over) : clock.seconds,
      label: both(
        `${begun.endpoint} moves: ${from.en} → ${to.en}`,
        `${begun.endpoint} の移動：${from.ja} → ${to.ja}`,
      ),
      detail: '',
    };
  });
}

/** Bands without a width. */
function momentBands(events: readonly HistoryEvent[], clock: Clock): Band[] {
  return events.flatMap((e): Band[] => {
    const moment = { from: clock.of(e), to: clock.of(e), detail: '' };
    if (e.kind === 'endpoint.restarted')
      return [{ kind: 'restart', ...moment, label: both(`${e.endpoint} restarts`, `${e.endpoint} を再起動`) }]; // prettier-ignore
    if (e.kind === 'relay.changed')
      return [{ kind: 'change', ...moment, label: both(`${e.relay}: new ${e.what}`, `${e.relay}：変更（${e.what}）`) }]; // prettier-ignore
    return [];
  });
}

/** Where the first endpoint that moves was; without a move, the zone that packets and acts name. */
export function zonesOf(events: readonly HistoryEvent[], clock: Clock): Span[] {
  const first = events.find(isKind('move.started'));
  if (!first) {
    const named = events.find((e) => (e.kind === 'act.started' || e.kind === 'packet') && e.zone !== null);
    const zone = named && (named.kind === 'act.started' || named.kind === 'packet') ? named.zone : null;
    return zone === null ? [] : [{ from: 0, to: clock.seconds, label: zoneName(zone) }];
  }
  const spans: Span[] = [];
  let from = 0;
  let zone = first.from;
  for (const e of events) {
    if (e.kind !== 'move.finished' || e.endpoint !== first.endpoint) continue;
    spans.push({ from, to: clock.of(e), label: zoneName(zone) });
    from = clock.of(e);
    zone = e.zone;
  }
  return [...spans, { from, to: clock.seconds, label: zoneName(zone) }];
}
