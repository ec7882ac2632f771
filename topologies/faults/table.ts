/** Every way to lose a relay: what is done for it, and what a node of ours in the zone must then see. */
import type { FaultSettings, RelayFault } from '../lab-types.ts';
import { delayAnswers, forgetName, pause } from './acts.ts';
import type { Eye } from './eye.ts';
import { startAnswerer, startFlapper, startIdleCut } from './helper.ts';
import { isLoss, isRate, numbersOf, RATE_SECONDS, DATAGRAMS } from './measures.ts';
import * as rules from './rules.ts';
import type { Place } from './rules.ts';
import type { Running, Scene } from './scene.ts';
import type { Settings } from './settings.ts';

/** An observation, and whether it is what the fault looks like. */
export interface Seen {
  readonly ok: boolean;
  readonly detail: string;
}
export interface FaultKind {
  /** settings that it takes, and what they are if they are not given */
  readonly takes: FaultSettings;
  /** nft script */
  readonly rules?: (place: Place, settings: Settings) => string;
  /** it sets and takes away rules by itself */
  readonly filters?: boolean;
  /** connections that are open are reset when it begins */
  readonly cuts?: boolean;
  /** it is measured at the sink */
  readonly sink?: boolean;
  /** the relay has to speak HTTP in the clear */
  readonly http?: boolean;
  readonly begin?: (scene: Scene, settings: Settings) => Promise<Running>;
  readonly inForce: (eye: Eye, settings: Settings, running: readonly Running[]) => Promise<Seen>;
  /** besides that the relay answers, and that no rule is left */
  readonly gone?: (eye: Eye) => Promise<Seen>;
}

const words = (...some: readonly string[]): string => some.filter((word) => word !== '').join(' ');
export const allSeen = (...seen: readonly Seen[]): Seen => ({
  ok: seen.every(({ ok }) => ok),
  detail: seen.map(({ detail }) => detail).join(', '),
});

type Asked = Awaited<ReturnType<Eye['ask']>>;
async function asked(eye: Eye, as: (answer: Asked) => boolean): Promise<Seen> {
  const answer = await eye.ask();
  const connected = answer.connected && answer.outcome === 'silent' ? 'after connecting' : '';
  return { ok: as(answer), detail: words(answer.outcome, connected, answer.detail) };
}
const isDead = ({ outcome, connected }: Asked): boolean => outcome === 'silent' && !connected;
/** Any answer will do: also "forbidden" is said by a relay that works. */
const isAlive = ({ outcome, connected }: Asked): boolean => outcome === 'answered' && connected;
export const alive = (eye: Eye): Promise<Seen> => asked(eye, isAlive);

async function pinged(eye: Eye, as: 'answered' | 'silent'): Promise<Seen> {
  const { outcome } = await eye.ping();
  return { ok: outcome === as, detail: `ping ${outcome}` };
}
const together = async (...looks: readonly Promise<Seen>[]): Promise<Seen> =>
  allSeen(...(await Promise.all(looks)));

async function named(eye: Eye, there: boolean): Promise<Seen> {
  const known = await eye.knowsName();
  return { ok: known === there, detail: `its name ${known ? 'is there' : 'does not exist'}` };
}

/** Somebody else answers; he says himself that he has answered our question, as the relay may say the same. */
function answers(way: RelayFault, status: number): FaultKind {
  return {
    takes: {},
    rules: rules.answerInstead,
    cuts: true,
    http: true,
    begin: (scene) => startAnswerer(scene, way),
    inForce: async (eye, _settings, running) => {
      const answer = await eye.ask();
      const his = answer.status === status && (await running[0]?.answered?.(eye)) === true;
      return { ok: his, detail: words(answer.outcome, answer.detail, his ? 'by the one in its place' : '') };
    },
  };
}

