/** An event in a line for people. What only says something to a check has none. */
import type { EventKind, HistoryEvent, HistoryEventOf } from '../../history/events.ts';
import { size } from './traffic.ts';

type Sentences = { readonly [K in EventKind]?: (event: HistoryEventOf<K>) => string | undefined };

const zone = (name: string | null): string => name ?? 'no network';
const count = (copy: number): string => (copy > 1 ? `, copy ${copy}` : '');

const SENTENCES: Sentences = {
  'lab.ready': ({ topology }) => `lab       ${topology} is up`,
  'lab.closed': ({ probes }) =>
    `lab       ${probes.filter(({ blocked }) => blocked).length} of ${probes.length} attempts to get out were blocked`,
  'lab.failed': ({ blame, what, cause }) => `BROKEN    ${what} (${blame}): ${firstLine(cause)}`,
  'process.ended': ({ node, process, exit, declared }) =>
    `${declared ? 'lab      ' : 'BROKEN   '} ${process} of ${node} ended, status ${exit ?? 'unknown'}`,
  'stream.gap': ({ stream, expected, got }) => `BROKEN    ${stream} skipped from ${expected} to ${got}`,
  'host.stalled': ({ ms }) => `host      this machine stood still for ${ms} ms`,
  // What the lab asks itself, to see whether a fault is in force, is told as such by fault.verified.
  'relay.request': (line) => (line.ours ? undefined : relayed(line)),
  'relay.changed': ({ relay, what, detail }) => `relay     ${relay}: ${what} changed: ${firstLine(detail)}`,
  'outsider.heard': ({ ours, outsider, role, what, from, port, protocol, text }) =>
    ours
      ? undefined
      : `outsider  ${role} ${outsider}: ${what} from ${from} at ${protocol} ${port}${text === '' ? '' : `: ${firstLine(text)}`}`,
  'resolver.query': ({ resolver, client, name, type, answer }) =>
    `resolver  ${resolver}: ${client} asked for ${name} ${type}: ${answer || 'no answer'}`,
  'cloud.request': ({ method, host, path, status, via, agent, problems }) =>
    `cloud     ${method} ${host}${path} ${status} ${via}${agent ? ` by ${agent}` : ''}${problems.length > 0 ? `; breaks the protocol: ${problems.join('; ')}` : ''}`,
  'cloud.enrolled': ({ hostname, via, again }) =>
    `cloud     ${hostname} enrolled${again ? ' again' : ''} (${via})`,
  'cloud.detection': ({ analytic, disposition, uid, copy, via }) =>
    `cloud     detection ${analytic}, ${disposition}, ${uid}${count(copy)} (${via})`,
  'cloud.telemetry': ({ count: records, via }) => `cloud     telemetry, ${records} records (${via})`,
  'cloud.policy-set': ({ revision }) => `cloud     policy ${revision} set`,
  'cloud.tenant-opened': ({ tenant }) => `cloud     tenant ${tenant} opened`,
  'cloud.release-offered': ({ version }) => `cloud     version ${version} offered`,
  'cloud.policy-read': ({ revision, notModified, via }) =>
    notModified ? undefined : `cloud     policy ${revision} read (${via})`,
  'cloud.command': ({ agent, command }) => `cloud     command ${command} to ${agent}`,
  'cloud.command-result': ({ agent, outcome }) => `cloud     result of ${agent}: ${outcome}`,
  'cloud.log-aged': ({ days }) => `cloud     the log kept there is ${days} days older`,
  'cloud.log-read': ({ agent, entries }) => `cloud     log of ${agent} looked up, ${entries} entries`,
  'cloud.unenrolled': ({ agent }) => `cloud     ${agent} is no longer enrolled`,
  'cloud.fault': ({ fault, state }) => `cloud     fault ${fault} ${state}`,
  'hook.finished': ({ hook, endpoint, outcome, exit, ms }) =>
    `product   ${hook} on ${endpoint}: ${outcome}, status ${exit ?? 'none'}, ${ms} ms`,
  'manual.step': ({ text }) => `by hand   ${text}`,
  'fault.injected': ({ fault, target, settings = {} }) =>
    `fault     ${fault} at ${target} injected${Object.entries(settings)
      .map(([name, value]) => `, ${name} ${value}`)
      .join('')}`,
  'fault.verified': ({ fault, target, state, detail }) =>
    `fault     ${fault} at ${target} seen ${state === 'gone' ? 'gone' : 'in force'}: ${detail}`,
  'fault.healed': ({ fault, target }) => `fault     ${fault} at ${target} healed`,
  'move.started': ({ endpoint, from, to }) => `move      ${endpoint} leaves ${zone(from)} for ${zone(to)}`,
  'move.finished': ({ endpoint, zone: to, address }) =>
    `move      ${endpoint} is in ${zone(to)}${address === null ? '' : ` at ${address}`}`,
  'endpoint.restarted': ({ endpoint }) => `endpoint  ${endpoint} restarted`,
};

export function sentence(event: HistoryEvent): string | undefined {
  const say = SENTENCES[event.kind] as ((event: HistoryEvent) => string | undefined) | undefined;
  return say?.(event);
}

function relayed(line: HistoryEventOf<'relay.request'>): string {
  const { relay, client, method, target, status, decision, bytesUp, bytesDown, ms, user, sni } = line;
  const who = `${user === undefined ? '' : ` as ${user}`}${sni === undefined ? '' : ` for ${sni}`}`;
  // Not every relay counts them.
  const bytes =
    bytesUp === undefined || bytesDown === undefined ? '' : `, ${size(bytesUp)} up, ${size(bytesDown)} down`;
  return `relay     ${relay}: ${client}${who} ${method} ${target} ${status} ${decision}${bytes}, ${ms} ms`;
}

const firstLine = (text: string): string => text.split('\n', 1)[0] ?? '';
