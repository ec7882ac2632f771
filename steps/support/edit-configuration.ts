/** Root edits the relay in the file that the product's statement names, in the way that it says, and no other file. */
import { fillHook } from '../../products/placeholders.ts';
import type { Statement } from '../../products/schema.ts';
import type { Endpoint } from '../../topologies/lab-types.ts';
import { manual, type Attempted } from './manual.ts';
import { relayWords, type RelayTold } from './relay-words.ts';
import type { Session } from './session.ts';

/** the parts of a session that it needs */
type Setting = Pick<Session, 'product' | 'history' | 'endpoint' | 'inEndpoint' | 'hook'>;
type Documented = NonNullable<Statement['configurationFile']>;

const CALL_MS = 20_000;

/** The edit, and the start of the service where the documentation asks for it. */
export async function editConfiguration(session: Setting, relay: RelayTold): Promise<Attempted> {
  const { configurationFile: documented, editedConfiguration = 'ignored' } =
    session.product.product.statement;
  if (editedConfiguration !== 'effective')
    return { impossible: `it declares that an edited configuration is ${editedConfiguration}` };
  if (!documented) return { impossible: 'it names no file in which its relay is edited' };
  const text = textFor(documented, relay);
  if (text === undefined) return { impossible: 'it does not say how its file says that there is no relay' };
  const { file, restart } = documented;
  const before = await session.inEndpoint(`reading ${file}`, (endpoint) => endpoint.get(file));
  const after = before && edited(before.toString('utf8'), documented, text);
  if (after === undefined)
    return { impossible: `${file} does not hold, just once, what it declares to be edited there` };
  manual(session, `edit the relay in ${file}`, false);
  await session.inEndpoint(`editing ${file}`, (endpoint) => write(endpoint, file, after));
  record(session, file, text);
  return restart ? startAgain(session, file) : { done: `${file} was edited` };
}

async function startAgain(session: Setting, file: string): Promise<Attempted> {
  manual(session, 'stop the service and start it again', false);
  for (const hook of ['stop', 'start'] as const) {
    const event = await session.hook(hook);
    if (event.kind !== 'hook.finished' || event.outcome !== 'ok')
      return { impossible: `${file} was edited, but the hook ${hook} has failed` };
  }
  return { done: `${file} was edited, and the service started again` };
}

/** What has to stand in the file; undefined if the product does not say how. */
function textFor({ relay: form, none }: Documented, relay: RelayTold): string | undefined {
  const words = relayWords(relay, 'none');
  return words['relay.address'] === 'none' ? none : fillHook([form], words)[0];
}

/**
 * The file's text with that in the place of what says now what the relay is: any relay, as a cheaper method may have
 * changed it, or none. undefined unless it stands there once: an edit at the wrong place is no documented one.
 */
export function edited(content: string, { relay, none }: Documented, text: string): string | undefined {
  const forms = [
    relay
      .split(WORD)
      .map((part) => RegExp.escape(part))
      .join(VALUE),
    ...(none === undefined ? [] : [RegExp.escape(none)]),
  ];
  const pattern = new RegExp(forms.join('|'), 'g');
  return [...content.matchAll(pattern)].length === 1 ? content.replace(pattern, () => text) : undefined;
}
const WORD = /\{relay\.[a-z-]+\}/;
/** a part of an address as it stands in a file: to the next space, quote or bracket */
const VALUE = `[^\\s"'<>()]*`;

/** In place, so that owner and mode stay what the product has made them. */
async function write(endpoint: Endpoint, file: string, content: string): Promise<void> {
  const argv = ['sh', '-c', 'cat >"$1"', 'sh', file];
  const { exit, stderr } = await endpoint.exec(argv, { user: 'root', input: content, timeoutMs: CALL_MS });
  if (exit !== 0) throw new Error(`root could not write it (status ${exit ?? 'none'}): ${stderr.trim()}`);
}

function record({ history, endpoint }: Setting, file: string, text: string): void {
  const value = { file, text };
  const what = 'documented-edit';
  history.record('harness', { kind: 'endpoint.state', endpoint: endpoint.name, by: 'exec', what, value });
}
