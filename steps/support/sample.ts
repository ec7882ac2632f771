/** The files of the attacks, known from what the harness writes: a product may have taken them away. */
import { createHash } from 'node:crypto';
import { posix } from 'node:path';
import { COPIED_PROGRAM, fileContent, type Act, type FileAttack } from '../../mocks/workloads/stimuli.ts';
import type { Endpoint } from '../../topologies/lab-types.ts';

/** SHA-256 in hex of the file that such an attack makes on that endpoint. */
export async function sampleHash(
  endpoint: Pick<Endpoint, 'name' | 'get'>,
  kind: FileAttack,
  variant: string,
): Promise<string> {
  const program = kind === 'T1204.002' ? await endpoint.get(COPIED_PROGRAM) : Buffer.of();
  if (!program)
    throw new Error(
      `${endpoint.name} has no ${COPIED_PROGRAM} that a sample could be a copy of; its base image must hold it`,
    );
  return createHash('sha256')
    .update(fileContent(kind, variant, program))
    .digest('hex');
}

/** Makes the folder that such an act's file is going to be in. */
export async function makeFolderOf(endpoint: Pick<Endpoint, 'exec'>, { file, command }: Act): Promise<void> {
  const argv = ['mkdir', '-p', posix.dirname(file ?? '')];
  const { exit, stderr } = await endpoint.exec(argv, { user: command.user, timeoutMs: 20_000 });
  if (exit !== 0) throw new Error(`exit ${String(exit)}: ${stderr.trim()}`);
}
