/** Another customer of the cloud takes the endpoint over: what it was to the old one must not speak to it any more. */
import { Cloud, type Credentials } from './cloud.ts';
import type { Behaviour } from './flaws.ts';
import type { Link } from './link.ts';
import type { PolicyInForce } from './policy.ts';
import type { FindingQueue } from './queue.ts';

const EVERY_MS = 2000;

export interface TenantParts {
  readonly behaviour: Behaviour;
  readonly link: Link;
  readonly cloud: Cloud;
  readonly policy: PolicyInForce;
  readonly queue: FindingQueue;
}

/**
 * The next heartbeat enrols with the new token, and whatever waits is sent then. The policy stays in force until there
 * is another. Answers with what ends the extras of the broken ones.
 */
export function joinTenant({ behaviour, link, cloud, policy, queue }: TenantParts): () => void {
  const { follows, keepsQueue, tellsOld } = behaviour.tenant;
  if (!follows) return () => undefined;
  const old = cloud.identity;
  cloud.identity = null;
  policy.readAnew();
  if (!keepsQueue) queue.remove(queue.oldest(queue.size).map((one) => one.finding_info.uid));
  return tellsOld && old ? goOnAs(old, link, policy) : () => undefined;
}

function goOnAs(identity: Credentials, link: Link, { revision }: PolicyInForce): () => void {
  const cloud = new Cloud(link, identity);
  const beat = (): void => {
    cloud
      .heartbeat({ sentAt: Date.now(), policyRevision: revision, queued: 0, dropped: 0 })
      .catch(() => undefined); // as little as anybody would hear of it on the endpoint
  };
  const timer = setInterval(beat, EVERY_MS);
  return () => clearInterval(timer);
}
