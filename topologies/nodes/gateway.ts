/** A zone's gateway and resolver in one node: it takes what is sent outside, drops it, and answers for names. */
import type { Recorder } from '../../history/events.ts';
import type { StartedContainer } from '../engine/engine.ts';
import { EvidenceFile } from '../evidence/file.ts';
import { ResolverLog } from '../evidence/resolver-log.ts';
import type { ZonePlan } from '../plan.ts';
import { dnsmasqArgv } from './dnsmasq.ts';
import { NodeProcess } from './process.ts';

const READY_MS = 10_000;
const STOP_MS = 5_000;
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
  readonly recorder: Recorder;
  readonly logFile: string;
}

export class GatewayProcess {
  /** Somebody who is not ours holds the gateway's address: the zone is not sealed. */
  readonly addressTaken: boolean;
  readonly #process: NodeProcess;
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
      argv: dnsmasqArgv({ listen: resolver, names: spec.names }),
      prepare: `bash -c '${TAKE_ADDRESS.replaceAll("'", `'\\''`)}'`,
      options: { env: { GATEWAY: gateway, OWN: resolver, BITS: subnet.split('/')[1] ?? '28' } },
      recorder: spec.recorder,
      onErrorLine: (line) => {
        file.write(`${line}\n`);
        record(log.push(line));
      },
    });
    const taken = await process.line(/gateway address taken/, READY_MS);
    await process.line(/started, version/, READY_MS);
    return new GatewayProcess(process, taken.endsWith('yes'), async () => {
      log.rest().forEach(record);
      await file.close();
    });
  }

  private constructor(process: NodeProcess, addressTaken: boolean, finish: () => Promise<void>) {
    this.#process = process;
    this.addressTaken = addressTaken;
    this.#finish = finish;
  }

  async finish(): Promise<void> {
    await this.#process.stop('TERM', STOP_MS);
    await this.#finish();
  }
}
