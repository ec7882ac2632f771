/** A zone's gateway and resolver in one node: it takes what is sent outside, drops it, and answers for names. */
import { READY_MS, STOP_MS } from '../deadline.ts';
import type { Recorder } from '../../history/events.ts';
import type { StartedContainer } from '../engine/engine.ts';
import { EvidenceFile } from '../evidence/file.ts';
import { ResolverLog } from '../evidence/resolver-log.ts';
import type { ZonePlan } from '../plan.ts';
import { pacArgv } from '../relays/pac.ts';
import { dnsmasqArgv, hostsFile } from './dnsmasq.ts';
import { NodeProcess } from './process.ts';

const HOSTS = '/tmp/heiiki-hosts';
/**
 * A sealed network has nobody at the gateway's address. If somebody answers there (the host, on a bridge that
 * is not sealed) the address is left alone, so that the escape probes meet him and name him.
 */
const TAKE_ADDRESS = `
answers=no
echo > "/dev/udp/$GATEWAY/9" || true
for try in 1 2 3 4 5; do
  if ip neigh show "$GATEWAY" | grep -q lladdr; then answers=yes; break; fi
  read -rt 0.02 <> <(:) || true
done
ip neigh flush to "$GATEWAY" || true
if [ $answers = no ]; then ip addr add "$GATEWAY/$BITS" dev "$(ip -o addr show to "$OWN" | awk '{print $2; exit}')"; fi
ip route del default || true
echo "gateway address taken by somebody else: $answers" >&2
`;

export interface GatewaySpec {
  /** name of the node, also the source of its events */
  readonly name: string;
  readonly zone: ZonePlan;
  readonly names: ReadonlyMap<string, string>;
  /** the zone's proxy.pac, which it serves; null if there is none */
  readonly pac: string | null;
  readonly recorder: Recorder;
  readonly logFile: string;
}

export class GatewayProcess {
  /** where it answers for names */
  readonly address: string;
  /** Somebody who is not ours holds the gateway's address: the zone is not sealed. */
  readonly addressTaken: boolean;
  readonly #container: StartedContainer;
  readonly #process: NodeProcess;
  readonly #names: ReadonlyMap<string, string>;
  readonly #forgotten = new Set<string>();
  readonly #finish: () => Promise<void>;

  /** Resolves when it answers questions. */
  static async start(container: StartedContainer, spec: GatewaySpec): Promise<GatewayProcess> {
    const file = new EvidenceFile(spec.logFile);
    const log = new ResolverLog();
    const record = (query: ReturnType<ResolverLog['push']>): void => {
      if (query !== undefined)
        spec.recorder.record(`resolver:${spec.name}`, {
          kind: 'resolver.query',
          resolver: spec.name,
          ...query,
        });
    };
    const { gateway, resolver, subnet } = spec.zone;
    const process = await NodeProcess.start(container, {
      node: spec.name,
      process: 'dnsmasq',
      argv: dnsmasqArgv({ listen: resolver, hosts: HOSTS }),
      prepare: `printf %s "$NAMES" > ${HOSTS}\nbash -c '${TAKE_ADDRESS.replaceAll("'", `'\\''`)}'`,
      options: {
        env: {
          GATEWAY: gateway,
          OWN: resolver,
          BITS: subnet.split('/')[1] ?? '28',
          NAMES: hostsFile(spec.names),
        },
      },
      recorder: spec.recorder,
      onErrorLine: (line) => {
        file.write(`${line}\n`);
        record(log.push(line));
      },
    });
    const taken = await process.line(/gateway address taken/, READY_MS);
    await process.line(new RegExp(`read ${HOSTS} - `), READY_MS);
    const pac = spec.pac === null ? undefined : await servePac(container, spec, spec.pac);
    return new GatewayProcess(container, process, {
      addressTaken: taken.endsWith('yes'),
      address: resolver,
      names: spec.names,
      finish: async () => {
        await pac?.stop('TERM', STOP_MS);
        log.rest().forEach(record);
        await file.close();
      },
    });
  }

  private constructor(
    container: StartedContainer,
    process: NodeProcess,
    parts: {
      address: string;
      addressTaken: boolean;
      names: ReadonlyMap<string, string>;
      finish: () => Promise<void>;
    },
  ) {
    this.#container = container;
    this.#process = process;
    this.address = parts.address;
    this.addressTaken = parts.addressTaken;
    this.#names = parts.names;
    this.#finish = parts.finish;
  }

  /** The names of this address do not exist any more, until `remember`. */
  async forget(address: string): Promise<void> {
    this.#forgotten.add(address);
    await this.#tell();
  }
  async remember(address: string): Promise<void> {
    if (this.#forgotten.delete(address)) await this.#tell();
  }

  async finish(): Promise<void> {
    await this.#process.stop('TERM', STOP_MS);
    await this.#finish();
  }

  /** Whoever changes the names looks whether the resolver knows it. */
  async #tell(): Promise<void> {
    const known = [...this.#names].filter(([, address]) => !this.#forgotten.has(address));
    await this.#container.put([{ path: HOSTS, content: hostsFile(new Map(known)) }]);
    await this.#process.signal('HUP');
  }
}

async function servePac(
  container: StartedContainer,
  { name, zone, recorder }: GatewaySpec,
  pac: string,
): Promise<NodeProcess> {
  const process = await NodeProcess.start(container, {
    node: name,
    process: 'proxy.pac',
    argv: pacArgv(zone.resolver),
    options: { env: { PAC: pac } },
    recorder,
  });
  await process.line(/^listening$/, READY_MS);
  return process;
}
