/** What is done for the faults that packet rules and programs beside the relay cannot make. */
import { CALL_MS, together } from '../deadline.ts';
import type { StartedContainer } from '../engine/engine.ts';
import { FaultUnavailable, LabError } from '../errors.ts';
import { SINK_PORT } from './rules.ts';
import type { Running, Scene } from './scene.ts';

/** The resolver reads its file again within milliseconds; each look takes tens of them. */
const LOOKS = 40;

export async function inRelay(
  container: StartedContainer,
  script: string,
  options: { env?: Record<string, string>; input?: string } = {},
): Promise<{ exit: number | null; stderr: string }> {
  const { exit, stderr } = await container.run(['sh', '-c', script], { ...options, timeoutMs: CALL_MS });
  return { exit, stderr: stderr.trim() };
}

/** Some relays serve each connection in a child of their own, which would go on with the tunnels that are open. */
const STOP_CHILDREN = `for try in $(seq 200); do
  level=$(ps -eo pid=,stat= | awk '$2 ~ /^T/ { print $1 }'); [ -z "$level" ] || break
done
[ -n "$level" ] || { echo "it does not stop" >&2; exit 1; }
while level=$(pgrep -P "$(echo $level | tr ' ' ',')"); do kill -STOP $level; done`;
const RESUME_CHILDREN = `ps -eo pid=,stat= | awk '$2 ~ /^T/ { print $1 }' | xargs -r kill -CONT`;

/** Stops the relay's program with all of its children. */
export async function pause({ container, process }: Scene): Promise<Running> {
  const end = async (): Promise<void> => {
    await inRelay(container, RESUME_CHILDREN);
    await process.resume();
  };
  await process.pause();
  const { exit, stderr } = await inRelay(container, STOP_CHILDREN);
  if (exit === 0) return { end };
  await end();
  throw new LabError('relay', 'the relay could not be paused', stderr);
}

/** Resolves when every zone's resolver has been asked and does not know the name any more. */
export async function forgetName({ resolvers, eyes }: Scene): Promise<Running> {
  const each = async (what: 'forget' | 'remember'): Promise<void> => {
    await together(eyes.map(async ({ zone, address }) => resolvers.get(zone)?.[what](address)));
  };
  await each('forget');
  for (const eye of eyes) {
    let looks = 0;
    // What is cut before the name is gone would be open again at once.
    while ((await eye.knowsName()) && looks < LOOKS) looks++;
    if (looks < LOOKS) continue;
    await each('remember');
    throw new LabError(
      'resolver',
      `the resolver of zone ${eye.zone} keeps the relay's name`,
      'look at its log',
    );
  }
  return { end: () => each('remember') };
}

const EACH_LINK = `for a in $ADDRESSES; do ip -o addr show to "$a" | awk '{print $2; exit}'; done | sort -u | while read -r link; do`;

/** Only some kernels have netem, and nothing else can delay. */
export async function delayAnswers({ container, place }: Scene, seconds: number): Promise<Running> {
  const ADDRESSES = place.addresses.join(' ');
  const ms = Math.round(seconds * 1000);
  const end = async (): Promise<void> => {
    const script = `${EACH_LINK} tc qdisc del dev "$link" root || exit 1; done`;
    const { exit, stderr } = await inRelay(container, script, { env: { ADDRESSES } });
    if (exit !== 0) throw new LabError('relay', 'the delay could not be taken back', stderr);
  };
  const script = `${EACH_LINK} tc qdisc add dev "$link" root netem delay ${ms}ms || exit 1; done`;
  const { exit, stderr } = await inRelay(container, script, { env: { ADDRESSES } });
  if (exit === 0) return { end };
  throw new FaultUnavailable('host', 'delay', `its kernel has no netem (CONFIG_NET_SCH_NETEM): ${stderr}`);
}

/** Opens a connection to the sink and has it reset, as the fault is going to do. */
const TRY_TO_CUT = `use IO::Socket::INET; use IO::Select;
my $c = IO::Socket::INET->new("127.0.0.1:${SINK_PORT}") or die "no sink: $!"; syswrite $c, 'U';
system('ss', '-KHt', 'state', 'established', 'src', '127.0.0.1:' . $c->sockport);
exit(IO::Select->new($c)->can_read(1) ? 0 : 9);`;

export async function mustBeAbleToCut({ container }: Scene, fault: string): Promise<void> {
  const { exit, stderr } = await container.run(['perl', '-e', TRY_TO_CUT], { timeoutMs: CALL_MS });
  if (exit === 9)
    throw new FaultUnavailable(
      'host',
      fault,
      'its kernel cannot reset a connection (CONFIG_INET_DIAG_DESTROY)',
    );
  if (exit !== 0) throw new LabError('relay', `trying to reset a connection for ${fault}`, stderr.trim());
}
