/**
 * A proxy.pac: read from the zone over HTTP and evaluated in an interpreter of its own, without the machine's files,
 * network or time beyond a bound. Looking up names is what a PAC may ask for; everything else it decides by itself.
 */
import { get } from 'node:http';
import { networkInterfaces } from 'node:os';
import { RouteError, asRouteError } from './failure.ts';
import { readRelay, type RelayAddress } from './relay.ts';

const MAX_TEXT = 256 << 10;
const READ_MS = 1500;
const THINK_MS = 500;
const MEMORY = 16 << 20;

/** Throws RouteError if it cannot be read. */
export function readPac(url: string): Promise<string> {
  return new Promise<string>((resolve, reject) => {
    const asked = get(url, { signal: AbortSignal.timeout(READ_MS), agent: false }, (answer) => {
      const parts: Buffer[] = [];
      let size = 0;
      answer.on('data', (part: Buffer) => {
        size += part.length;
        if (size > MAX_TEXT) asked.destroy(new Error('it is larger than 256 KiB'));
        else parts.push(part);
      });
      answer.once('error', reject);
      answer.once('end', () => {
        const text = Buffer.concat(parts).toString('utf8');
        if (answer.statusCode === 200 && text.includes('FindProxyForURL')) resolve(text);
        else reject(new RouteError('denied', `${url} is no proxy.pac (status ${answer.statusCode ?? 0})`));
      });
    });
    asked.once('error', reject);
  }).catch((cause: unknown) => {
    throw asRouteError(`reading ${url}`, cause);
  });
}

/** The relays that it names for this URL, in their order; none means directly. Throws RouteError. */
export async function relaysByPac(text: string, url: string): Promise<readonly RelayAddress[]> {
  const [{ getQuickJS, shouldInterruptAfterDeadline }, { createPacResolver }] = await Promise.all([
    import('@tootallnate/quickjs-emscripten'),
    import('pac-resolver'),
  ]);
  const engine = await getQuickJS();
  const bounded: typeof engine = Object.create(engine) as typeof engine;
  bounded.newContext = (options) => {
    const context = engine.newContext(options);
    context.runtime.setMemoryLimit(MEMORY);
    context.runtime.setInterruptHandler(shouldInterruptAfterDeadline(Date.now() + THINK_MS));
    return context;
  };
  try {
    const resolver = createPacResolver(bounded, text, {
      // The library's own ones would ask a server of the Internet, and write to our log.
      sandbox: { myIpAddress: ownAddress, alert: () => undefined },
    });
    return relaysIn(await resolver(url));
  } catch (cause) {
    // Errors of the interpreter are plain objects here.
    const { message } = typeof cause === 'object' && cause !== null ? (cause as { message?: unknown }) : {};
    throw new RouteError('untrusted', `the proxy.pac cannot be evaluated: ${String(message ?? cause)}`, {
      cause,
    });
  }
}

const SCHEMES: Readonly<Record<string, string>> = {
  PROXY: 'http',
  HTTP: 'http',
  HTTPS: 'https',
  SOCKS: 'socks5',
  SOCKS5: 'socks5',
};

/** `PROXY a:1; HTTPS b:2; DIRECT` → a, b. What stands after DIRECT is never reached. */
export function relaysIn(answer: string): RelayAddress[] {
  const found: RelayAddress[] = [];
  for (const entry of answer.split(';')) {
    const [word = '', place = ''] = entry.trim().split(/\s+/);
    if (word.toUpperCase() === 'DIRECT') break;
    const scheme = SCHEMES[word.toUpperCase()];
    const relay = scheme === undefined ? undefined : readRelay(`${scheme}://${place}`);
    if (relay) found.push(relay);
  }
  return found;
}

function ownAddress(): string {
  const all = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  return all.find((entry) => entry.family === 'IPv4' && !entry.internal)?.address ?? '127.0.0.1';
}
