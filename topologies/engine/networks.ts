/** Open networks: the engine's bridges, with an address of the host, on subnets that nobody else has. */
import type Docker from 'dockerode';
import type { NetworkSpec, StartedNetwork } from './engine.ts';
import { EngineError, reasonOf, statusOf, unless } from './errors.ts';
import { fullName, labelsOf } from './names.ts';
import { addressAt, freeSubnets } from './subnets.ts';

const ATTEMPTS = 64;

export async function createNetwork(docker: Docker, run: string, spec: NetworkSpec): Promise<StartedNetwork> {
  const name = fullName(run, spec.name);
  const subnets = spec.subnet ? [spec.subnet] : freeSubnets(await takenSubnets(docker), spec);
  let attempts = 0;
  let last: unknown = new Error('every subnet of that size in 10.201.0.0/16 is taken');
  for (const subnet of subnets) {
    try {
      const network = await docker.createNetwork(request(run, name, spec, subnet));
      return started(docker, network.id, name, subnet);
    } catch (error) {
      last = error;
      if (!/overlap/i.test(reasonOf(error)) || ++attempts >= ATTEMPTS) break;
    }
  }
  throw new EngineError({
    code: /overlap|taken/i.test(reasonOf(last)) ? 'no-subnet' : 'engine-refused',
    what: `creating network ${name}`,
    cause: last,
    remedy: 'run `heiiki reap` to remove what earlier runs left, or ask for another subnet',
  });
}

function request(run: string, name: string, spec: NetworkSpec, subnet: string): Docker.NetworkCreateOptions {
  return {
    Name: name,
    CheckDuplicate: true,
    Driver: 'bridge',
    EnableIPv6: spec.ipv6 !== undefined,
    Labels: labelsOf(run),
    IPAM: { Config: [{ Subnet: subnet }, ...(spec.ipv6 ? [{ Subnet: spec.ipv6 }] : [])] },
    // Also an open lab must not talk to the real outside: without masquerading no answer finds its way back.
    Options: { 'com.docker.network.bridge.enable_ip_masquerade': 'false' },
  };
}

export async function takenSubnets(docker: Docker): Promise<readonly string[]> {
  const networks = await docker.listNetworks();
  return networks.flatMap(
    (network) => network.IPAM?.Config?.flatMap((config) => config['Subnet'] ?? []) ?? [],
  );
}

function started(docker: Docker, id: string, name: string, subnet: string): StartedNetwork {
  return {
    id,
    name,
    subnet,
    address: (index) => addressAt(subnet, index),
    [Symbol.asyncDispose]: () => removeNetwork(docker, id),
  };
}

export function endpointOf(address: string | undefined): Docker.EndpointSettings {
  return address ? { IPAMConfig: { IPv4Address: address } } : {};
}

export async function attach(
  docker: Docker,
  id: string,
  network: StartedNetwork,
  address?: string,
): Promise<void> {
  await docker.getNetwork(network.id).connect({ Container: id, EndpointConfig: endpointOf(address) });
}

/** Also if something is still attached: who disposes a network is done with what is on it. */
export async function removeNetwork(docker: Docker, id: string): Promise<void> {
  const network = docker.getNetwork(id);
  try {
    await network.remove();
  } catch (error) {
    if (statusOf(error) === 404) return;
    if (statusOf(error) !== 403) throw error;
    const { Containers } = await network.inspect();
    for (const container of Object.keys(Containers ?? {}))
      await unless([404], network.disconnect({ Container: container, Force: true }));
    await unless([404], network.remove());
  }
}
