/** The connection itself: testcontainers' client at the address that was found. The only import of both libraries' roots. */
import type Docker from 'dockerode';
import { answers, candidates, type Candidate } from './address.ts';
import type { EngineInfo } from './engine.ts';
import { EngineError, UsageError } from './errors.ts';
import { provision } from './provision.ts';

export interface Client {
  readonly docker: Docker;
  readonly info: EngineInfo;
}

/** Finds an engine that answers, or starts a private one where that is allowed. */
export async function findEngine(say: (line: string) => void, mayProvision: boolean): Promise<Candidate> {
  const tried: string[] = [];
  for (const candidate of await candidates()) {
    const answer = await answers(candidate);
    if (answer === true) return candidate;
    tried.push(`${candidate.from} (${candidate.address}): ${answer}`);
    if (candidate.explicit)
      throw new UsageError(
        `the engine of ${candidate.from} does not answer: ${tried.join('; ')}`,
        'start it, or choose another (DOCKER_HOST, `docker context use`), or unset it so that heiiki looks for one',
      );
  }
  return provision({ say, tried, allowed: mayProvision });
}

export async function connect(candidate: Candidate): Promise<Client> {
  pointTestcontainersTo(candidate);
  const { getContainerRuntimeClient } = await import('testcontainers');
  try {
    const client = await getContainerRuntimeClient();
    const docker = client.container.dockerode;
    return { docker, info: await infoOf(docker, candidate.address) };
  } catch (error) {
    throw new EngineError({
      code: 'engine-unreachable',
      what: `connecting to the engine at ${candidate.address}`,
      cause: error,
      remedy: 'run `heiiki doctor`, which tries each part alone',
    });
  }
}

/**
 * testcontainers is configured by environment only. Its reaper is an image from a registry that needs a published
 * port and the engine's socket; our lease does its work without them. The host override keeps it from starting
 * a helper container when we run in a container ourselves.
 */
function pointTestcontainersTo(candidate: Candidate): void {
  process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true';
  process.env['TESTCONTAINERS_REUSE_ENABLE'] = 'false';
  process.env['TESTCONTAINERS_HOST_OVERRIDE'] ??= 'localhost';
  process.env['DOCKER_HOST'] = candidate.address;
  if (candidate.certificates) {
    process.env['DOCKER_TLS_VERIFY'] = '1';
    process.env['DOCKER_CERT_PATH'] = candidate.certificates;
  }
}

async function infoOf(docker: Docker, address: string): Promise<EngineInfo> {
  const [version, info] = await Promise.all([docker.version(), docker.info() as Promise<Facts>]);
  return {
    name: info.Name,
    version: version.Version,
    apiVersion: version.ApiVersion,
    os: info.OperatingSystem,
    arch: version.Arch,
    cpus: info.NCPU,
    memoryBytes: info.MemTotal,
    address,
  };
}
interface Facts {
  readonly Name: string;
  readonly OperatingSystem: string;
  readonly NCPU: number;
  readonly MemTotal: number;
}
