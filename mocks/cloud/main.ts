/**
 * The mock cloud as a program.
 *
 *   main --token TOKEN --cert CA.pem --key CA.key [--port 443] [--domain edr.cloud.test] [--front mockttp|node]
 *     [--log-days N]
 *
 * Frames of control.ts on stdout, orders on stdin. Ends with 0 on SIGTERM, SIGINT or the end of stdin, with 3 on
 * wrong usage and with 1 when it cannot start; the reason is on stderr.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createCloud, type Cloud } from './cloud.ts';
import type { CommandFrame, Ready, Reply } from './control.ts';
import { FRONTS, isFront, type FrontKind } from './front.ts';
import { makeFrameWriter, readLines, type FrameWriter } from './frames.ts';
import { loadContract } from './protocol/contract.ts';

interface Settings {
  readonly token: string;
  readonly port: number;
  readonly domain: string;
  readonly front: FrontKind;
  /** for how long the detailed log is kept; undefined: it cannot be looked up */
  readonly logDays: number | undefined;
  readonly authority: { certPem: string; keyPem: string };
}

function settings(argv: string[]): Settings {
  const { values } = parseArgs({
    args: argv,
    options: {
      token: { type: 'string' },
      cert: { type: 'string' },
      key: { type: 'string' },
      port: { type: 'string', default: '443' },
      domain: { type: 'string', default: 'edr.cloud.test' },
      front: { type: 'string', default: 'mockttp' },
      'log-days': { type: 'string' },
    },
  });
  const { token, cert, key, domain, front } = values;
  const port = Number(values.port);
  if (!token || !cert || !key) throw new Error('--token, --cert and --key are needed');
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new Error(`--port ${values.port} is no port`);
  if (!isFront(front)) throw new Error(`--front ${front} is none of ${FRONTS.join(', ')}`);
  const kept = values['log-days'];
  const logDays = kept === undefined ? undefined : Number(kept);
  if (logDays !== undefined && !(logDays > 0)) throw new Error(`--log-days ${kept} is no number of days`);
  const authority = { certPem: readFileSync(cert, 'utf8'), keyPem: readFileSync(key, 'utf8') };
  return { token, port, domain, front, logDays, authority };
}

async function serve(given: Settings): Promise<void> {
  const frames = makeFrameWriter(process.stdout);
  // Libraries that print would break the frames.
  console.log = console.info = console.error;
  const [{ openDoor }, contract] = await Promise.all([import('./door.ts'), loadContract()]);
  const cloud = createCloud({
    token: given.token,
    contract,
    logDays: given.logDays,
    show: (certificate, now) => door.show(certificate, now),
    report: (event, peer) => frames.write(peer === undefined ? { event } : { event, peer }),
  });
  const door = await openDoor(given.front, {
    port: given.port,
    authority: given.authority,
    defaultDomain: given.domain,
    handle: async (request) => {
      const answer = await cloud.handle(request);
      await frames.drained();
      return answer;
    },
    onOddity: (text) => console.error(text),
  });
  const ready: Ready = { port: door.port, pid: process.pid };
  frames.write({ ready });
  await Promise.race([signalled(), orders(cloud, ready, frames)]);
  await door.close();
}

const signalled = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });

function orders(cloud: Cloud, ready: Ready, frames: FrameWriter): Promise<void> {
  const carryOut = async ({ id, do: order }: CommandFrame): Promise<void> => {
    let reply: Reply;
    try {
      reply = { id, value: order.what === 'ready' ? ready : await cloud.obey(order) };
    } catch (error) {
      reply = { id, error: (error as Error).message };
    }
    frames.write({ reply });
  };
  // One after the other, as they came: a heal must not overtake its fault.
  let last = Promise.resolve();
  const take = (value: unknown): void => {
    last = last.then(() => carryOut(value as CommandFrame));
  };
  return readLines(process.stdin, take, (line) =>
    console.error(`an order is not JSON: ${line.slice(0, 200)}`),
  );
}

try {
  const given = settings(process.argv.slice(2));
  try {
    await serve(given);
    process.exit(0);
  } catch (error) {
    console.error(`the cloud could not serve: ${(error as Error).message}`);
    process.exit(1);
  }
} catch (error) {
  console.error(
    `${(error as Error).message}. Usage: --token T --cert CA --key KEY [--port N] [--domain D] [--front F] [--log-days N]`,
  );
  process.exit(3);
}
