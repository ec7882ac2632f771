/**
 * `whole-findings`: reports are OCSF Detection Findings with what that schema requires, and name an ATT&CK technique.
 * Required is what all published versions from 1.1 on require (schema.ocsf.io, class 2004); an optional object that is
 * there has what it requires itself.
 */
import { z } from 'zod';
import { both } from '../../history/both.ts';
import { eachInTime, entriesOf } from './delivered.ts';
import { check, satisfied, violated, Within, type Remark } from './finding.ts';
import type { Arrival, Entry } from './ledger.ts';
import { count, words } from './measures.ts';

const Args = z.object({ acts: z.array(z.string()).min(1), within: Within });

export const wholeFindings = check(Args, (view, { acts, within }) => {
  const delivered = eachInTime.run(view, { acts, within });
  if (delivered.state !== 'satisfied') return delivered;
  const entries = entriesOf(view, acts);
  if (!Array.isArray(entries)) return entries;
  const looked = entries.flatMap(judged);
  const bad = looked.filter(({ problems }) => problems.length > 0);
  const details = {
    measures: [
      count('ocsf.findings', looked.length),
      count('ocsf.incomplete', bad.length),
      words('ocsf.techniques', [...new Set(looked.flatMap(({ named }) => named))].sort().join(', ') || '–'),
    ],
    evidence: looked.map(({ n }) => n),
    findings: looked.flatMap(otherTechnique),
  };
  const [first] = bad;
  if (!first)
    return satisfied(
      both(
        `All ${looked.length} findings have what OCSF requires of a Detection Finding, and name their technique where there is one.`,
        `検知${looked.length}件はすべてOCSFのDetection Findingの必須項目を満たし、該当する場合は技術IDを示しています。`,
      ),
      details,
    );
  return violated(
    both(
      `${bad.length} of ${looked.length} findings lack something that is required; of ${first.act}: ${first.problems.join('; ')}.`,
      `検知${looked.length}件中${bad.length}件に必須項目の不足があります。${first.act}：${first.problems.join('; ')}。`,
    ),
    details,
  );
});

const Text = z.string().min(1);
const TIME = z.number().int().positive();
const File = z.looseObject({ name: Text, type_id: z.number().int() });
const namesSomething = (attack: object): boolean =>
  ['tactic', 'tactics', 'technique', 'sub_technique'].some((key) => key in attack);
/** Names as in the schema; what is optional there and never looked at here is left out. */
const Finding = z.looseObject({
  activity_id: z.literal([0, 1, 2, 3, 99]),
  category_uid: z.literal(2),
  class_uid: z.literal(2004),
  type_uid: z.number().int(),
  severity_id: z.literal([0, 1, 2, 3, 4, 5, 6, 99]),
  time: TIME,
  metadata: z.looseObject({
    version: z.string().regex(/^\d+\.\d+\.\d+/),
    product: z
      .looseObject({ name: Text.optional(), uid: Text.optional() })
      .refine(({ name, uid }) => name ?? uid, 'has neither name nor uid'),
  }),
  finding_info: z.looseObject({
    uid: Text,
    title: Text,
    analytic: z.looseObject({ type_id: z.number().int() }).optional(),
    attacks: z.array(z.looseObject({}).refine(namesSomething, 'has no tactic and no technique')).optional(),
  }),
  device: z.looseObject({ type_id: z.number().int() }).optional(),
  evidences: z.array(z.looseObject({ file: File.optional() })).optional(),
});
const Technique = z.looseObject({ uid: z.string().regex(/^T\d{4}(\.\d{3})?$/) });
const Attack = z
  .looseObject({ technique: Technique.optional(), sub_technique: Technique.optional() })
  .transform(({ technique, sub_technique }) => [technique?.uid, sub_technique?.uid]);
const Attacks = z.object({ finding_info: z.object({ attacks: z.array(z.unknown()) }) });

interface Judged {
  readonly n: number;
  readonly act: string;
  readonly stimulus: string;
  readonly problems: readonly string[];
  /** techniques */
  readonly named: readonly string[];
}

function judged({ act, reports }: Entry): Judged[] {
  return reports.map((report) => {
    const finding = parsed(report);
    const named = techniquesIn(finding);
    const problems = problemsOf(finding);
    const needsOne = isTechnique(act.stimulus) && named.length === 0;
    return {
      n: report.n,
      act: act.act,
      stimulus: act.stimulus,
      named,
      problems: needsOne ? [...problems, 'finding_info.attacks: no technique (ATT&CK)'] : problems,
    };
  });
}

function problemsOf(finding: unknown): string[] {
  const result = Finding.safeParse(finding);
  const problems = (result.error?.issues ?? []).map(
    ({ path, message }) => `${path.join('.') || 'finding'}: ${message}`,
  );
  const { data } = result;
  if (data && data.type_uid !== data.class_uid * 100 + data.activity_id)
    problems.push('type_uid: is not class_uid * 100 + activity_id');
  return problems;
}

function techniquesIn(finding: unknown): string[] {
  const attacks = Attacks.safeParse(finding).data?.finding_info.attacks ?? [];
  return attacks.flatMap((attack) => Attack.safeParse(attack).data ?? []).filter((uid) => uid !== undefined);
}

function parsed({ body }: Arrival): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

const isTechnique = (stimulus: string): boolean => /^T\d{4}/.test(stimulus);

/** ATT&CK 19 has moved techniques: either number is right. */
const SUCCESSORS: Readonly<Record<string, string>> = { 'T1562.001': 'T1685' };

/** The technique itself, the one that it belongs to, or its number in another version of ATT&CK. */
export function sameTechnique(one: string, other: string): boolean {
  const [a, b] = [SUCCESSORS[one] ?? one, SUCCESSORS[other] ?? other];
  return a === b || one.startsWith(`${other}.`) || other.startsWith(`${one}.`);
}

/** Which technique it is, is a matter of opinion; that another one is named is worth knowing. */
function otherTechnique({ act, stimulus, named }: Judged): Remark[] {
  if (!isTechnique(stimulus) || named.length === 0) return [];
  if (named.some((uid) => sameTechnique(uid, stimulus))) return [];
  return [
    {
      kind: 'other-technique-named',
      en: `${act} was ${stimulus}; the report names ${named.join(', ')}.`,
      ja: `${act} は ${stimulus} ですが、報告では ${named.join(', ')} とされています。`,
    },
  ];
}
