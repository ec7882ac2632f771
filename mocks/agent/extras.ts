/** What the broken ones do and an honest agent does not (flaws.ts). */
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { readIfThere } from './files.ts';
import type { Behaviour } from './flaws.ts';
import { TIMES, type Link } from './link.ts';
import type { Reporter } from './reporter.ts';
import type { TelemetryBuffer } from './telemetry.ts';
import { readRelay } from './transport/relay.ts';
import { openTunnel } from './transport/tunnel.ts';

const EVERY_MS = 2000;

export function startExtras(
  behaviour: Behaviour,
  link: Link,
  telemetry: TelemetryBuffer,
  ca: string,
): () => void {
  const timers: NodeJS.Timeout[] = [];
  if (behaviour.beaconsToGateway) {
    let moved = false;
    link.once('switched', () => (moved = true)); // only as long as it stays where it was installed
    timers.push(setInterval(() => !moved && beacon(), EVERY_MS));
  }
  if (behaviour.spinsWhileAway)
    link.on(
      'failed',
      spinsUntil(() => !link.failing),
    );
  const { chatterBytes } = behaviour;
  if (chatterBytes > 0)
    timers.push(setInterval(() => telemetry.agent(randomBytes(chatterBytes / 2).toString('hex')), 1000));
  const undeclared = readRelay(behaviour.undeclaredDestination ?? '');
  if (undeclared) {
    const trust = { accepts: 'nothing-wrong', askRevocation: null } as const;
    const ask = () => {
      const [through] = link.relays;
      if (!through || link.path !== 'relay') return;
      const options = { target: undeclared, ca, timeoutMs: TIMES.connect, namesHost: true, trust };
      openTunnel({ relay: through }, options).then(
        (socket) => socket.destroy(),
        () => undefined,
      );
    };
    timers.push(setInterval(ask, EVERY_MS));
    ask();
  }
  return () => timers.forEach(clearInterval);
}

/** A loop that takes all the time that nothing else wants. */
function spinsUntil(over: () => boolean): () => void {
  let spinning = false;
  const spin = (): void => {
    spinning = !over();
    if (spinning) setImmediate(spin);
  };
  return () => {
    if (!spinning) spin();
  };
}

const LONG_SLEEP_MS = 4500;
/** That nothing ran for a while it takes for its own end. */
export function endAfterSleep(reporter: Reporter): void {
  let ticked = performance.now();
  setInterval(() => {
    if (performance.now() - ticked > LONG_SLEEP_MS) reporter.stop();
    ticked = performance.now();
  }, 1000).unref();
}

/** A datagram to the default gateway. */
export function beacon(): void {
  const gateway = defaultGateway(readIfThere('/proc/net/route') ?? '');
  if (gateway === undefined) return;
  const socket = createSocket('udp4');
  socket.on('error', () => socket.close());
  socket.send('<14>heiiki-edr: alive', 514, gateway, () => socket.close());
}

/** From the text of /proc/net/route: addresses there are little-endian hexadecimal. */
export function defaultGateway(routes: string): string | undefined {
  const row = routes
    .split('\n')
    .map((line) => line.split('\t'))
    .find(([, destination, gateway]) => destination === '00000000' && gateway !== '00000000');
  return row?.[2]
    ?.match(/../g)
    ?.reverse()
    .map((byte) => Number.parseInt(byte, 16))
    .join('.');
}
