/** One event in a few words, and how it should look. */
import type { HistoryEvent, HistoryEventOf } from '../../history/events.ts';

export type Tone = 'plain' | 'good' | 'bad' | 'quiet' | 'aside' | 'step';
export interface Described {
  readonly text: string;
  readonly tone: Tone;
}
const plain = (text: string): Described => ({ text, tone: 'plain' });
const good = (text: string): Described => ({ text, tone: 'good' });
const bad = (text: string): Described => ({ text, tone: 'bad' });
const quiet = (text: string): Described => ({ text, tone: 'quiet' });
const place = (zone: string | null): string => zone ?? 'no network';

/** Packets are told in bundles (see `timeline-model.ts`); this is one alone. */
export function describe(e: HistoryEvent): Described {
  switch (e.kind) {
    case 'packet':
      return quiet(`packet ${e.direction} ${e.protocol} ${e.direction === 'out' ? 'to' : 'from'} ${e.peer}`);
    case 'relay.request':
      return relayRequest(e);
    case 'resolver.query':
      return quiet(`${e.resolver}: ${e.name} ${e.type} → ${e.answer}`);
    case 'cloud.request':
    case 'cloud.enrolled':
    case 'cloud.heartbeat':
    case 'cloud.detection':
    case 'cloud.telemetry':
    case 'cloud.policy-set':
    case 'cloud.policy-read':
    case 'cloud.command':
    case 'cloud.command-result':
    case 'cloud.unenrolled':
    case 'cloud.fault':
      return cloud(e);
    case 'act.started':
    case 'act.finished':
    case 'hook.finished':
    case 'recovery.attempt':
    case 'manual.step':
    case 'fault.injected':
    case 'fault.verified':
    case 'fault.healed':
    case 'move.started':
    case 'move.finished':
    case 'endpoint.restarted':
    case 'endpoint.state':
      return done(e);
    default:
      return harness(e);
  }
}

function relayRequest(e: HistoryEventOf<'relay.request'>): Described {
  const text = `${e.relay}: ${e.method} ${e.target} → ${e.status} ${e.decision}, ${e.bytesUp} bytes up, ${e.bytesDown} down`;
  if (e.ours) return quiet(`${text} (the lab's own)`);
  return e.status >= 400 || e.status === 0 ? bad(text) : plain(text);
}

type CloudEvent = Extract<HistoryEvent, { kind: `cloud.${string}` }>;
function cloud(e: CloudEvent): Described {
  switch (e.kind) {
    case 'cloud.request': {
      const text = `${e.method} ${e.path} → ${e.status}, ${e.via}`;
      return e.problems.length > 0
        ? bad(`${text}; breaks the protocol: ${e.problems.join('; ')}`)
        : quiet(text);
    }
    case 'cloud.enrolled':
      return good(`${e.hostname} enrolled${e.again ? ' again' : ''} as ${e.agent}, ${e.via}`);
    case 'cloud.heartbeat':
      return quiet(`heartbeat, ${e.via}`);
    case 'cloud.detection':
      return good(
        `detection ${e.analytic}, ${e.disposition}, ${e.via}${e.copy > 1 ? `, copy ${e.copy}` : ''}`,
      );
    case 'cloud.telemetry':
      return quiet(`telemetry, ${e.count} events, ${e.via}`);
    case 'cloud.policy-set':
      return plain(`policy ${e.revision} set`);
    case 'cloud.policy-read':
      return e.notModified
        ? quiet(`policy ${e.revision} still current, ${e.via}`)
        : plain(`policy ${e.revision} read, ${e.via}`);
    case 'cloud.command':
      return plain(`command ${e.command} given`);
    case 'cloud.command-result':
      return plain(`command answered: ${e.outcome}`);
    case 'cloud.unenrolled':
      return plain(`${e.agent} signed off`);
    case 'cloud.fault':
      return plain(`cloud misbehaves (${e.fault}): ${e.state}`);
  }
}

type DoneEvent = Extract<
  HistoryEvent,
  { kind: `${'act' | 'hook' | 'recovery' | 'manual' | 'fault' | 'move' | 'endpoint'}.${string}` }
