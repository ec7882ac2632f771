/** What there is in a lab, as plain data for the commands. */
import type { HistoryEvent } from '../../history/events.ts';
import type { LoadedProduct } from '../../products/load.ts';
import { placeholdersIn } from '../../products/placeholders.ts';
import { labHealth } from '../../steps/checks/health.ts';
import { ofKind } from '../../steps/checks/window.ts';
import { CLOUD_CA, CLOUD_HOST } from '../../steps/support/places.ts';
import type { StartedLab } from '../../topologies/lab-types.ts';
import type { RelayNode, Topology } from '../../topologies/schema.ts';
import { accessText, curlOptions } from './access.ts';
import type { LabHands } from './hands.ts';
import type { LabInfo } from './protocol.ts';
import type { LabRecord } from './records.ts';

export interface ToDescribe {
  readonly record: LabRecord;
  readonly topology: Topology;
  readonly state: LabInfo['state'];
  /** undefined while it starts */
  readonly lab: StartedLab | undefined;
  readonly token: string | undefined;
  readonly product: LoadedProduct | undefined;
  readonly hands: LabHands | undefined;
  readonly events: readonly HistoryEvent[];
}

export function describeLab(what: ToDescribe): LabInfo {
  const { record, topology, state, lab, token, product, hands, events } = what;
  const { name, run, created, evidence } = record;
  const status = product?.product.hooks.status;
  return {
    name,
    run,
    topology: topology.id,
    product: product?.product.id ?? record.product,
    state,
    created,
    evidence,
    zones: Object.keys(topology.zones),
    endpoints: Object.entries(topology.endpoints).map(([id, { zone }]) => {
      const endpoint = lab?.endpoint(id);
      return endpoint
        ? { name: id, zone: endpoint.zone, address: endpoint.address }
        : { name: id, zone, address: null };
    }),
    relays: Object.entries(topology.relays).map(([id, relay]) => ({
      name: id,
      access: lab ? accessOf(lab, id, relay) : [],
      fault: hands?.faultOf(id) ?? null,
    })),
    cloud: token === undefined ? null : { url: `https://${CLOUD_HOST}/`, ca: CLOUD_CA, token },
    probes: ofKind(events, 'lab.closed').at(-1)?.probes.length ?? 0,
    installs: ofKind(events, 'hook.finished')
      .filter(({ hook }) => hook === 'install')
      .map(({ endpoint, outcome, exit, ms, output }) => ({ endpoint, outcome, exit, ms, output })),
    status: status && status.every((word) => placeholdersIn(word).length === 0) ? [...status] : null,
    problem: labHealth(events)?.reason.en ?? null,
  };
}

function accessOf(lab: StartedLab, id: string, { serves }: RelayNode): LabInfo['relays'][number]['access'] {
  return serves.map((zone) => {
    const access = lab.relay(id).access(zone);
    const { ca } = access;
    return {
      zone,
      text: accessText(access),
      curl: [...curlOptions(access, CLOUD_HOST)],
      ...(ca ? { ca } : {}),
    };
  });
}
