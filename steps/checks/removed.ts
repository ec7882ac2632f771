/** `removed`: the documented removal works, and nothing of the product is left. */
import { z } from 'zod';
import type { HistoryEventOf, Measure } from '../../history/events.ts';
import { wholeCaptures } from './capture.ts';
import {
  check,
  incomplete,
  satisfied,
  violated,
  Within,
  type Finding,
  type Remark,
  type View,
} from './finding.ts';
import { inSeconds, timeMeasure, words } from './measures.ts';
import { inWindow, later, ofKind } from './window.ts';

const Args = z.object({
  within: Within.optional(),
  /** the product's statement */
  protection: z.enum(['local-secret', 'prefetched-token', 'cloud-policy', 'none']).optional(),
  /** the cloud must have been out of reach meanwhile */
  unreachable: z.boolean().default(false),
});
type Args = z.infer<typeof Args>;
type Hook = HistoryEventOf<'hook.finished'>;

export const removed = check(Args, (view, args) => {
  const hook = later(view, 'hook.finished').findLast((event) => event.hook === 'uninstall');
  if (!hook) return incomplete('harness', 'Nobody ran the uninstall hook.');
  if (hook.outcome !== 'ok') return notRemoved(view, args, hook);
  const limit = args.within;
  const easier = args.protection === 'cloud-policy' && isOffNetwork(view, hook);
  const measures = [
    timeMeasure(view.events, { name: 'removal.seconds', ms: hook.ms, timing: 'uninstall', within: limit }),
    // Removed without any network: it does not need its cloud, whatever it declares.
    kind(easier ? 'none' : (args.protection ?? 'none')),
  ];
  const details = { measures, evidence: [hook.n], findings: easier ? [EASIER] : [] };
  if (limit !== undefined && hook.ms > limit)
    return violated(`The removal took ${inSeconds(hook.ms)}; ${inSeconds(limit)} were allowed.`, details);
  const left = leftovers(view, hook);
  if (left === undefined)
    return incomplete('harness', 'What is left on the endpoint was not read after the removal.', details);
  if (left.length > 0)
    return violated(
      `The uninstall hook ended well, but this is left: ${left.slice(0, 8).join(', ')}.`,
      details,
    );
  const reached = args.unreachable ? cloudWasReached(view) : undefined;
  return (
    reached ??
    satisfied(`It was removed in ${inSeconds(hook.ms)}, and no process and no file of it is left.`, details)
  );
});

const kind = (value: string): Measure => words('removal.kind', value);

function notRemoved(view: View, { protection }: Args, hook: Hook): Finding {
  const offline = isOffNetwork(view, hook);
  const deadlock = offline && protection === 'cloud-policy';
  const why = {
    failed: `ended with status ${hook.exit ?? 'none'}`,
    timeout: 'did not end',
    broken: 'could not be run: the manifest or payload is broken',
    missing: 'is not in the manifest',
    ok: '',
  }[hook.outcome];
  const said = hook.output.trim().split('\n')[0]?.slice(0, 200) ?? '';
  return violated(
    `The uninstall hook ${why}${said ? ` (${said})` : ''}${offline ? ', without any network' : ''}.`,
    {
      measures: offline ? [kind(deadlock ? 'needs-cloud' : 'site-visit')] : [],
      evidence: [hook.n],
      findings: [...(deadlock ? [DEADLOCK] : []), ...(protection === 'none' ? [REFUSED_UNPROTECTED] : [])],
    },
  );
}

const DEADLOCK: Remark = {
  kind: 'removal-deadlock',
  en: 'It can be removed only with the consent of its cloud. An endpoint that no longer reaches the cloud needs a site visit, or has to be carried back.',
  ja: '削除にはクラウドの許可が必要です。クラウドに届かなくなった端末は、現地作業をするか、元のネットワークへ戻す必要があります。',
};
const EASIER: Remark = {
  kind: 'removal-easier-than-declared',
  en: 'It declares that its cloud must allow the removal, but was removed without any network.',
  ja: '削除にはクラウドの許可が必要と申告していますが、ネットワークのない状態で削除できました。',
};
const REFUSED_UNPROTECTED: Remark = {
  kind: 'removal-refused-although-unprotected',
  en: 'It declares no protection against removal, but the removal did not succeed.',
  ja: '削除保護はないと申告していますが、削除できませんでした。',
};

/** Was the endpoint on no network when the hook ran? */
function isOffNetwork({ events }: View, hook: Hook): boolean {
  const moved = ofKind(events.slice(0, hook.n), 'move.finished').findLast(
    (move) => move.endpoint === hook.endpoint,
  );
  return moved?.zone === null;
}

/**
 * What is there after the removal and was not there before the installation, read by the engine. Before:
 * `endpoint.state` events from before the first install hook; without them nothing is subtracted. After: the last
 * ones, as a service may end a moment after the command that ends it.
 */
function leftovers({ events }: View, hook: Hook): string[] | undefined {
  const install = ofKind(events, 'hook.finished').find((event) => event.hook === 'install');
  const states = ofKind(events, 'endpoint.state').filter((state) => state.endpoint === hook.endpoint);
  const read = (what: string): string[] | undefined => {
    const lists = states.filter((state) => state.what === what && state.by !== 'exec');
    const after = lists.findLast((state) => state.n > hook.n);
    const before = lists.find((state) => install && state.n < install.n);
    return after && subtract(toList(after.value), toList(before?.value));
  };
  const [processes, files] = [read('processes'), read('files')];
  return processes && files && [...processes.map((command) => `process ${command}`), ...files];
}

const toList = (value: unknown): string[] => z.array(z.string()).catch([]).parse(value);

/** Each entry of `known` takes away one of its like. */
function subtract(list: readonly string[], known: readonly string[]): string[] {
  const rest = [...known];
  return list.filter((entry) => {
    const index = rest.indexOf(entry);
    if (index >= 0) rest.splice(index, 1);
    return index < 0;
  });
}

function cloudWasReached(view: View): Finding | undefined {
  const packets = ofKind(inWindow(view), 'packet').filter(
    (packet) => packet.direction === 'in' && (packet.peer === 'cloud' || packet.peer === 'relay'),
  );
  const requests = later(view, 'cloud.request');
  const [first] = [...packets, ...requests];
  if (first)
    return incomplete(
      'lab',
      `The cloud was not out of reach: ${packets.length} packets of relay or cloud arrived, ${requests.length} requests.`,
      {
        evidence: [first.n],
      },
    );
  return wholeCaptures(view);
}