>;
function done(e: DoneEvent): Described {
  switch (e.kind) {
    case 'act.started':
      return plain(
        `${e.stimulus}${e.twin ? ', benign twin' : ''} begins on ${e.endpoint} (${e.act}, nonce ${e.nonce})`,
      );
    case 'act.finished':
      return plain(`${e.act}: ${e.effect}, exit ${e.exit ?? 'unknown'}`);
    case 'hook.finished': {
      const text = `hook ${e.hook}: ${e.outcome}${e.exit === null ? '' : `, exit ${e.exit}`}, ${e.ms} ms`;
      return e.outcome === 'ok' ? plain(text) : bad(text);
    }
    case 'recovery.attempt':
      return plain(`recovery, ${e.method}: ${e.state}${e.detail === '' ? '' : ` – ${e.detail}`}`);
    case 'manual.step':
      return plain(`manual step${e.site ? ' on site' : ''}: ${e.text}`);
    case 'fault.injected':
      return bad(`fault ${e.fault} at ${e.target}`);
    case 'fault.verified':
      return plain(`fault ${e.fault} at ${e.target} is ${e.state}: ${e.detail}`);
    case 'fault.healed':
      return plain(`fault ${e.fault} at ${e.target} taken back`);
    case 'move.started':
      return plain(`${e.endpoint} leaves ${place(e.from)} for ${place(e.to)}`);
    case 'move.finished':
      return plain(`${e.endpoint} is in ${place(e.zone)}${e.address === null ? '' : ` at ${e.address}`}`);
    case 'endpoint.restarted':
      return plain(`${e.endpoint} restarted`);
    case 'endpoint.state':
      return quiet(`${e.endpoint}: ${e.what} = ${cut(JSON.stringify(e.value))} (by ${e.by})`);
  }
}

type HarnessEvent = Exclude<
  HistoryEvent,
  CloudEvent | DoneEvent | { kind: 'packet' | 'relay.request' | 'resolver.query' }
>;
function harness(e: HarnessEvent): Described {
  switch (e.kind) {
    case 'scenario.started':
      return plain(`scenario begins, seed ${e.seed}, lane ${e.lane}`);
    case 'applicability':
      return plain(`applicability: ${e.verdict}${e.reason === '' ? '' : ` – ${e.reason}`}`);
    case 'step':
      return { text: e.text, tone: 'step' };
    case 'lab.ready':
      return plain(`lab ${e.lab} (${e.topology}) with ${e.nodes.length} nodes`);
    case 'lab.closed': {
      const open = e.probes.filter((p) => !p.blocked);
      const text = `closure: ${e.probes.length} probes, ${open.length} got out`;
      return open.length > 0 ? bad(`${text} (${open.map((p) => p.probe).join(', ')})`) : good(text);
    }
    case 'lab.failed':
      return bad(`${e.what} failed (${e.blame}): ${e.cause}`);
    case 'process.ended':
      return e.declared
        ? quiet(`${e.node}: ${e.process} ended`)
        : bad(`${e.node}: ${e.process} ended, exit ${e.exit ?? 'unknown'}`);
    case 'stream.gap':
      return bad(`stream ${e.stream}: frame ${e.expected} expected, ${e.got} came`);
    case 'host.stalled':
      return bad(`the harness did not run for ${e.ms} ms`);
    case 'capture.summary': {
      const text = `capture at ${e.point}: ${e.received} received, ${e.parsed} parsed, ${e.dropped} dropped`;
      return e.dropped > 0 || e.parsed !== e.received ? bad(text) : quiet(text);
    }
    case 'counters':
      return quiet(`counters at ${e.point}: ${Object.entries(e.counters).map(([k, v]) => `${k} ${v}`).join(', ')}`); // prettier-ignore
    case 'baseline':
      return plain(`open control: ${Object.entries(e.seen).map(([k, v]) => `${k} ${v ? 'seen' : 'not seen'}`).join(', ') || e.reason}`); // prettier-ignore
    case 'check':
      return plain(`${e.role}: ${e.check} ${cut(JSON.stringify(e.args))}`);
    case 'scenario.finished':
      return plain(`scenario ends after ${e.seconds.toFixed(1)} s`);
  }
}

const cut = (text: string | undefined): string => {
  const whole = text ?? '–';
  return whole.length > 160 ? `${whole.slice(0, 160)}…` : whole;
};