export const FAULTS = {
  refused: {
    takes: {},
    rules: rules.refuse,
    cuts: true,
    inForce: (eye) => asked(eye, ({ outcome }) => outcome === 'refused'),
  },
  silent: {
    takes: {},
    rules: rules.dropAll,
    inForce: (eye) => together(asked(eye, isDead), pinged(eye, 'silent')),
    gone: (eye) => pinged(eye, 'answered'),
  },
  // The kernel accepts for a process that is stopped; the request is never read.
  paused: {
    takes: {},
    begin: pause,
    inForce: (eye) => asked(eye, ({ outcome, connected }) => outcome === 'silent' && connected),
  },
  'name-gone': {
    takes: {},
    cuts: true,
    begin: forgetName,
    inForce: (eye) => together(named(eye, false), alive(eye)),
    gone: (eye) => named(eye, true),
  },
  'answers-407': answers('answers-407', 407),
  'answers-403': answers('answers-403', 403),
  'answers-503': answers('answers-503', 503),
  'captive-200': answers('captive-200', 200),
  'captive-302': answers('captive-302', 302),
  'ping-only': {
    takes: {},
    rules: rules.dropProxy,
    inForce: (eye) => together(asked(eye, isDead), pinged(eye, 'answered')),
  },
  'no-ping': {
    takes: {},
    rules: rules.dropPing,
    inForce: (eye) => together(alive(eye), pinged(eye, 'silent')),
    gone: (eye) => pinged(eye, 'answered'),
  },
  'idle-cut': {
    takes: { seconds: 3 },
    begin: (scene, { seconds }) => startIdleCut(scene, seconds),
    inForce: async (eye, { seconds }) => {
      // Twice that time and what a busy machine needs; one that is used must not be cut at once.
      const line = await eye.measure('idle', seconds * 2 + 5);
      const ok = line.startsWith('cut after') && (numbersOf(line)[0] ?? 0) >= seconds * 0.9;
      return allSeen({ ok, detail: `an idle connection: ${line}` }, await alive(eye));
    },
  },
  'body-limit': {
    takes: { bytes: 262_144 },
    rules: (place, { bytes }) => rules.limitBody(place, bytes),
    cuts: true,
    sink: true,
    inForce: async (eye, { bytes }) => {
      const large = await eye.measure('upload', bytes * 2 + 65_536);
      const small = await eye.measure('upload', Math.ceil(bytes / 2));
      return allSeen(
        { ok: large.startsWith('cut'), detail: `more: ${large}` },
        { ok: small.startsWith('took'), detail: `less: ${small}` },
        await alive(eye),
      );
    },
  },
  loss: {
    takes: { percent: 20 },
    rules: (place, { percent }) => rules.lose(place, percent),
    sink: true,
    inForce: async (eye, { percent }) => {
      const [came = 0] = numbersOf(await eye.measure('echoes', DATAGRAMS));
      return { ok: isLoss(percent, came), detail: `${came} of ${DATAGRAMS} came there and back` };
    },
  },
  bandwidth: {
    takes: { bitsPerSecond: 1_000_000 },
    rules: (place, { bitsPerSecond }) => rules.limitRate(place, bitsPerSecond),
    sink: true,
    inForce: async (eye, { bitsPerSecond }) => {
      const line = await eye.measure('rate', RATE_SECONDS);
      const [down = 0, downFor = 0, up = 0, upFor = 0] = numbersOf(line);
      const ok = isRate(bitsPerSecond, down, downFor) && isRate(bitsPerSecond, up, upFor);
      return { ok, detail: `bytes in seconds: ${line}` };
    },
  },
  delay: {
    takes: { seconds: 0.3 },
    sink: true,
    begin: (scene, { seconds }) => delayAnswers(scene, seconds),
    inForce: async (eye, { seconds }) => {
      const [came = 0, fastest = 0] = numbersOf(await eye.measure('echoes', 1));
      return { ok: came === 1 && fastest >= seconds * 0.9, detail: `there and back in ${fastest} s` };
    },
  },
  flapping: {
    takes: { seconds: 0.5, times: 30 },
    filters: true,
    begin: (scene, { seconds, times }) =>
      startFlapper(scene, { rules: rules.refuse(scene.place), seconds, times }),
    inForce: (eye) => asked(eye, ({ outcome }) => outcome === 'refused'),
  },
} satisfies Record<RelayFault, FaultKind>;
