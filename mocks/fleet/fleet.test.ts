/** A small fleet against the cloud itself, through a relay of a few lines. */
import { expect } from 'chai';
import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { makeAuthority } from '../cloud/authority.ts';
import { createCloud } from '../cloud/cloud.ts';
import { startFront } from '../cloud/door.ts';
import type { CloudEvent } from '../cloud/exchange.ts';
import type { Front } from '../cloud/front.ts';
import { loadContract } from '../cloud/protocol/contract.ts';
import { Fleet } from './fleet.ts';
import { account, ledger } from './plan.ts';

const ENDPOINTS = 20;
const SEED = 3;

class Relay {
  readonly sockets = new Set<Socket>();
  connections = 0;
  #server: Server | undefined;
  #port = 0;
  readonly #to: number;
  constructor(to: number) {
    this.#to = to;
  }
  async up(): Promise<number> {
    this.#server = createServer((client) => this.#serve(client));
    await once(this.#server.listen(this.#port, '127.0.0.1'), 'listening');
    return (this.#port = (this.#server.address() as AddressInfo).port);
  }
  down(): void {
    this.#server?.close();
    for (const socket of this.sockets) socket.destroy();
  }
  #serve(client: Socket): void {
    this.connections += 1;
    const cloud = connect(this.#to, '127.0.0.1');
    for (const [one, other] of [
      [client, cloud],
      [cloud, client],
    ] as const) {
      this.sockets.add(one);
      one.on('error', () => undefined);
      one.once('close', () => {
        this.sockets.delete(one);
        other.destroy();
      });
    }
    client.once('data', () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n');
      client.pipe(cloud).pipe(client);
    });
  }
}

describe('a fleet of simulated endpoints', () => {
  const events: CloudEvent[] = [];
  const of = <K extends CloudEvent['kind']>(kind: K) =>
    events.filter((event): event is Extract<CloudEvent, { kind: K }> => event.kind === kind);
  const fleet = new Fleet(SEED);
  let front: Front;
  let relay: Relay;
  const until = async (what: string, seen: () => boolean): Promise<void> => {
    const signal = AbortSignal.timeout(60_000);
    while (!seen()) {
      if (signal.aborted)
        throw new Error(`${what}: not within a minute; ${JSON.stringify(fleet.obey({ do: 'report' }))}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };

  before(async () => {
    const authority = await makeAuthority();
    const cloud = createCloud({
      token: 'T',
      contract: await loadContract(),
      report: (event) => events.push(event),
    });
    front = await startFront('node', {
      ...{ port: 0, authority, defaultDomain: 'edr.cloud.test', handle: cloud.handle },
      onOddity: () => undefined,
    });
    relay = new Relay(front.port);
    fleet.obey({
      do: 'begin',
      endpoints: ENDPOINTS,
      relay: { host: '127.0.0.1', port: await relay.up() },
      cloud: { host: 'edr.cloud.test', port: 443 },
      ca: authority.certPem,
      token: 'T',
      ...{ overMs: 200, timeoutMs: 5000, pollPercent: 25 },
      temper: { heartbeatMs: 300, retryMs: 50, mostMs: 400, pollS: 1 },
    });
  });
  after(async () => {
    fleet.stop();
    relay.down();
    await front.close();
  });

  it('enrols each once, beats, reads the policy once, and keeps its connections', async () => {
    await until('two beats of each', () => of('cloud.heartbeat').length >= 2 * ENDPOINTS);
    expect(of('cloud.enrolled')).to.have.length(ENDPOINTS);
    expect(new Set(of('cloud.enrolled').map(({ hostname }) => hostname)).size).to.equal(ENDPOINTS);
    expect(of('cloud.policy-read').length).to.be.at.most(ENDPOINTS);
    expect(of('cloud.request').flatMap(({ problems }) => problems)).to.deep.equal([]);
    expect(relay.connections).to.be.at.most(2 * ENDPOINTS);
  });

  it('keeps what it finds in an outage, and delivers all of it, without another enrolment', async () => {
    fleet.obey({ do: 'find', wave: 1, each: 3 });
    relay.down();
    fleet.obey({ do: 'find', wave: 2, each: 120 });
    await until('the outage', () => fleet.obey({ do: 'report' }).connected === 0);
    await relay.up();
    const injected = [1, 2].flatMap((wave) =>
      ledger({ seed: SEED, wave, endpoints: ENDPOINTS, each: wave === 1 ? 3 : 120 }),
    );
    const arrived = () => of('cloud.detection').map(({ uid }) => uid);
    await until('all findings', () => new Set(arrived()).size >= injected.length);
    expect(account(injected, arrived())).to.include({ injected: 123 * ENDPOINTS, unknown: 0 });
    expect(account(injected, arrived()).lost).to.deep.equal([]);
    await until('an empty queue', () => fleet.obey({ do: 'report' }).queued === 0);
    expect(of('cloud.enrolled')).to.have.length(ENDPOINTS);
  });
});
