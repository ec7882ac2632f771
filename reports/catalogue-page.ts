/** `docs/requirements.md`, generated from the catalogue so that it cannot say anything else. */
import type { Catalogue } from './catalogue.ts';

export function cataloguePage({ requirements }: Catalogue): string {
  const lines = [
    '# Requirements',
    '',
    '<!-- generated from features/*/catalogue.yaml by `npm run docs`; do not edit -->',
    '',
    'Levels are those of RFC 2119; claims are in [claims.md](claims.md). C: fully observable in Linux containers, A: an analogue.',
    '',
    '| id | level | question | 質問 | claims | seen |',
    '|---|---|---|---|---|---|',
    ...requirements.map((requirement) => {
      const level = requirement.if ? `${requirement.level} if ${requirement.if}` : requirement.level;
      const cells = [
        requirement.id,
        level,
        requirement.question.en,
        requirement.question.ja,
        requirement.claims.join(' ') || 'added',
        requirement.observability,
      ];
      return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ').trim()).join(' | ')} |`;
    }),
    '',
  ];
  return lines.join('\n');
}
