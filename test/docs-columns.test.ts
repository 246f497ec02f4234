/** The columns in docs/import-export.md are those of the code. `UPDATE_GOLDEN=1` writes them anew. */
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Column, CSV_COLUMNS, CSV_TABLES } from '../src/core/csv-columns.ts';

const PAGE = new URL('../docs/import-export.md', import.meta.url);
const BEGIN = '<!-- columns -->\n';
const END = '<!-- end of the columns -->';

function tables(): string {
  return CSV_TABLES.map((table) => {
    const all: readonly Column[] = CSV_COLUMNS[table];
    const rows = all.map(
      ({ name, way, needed, means }) => `| \`${name}\` | ${way}${needed ? ', **needed**' : ''} | ${means} |`,
    );
    return `### ${table}\n\n| column | | what it holds |\n|---|---|---|\n${rows.join('\n')}\n`;
  }).join('\n');
}

test('the page on import and export names each column', () => {
  const page = readFileSync(PAGE, 'utf8');
  const [begin, end] = [page.indexOf(BEGIN) + BEGIN.length, page.indexOf(END)];
  const whole = `${page.slice(0, begin)}\n${tables()}\n${page.slice(end)}`;
  if (process.env.UPDATE_GOLDEN) writeFileSync(PAGE, whole);
  expect(readFileSync(PAGE, 'utf8')).toBe(whole);
});
