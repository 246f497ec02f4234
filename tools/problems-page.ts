/** Makes docs/problems.md of the one table of problems. */
import type { Retry, Stage } from '../src/core/problem-entry.ts';
import { PROBLEMS } from '../src/core/problems.ts';

/** In the order of the river; complete by its type. */
const STAGES: Readonly<Record<Stage, string>> = {
  receive: 'a webhook arrives',
  verify: 'its signature is checked',
  store: 'it is written down, before the shop is answered',
  gather: 'the shop is asked for what the event leaves out',
  normalize: 'the event is read as facts about one sale',
  merge: 'the facts are joined into the sale',
  map: "the sale's lines are turned into grants",
  plan: 'grants are compared with the licenses that exist',
  settle: 'sale, order and licenses are written together',
  config: 'the mapping files are read',
  api: 'the management API is asked',
};

const RETRIES: Readonly<Record<Retry, string>> = {
  never: 'never',
  later: 'by itself, later',
  'after-change': 'after a change',
};

/** @returns the whole page */
export function problemsPage(): string {
  const problems = Object.entries(PROBLEMS);
  const sections = Object.entries(STAGES).flatMap(([stage, says]) => {
    const rows = problems.filter(([, it]) => it.stage === stage);
    if (rows.length === 0) return [];
    return [
      `## ${stage}: ${says}`,
      '',
      '| code | problem | status | tried again | what to do |',
      '| --- | --- | --- | --- | --- |',
      ...rows.map(([code, it]) => {
        return `| \`${code}\` | ${cell(it.title)} | ${it.status} | ${RETRIES[it.retry]} | ${cell(it.hint)} |`;
      }),
      '',
    ];
  });
  return `${[
    '<!-- Generated from src/core/problem.ts by `npm run generate`. Changes made here are lost. -->',
    '',
    '# Problems',
    '',
    'Every failure that Keyferry expects, by the stage at which it arises. The code is what logs, the console and',
    'API answers carry; the status is what a request is answered with where this problem answers one. *Tried again*',
    'says whether the machine goes on alone (*by itself, later*), once somebody changed something (*after a change*),',
    'or not at all.',
    '',
    ...sections,
  ]
    .join('\n')
    .trimEnd()}\n`;
}

/** Text that a Markdown table shows as it is; code between backticks keeps its angle brackets. */
function cell(text: string): string {
  const pieces = text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').split('`');
  return pieces.map((piece, at) => (at % 2 === 0 ? piece.replaceAll('<', '&lt;') : piece)).join('`');
}
