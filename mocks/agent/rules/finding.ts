/** OCSF Detection Finding (class 2004) from what a rule has seen. */
import { randomUUID } from 'node:crypto';
import { basename } from 'node:path';
import type { DetectionFinding } from '../../cloud/protocol/types.ts';
import { PRODUCT } from '../places.ts';

export const TECHNIQUES = {
  'sha256-indicator': 'File named by an indicator of the policy',
  'T1204.002': 'User Execution: Malicious File',
  'T1562.001': 'Impair Defenses: Disable or Modify Tools',
  'T1098.007': 'Account Manipulation: Additional Local or Domain Groups',
} as const;
export type Analytic = keyof typeof TECHNIQUES;

export const DISPOSITION = { blocked: 2, detected: 15 } as const;

/** What is known of the act, before it is known what became of it. */
export interface Draft {
  readonly analytic: Analytic;
  readonly title: string;
  /** when the act happened, ms */
  readonly startTime: number;
  readonly file?: { readonly path: string; readonly sha256: string };
  readonly process?: {
    readonly pid: number;
    readonly commandLine: string;
    readonly user: string;
    readonly parentPid: number;
    readonly parentCommandLine: string;
  };
  readonly data?: Readonly<Record<string, string>>;
}

export function withoutFile({ file, ...rest }: Draft): Draft {
  // What it is about is still told, in words that people can read.
  return file === undefined ? rest : { ...rest, title: `${rest.title} (${basename(file.path)})` };
}

/** `aheadMs`: how far its times are ahead of the endpoint's clock, which those of an honest agent are not. */
export function findingOf(
  draft: Draft,
  disposition: number,
  device: { hostname: string; uid?: string },
  aheadMs = 0,
): DetectionFinding {
  const technique =
    draft.analytic === 'sha256-indicator'
      ? []
      : [{ version: '19', technique: { uid: draft.analytic, name: TECHNIQUES[draft.analytic] } }];
  return {
    activity_id: 1,
    category_uid: 2,
    class_uid: 2004,
    type_uid: 200401,
    severity_id: 4,
    time: Date.now() + aheadMs,
    start_time: draft.startTime + aheadMs,
    disposition_id: disposition,
    metadata: {
      version: '1.5.0',
      product: { name: PRODUCT.name, vendor_name: PRODUCT.vendor, version: PRODUCT.version },
    },
    finding_info: {
      uid: randomUUID(),
      title: draft.title,
      analytic: { type_id: 1, uid: draft.analytic, name: TECHNIQUES[draft.analytic] },
      ...(technique.length > 0 ? { attacks: technique } : {}),
    },
    device: { ...device, type_id: 2 },
    evidences: [evidence(draft)],
  };
}

function evidence({ file, process, data }: Draft): NonNullable<DetectionFinding['evidences']>[number] {
  const about = file && {
    path: file.path,
    name: basename(file.path),
    type_id: 1,
    ...(file.sha256 === '' ? {} : { hashes: [{ algorithm_id: 3, value: file.sha256 }] }),
  };
  return {
    ...(about ? { file: about } : {}),
    ...(process
      ? {
          process: {
            pid: process.pid,
            cmd_line: process.commandLine,
            ...(about ? { file: about } : {}),
            user: { name: process.user },
            parent_process: { pid: process.parentPid, cmd_line: process.parentCommandLine },
          },
        }
      : {}),
    ...(data ? { data } : {}),
  };
}
