/**
 * Nothing that a sealed bridge hands up to the host gets into the host. Without an address on the bridge the host
 * still takes in broadcasts, and frames for the bridge's own hardware address that ask for any address of the host:
 * both were heard there before this guard. The engine's own rules look at what is forwarded only.
 */
import { randomBytes } from 'node:crypto';
import type { Recorder } from '../../history/events.ts';
import type { StartedContainer, StartedNetwork } from '../engine/engine.ts';
import { LabError } from '../errors.ts';
import { NodeProcess } from '../nodes/process.ts';

const SEAL_MS = 15_000;
/** Before every other hook, also the engine's. */
const PRIORITY = -500;

export class Guard {
  readonly #host: StartedContainer;
  readonly #nft: NodeProcess;
  readonly #table = `heiiki_${randomBytes(4).toString('hex')}`;

  /**
   * `host`: a container in the host's namespace, with NET_ADMIN. The kernel removes the table when the process
   * that owns it ends, however it ends; so a run that is killed leaves no rule behind.
   */
  static async start(host: StartedContainer, recorder: Recorder): Promise<Guard> {
    const nft = await NodeProcess.start(host, {
      node: 'control',
      process: 'guard',
      argv: ['nft', '-i'],
      ownStdin: true,
      recorder,
    });
    return new Guard(host, nft);
  }

  private constructor(host: StartedContainer, nft: NodeProcess) {
    this.#host = host;
    this.#nft = nft;
    this.#nft.stdin.write(`add table netdev ${this.#table} { flags owner; }\n`);
  }

  /** Resolves when the kernel says that the rules are there; throws LabError if it does not take them. */
  async seal(networks: readonly StartedNetwork[]): Promise<void> {
    const chains = networks.map(bridgeOf);
    for (const bridge of chains)
      this.#nft.stdin.write(
        `add chain netdev ${this.#table} ${bridge} { type filter hook ingress device "${bridge}" priority ${PRIORITY}; policy drop; }\n`,
      );
    const { exit } = await this.#host.run(['sh', '-c', AWAIT, 'sh', this.#table, ...chains], {
      timeoutMs: SEAL_MS,
    });
    if (exit === 0) return;
    throw new LabError(
      'engine',
      'the host could not be kept out of a sealed network',
      `${this.#nft.stderr.trim() || 'nft took the rules, but they are not there'}. The engine's kernel needs nf_tables with the netdev family and tables with an owner (Linux 5.12).`,
    );
  }
}

/** The chain goes with its bridge, so nothing has to be taken back. */
const AWAIT =
  't=$1; shift; for b in "$@"; do i=0; until nft list chain netdev $t $b 2>/dev/null | grep -q "policy drop"; do i=$((i+1)); [ $i -lt 100 ] || exit 1; sleep 0.02; done; done';

/** As the engine names them where it is not told a name. */
export const bridgeOf = ({ id }: Pick<StartedNetwork, 'id'>): string => `br-${id.slice(0, 12)}`;
