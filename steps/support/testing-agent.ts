/** The reference agent without an endpoint, before the mock cloud itself and behind a relay of a few lines: for tests. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Boot } from '../../mocks/agent/boot.ts';
import { Cloud as AgentsCloud, REQUEST_MS } from '../../mocks/agent/cloud.ts';
import { Commands } from '../../mocks/agent/commands.ts';
import { Content } from '../../mocks/agent/content.ts';
import { writeWhole } from '../../mocks/agent/files.ts';
import { behaviourOf, type Flaw } from '../../mocks/agent/flaws.ts';
import { Link } from '../../mocks/agent/link.ts';
import { placesBelow, versionOf, type Places } from '../../mocks/agent/places.ts';
import { PolicyInForce } from '../../mocks/agent/policy.ts';
import { saveVerifier } from '../../mocks/agent/protection.ts';
import { queueOf } from '../../mocks/agent/queue.ts';
import { Reporter } from '../../mocks/agent/reporter.ts';
import { SelfUpdate } from '../../mocks/agent/self-update.ts';
import { RemoteShell } from '../../mocks/agent/shell.ts';
import { TelemetryBuffer } from '../../mocks/agent/telemetry.ts';
import { joinTenant } from '../../mocks/agent/tenant.ts';
import { httpRelay, plainRelay, type TestRelay } from '../../mocks/agent/transport/testing.ts';
import { makeAuthority } from '../../mocks/cloud/authority.ts';
import { createCloud, type Cloud } from '../../mocks/cloud/cloud.ts';
import { startFront } from '../../mocks/cloud/door.ts';
import type { CloudEvent } from '../../mocks/cloud/exchange.ts';
import type { DetectionFinding } from '../../mocks/cloud/protocol/types.ts';
import { loadContract } from '../../mocks/cloud/protocol/contract.ts';
import { CDN_HOST, CLOUD_HOST } from './places.ts';

const TOKEN = 'T';
const PATIENCE_MS = 30_000;

export interface AgentAtCloud extends AsyncDisposable {
  readonly cloud: Cloud;
  readonly events: readonly CloudEvent[];
  readonly places: Places;
  readonly content: Content;
  /** A finding is made, and waits until it can be sent. */
  find(finding: DetectionFinding): void;
  /** It is told of another tenant, behind the relay that is there now: what the daemon does then. */
  joinTenant(token: string): void;
  of<K extends CloudEvent['kind']>(kind: K): Extract<CloudEvent, { kind: K }>[];
  /** Waits until it is so. Throws, with what was awaited, when it is not within half a minute. */
  until(what: string, so: () => boolean): Promise<void>;
  loseRelay(): void;
  /** Another one, at another port. */
  replaceRelay(): Promise<void>;
}

export async function agentAtCloud(flaw: Flaw | null = null): Promise<AgentAtCloud> {
  const events: CloudEvent[] = [];
  const authority = await makeAuthority();
  const report = (event: CloudEvent): unknown => events.push(event);
  const cloud = createCloud({ token: TOKEN, contract: await loadContract(), report });
  // The front of the labs: what it makes of an answer is a part of what is tried here.
  const front = await startFront('mockttp', {
    ...{ port: 0, authority, defaultDomain: CLOUD_HOST, handle: cloud.handle },
    onOddity: () => undefined,
  });
  let relay: TestRelay = await httpRelay(front.port, () => undefined);
  const agent = assemble(flaw, authority.certPem, relay.port);
  const stop: (() => void)[] = [];
  agent.reporter.start();
  return {
    cloud,
    events,
    places: agent.places,
    content: agent.content,
    find: (finding) => {
      agent.queue.add(finding);
      agent.reporter.found();
    },
    joinTenant: (token) => {
      stop.push(agent.joinTenant(token));
      agent.link.useRelays([plainRelay(relay.port)]);
    },
    of: (kind) =>
      events.filter((event): event is Extract<CloudEvent, { kind: typeof kind }> => event.kind === kind),
    until: async (what, so) => {
      const end = performance.now() + PATIENCE_MS;
      while (!so()) {
        if (performance.now() > end) throw new Error(`${what}: not within ${PATIENCE_MS} ms`);
        await delay(10);
      }
    },
    loseRelay: () => relay[Symbol.dispose](),
    replaceRelay: async () => {
      relay = await httpRelay(front.port, () => undefined);
      agent.link.useRelays([plainRelay(relay.port)]);
    },
    [Symbol.asyncDispose]: async () => {
      agent.reporter.stop();
      for (const one of stop) one();
      agent.link.close();
      agent.queue.close();
      relay[Symbol.dispose]();
      await front.close();
      rmSync(agent.root, { recursive: true, force: true });
    },
  };
}

/** Its parts as the daemon puts them together, but for sensor and isolation. */
function assemble(flaw: Flaw | null, ca: string, port: number) {
  const root = mkdtempSync(join(tmpdir(), 'agent-at-cloud-'));
  const places = placesBelow(root);
  mkdirSync(places.state, { recursive: true });
  writeWhole(places.release, 'release 1.0.0\n');
  const behaviour = behaviourOf(flaw);
  const link = new Link({
    cloud: { host: CLOUD_HOST, port: 443 },
    update: { host: CDN_HOST, port: 443 },
    ca,
    connectivity: 'relay-only',
    relays: [plainRelay(port)],
    from: null,
    behaviour,
    trust: { accepts: 'nothing-wrong', askRevocation: null },
    packs: false,
  });
  const telemetry = new TelemetryBuffer();
  const note = (text: string): void => telemetry.agent(text);
  const queue = queueOf(behaviour, places.state, 100);
  const content = new Content(join(places.state, 'content.json'), behaviour.updates);
  const cloud = new AgentsCloud(link, null);
  const policy = new PolicyInForce(join(places.state, 'policy.json'), behaviour.allowlist);
  let token = TOKEN;
  const reporter = new Reporter({
    link,
    cloud,
    policy,
    content,
    selfUpdate: new SelfUpdate({
      places,
      style: behaviour.selfUpdate,
      fetch: (path, range) => link.fetch({ method: 'GET', path, headers: { range }, timeoutMs: REQUEST_MS }),
      note,
    }),
    boot: new Boot(behaviour.boot, {
      cloud: { host: CLOUD_HOST, port: 443 },
      relay: undefined,
      enrolled: false,
    }),
    queue,
    telemetry,
    commands: new Commands({
      state: places.state,
      telemetry,
      behaviour,
      mayCollect: () => true,
      kill: () => 0,
      isolation: { isolate: () => Promise.resolve(), release: () => Promise.resolve() },
      shell: new RemoteShell({ places, style: behaviour.shell, note }),
    }),
    behaviour,
    enrolment: () => ({
      token,
      hostname: 'pc-01',
      machineId: '0123456789abcdef',
      product: { name: 'P', version: versionOf(places) },
    }),
    enrolled: ({ removal }) => saveVerifier(places, removal),
    policyTaken: () => undefined,
    told: () => undefined,
    lived: () => undefined,
    log: () => undefined,
  });
  const joins = (other: string): (() => void) => {
    token = other;
    return joinTenant({ behaviour, link, cloud, policy, queue });
  };
  return { root, places, link, queue, content, reporter, joinTenant: joins };
}
