import type { Candidate } from './address.ts';
import { UsageError } from './errors.ts';

export function provision(options: {
  say: (line: string) => void;
  tried: readonly string[];
  allowed: boolean;
}): Promise<Candidate> {
  throw new UsageError(`no container engine answers: ${options.tried.join('; ')}`, 'start Docker or Podman');
}
