/**
 * A file with the keys that were given out before Keyferry: read whole, and everything that is wrong with it said at
 * once, before any of it is sent. What must never happen here: a key in an error, or a column that nobody reads
 * passed over in silence.
 */
import { readFileSync } from 'node:fs';
import { type CsvRow, readCsv } from '../core/csv.ts';
import { type GivenRow, readGivenKey } from '../core/given-rows.ts';
import { LIMITS } from '../core/limits.ts';
import { didYouMean } from '../core/nearest.ts';
import type { PlacedError } from '../core/problem.ts';
import { failed, messageOf, type Outcome } from './outcome.ts';

/** A row with its line in the file. */
export interface FileRow extends GivenRow {
  readonly at: number;
}

const COLUMNS = ['name', 'line', 'product', 'key'] as const;
type Column = (typeof COLUMNS)[number];
const NAME_LETTERS = 500;
/** What spreadsheets make of long numbers. */
const ROUNDED = /^\d+(?:[.,]\d+)?E\+\d+$/i;
/** More would only scroll by. */
const ERRORS_SHOWN = 50;

/** @returns the rows in their order, or how the command ends */
export function readKeyFile(path: string): readonly FileRow[] | Outcome {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
  } catch (error) {
    const detail = error instanceof TypeError ? `${path} is not UTF-8` : messageOf(error);
    return failed({ code: 'file_unreadable', title: 'The file cannot be read', detail, hint: FORM }, 2);
  }
  const { rows, errors } = rowsOf(path, text);
  if (errors.length === 0) return rows;
  const more = errors.length - ERRORS_SHOWN;
  return failed(
    {
      code: 'file_invalid',
      title: `${path} has ${errors.length} ${errors.length === 1 ? 'error' : 'errors'}; nothing was taken in`,
      detail: errors.map(({ message }) => message).join('; '),
      hint: more > 0 ? `${more} more are not shown. ${FORM}` : FORM,
      errors: errors.slice(0, ERRORS_SHOWN),
    },
    2,
  );
}

const FORM =
  'The first line names the columns: name (the sale), key, and where a sale has several lines or products line or product.';

export function rowsOf(
  file: string,
  text: string,
): { readonly rows: readonly FileRow[]; readonly errors: readonly PlacedError[] } {
  const csv = readCsv(text);
  const errors: PlacedError[] = csv.faults.map(({ row: _row, ...it }) => ({ file, path: '', ...it }));
  const [header, ...lines] = csv.rows;
  const wrong = (line: number, path: string, message: string, remedy: string) => {
    errors.push({ file, line, path, message, remedy });
  };
  if (!header) {
    if (errors.length === 0) wrong(1, '', 'the file is empty', FORM);
    return { rows: [], errors };
  }
  const columns = columnsOf(header, wrong);
  if (errors.length > csv.faults.length) return { rows: [], errors };

  const rows: FileRow[] = [];
  const seen = new Map<string, FileRow>();
  for (const { line, cells } of lines) {
    const { length } = header.cells;
    if (cells.length < length || cells.slice(length).some((it) => it !== '')) {
      wrong(
        line,
        '',
        `${cells.length} fields, and ${length} columns`,
        'Put a field that holds a separator in quotes.',
      );
      continue;
    }
    const cell = (column: Column) => (cells[columns.get(column) ?? -1] ?? '').trim();
    const name = cell('name');
    if (name === '') wrong(line, 'name', 'is empty', 'Write the sale’s id in the shop.');
    if (ROUNDED.test(name))
      wrong(
        line,
        'name',
        'was rounded by a spreadsheet',
        'Format the column as text, and copy the ids again.',
      );
    for (const column of ['name', 'line', 'product'] as const) {
      if (cell(column).length > NAME_LETTERS)
        wrong(line, column, `has more than ${NAME_LETTERS} letters`, 'Shorten it.');
    }
    const key = readGivenKey(cell('key'));
    if (key === null) {
      const must = `Write 1 to ${LIMITS.given_key_letters} printable ASCII characters, as the buyer has it.`;
      wrong(line, 'key', cell('key') === '' ? 'is empty' : 'cannot be a key', must);
      continue;
    }
    const row = { at: line, name, line: cell('line') || null, product: cell('product') || null, key };
    const twin = seen.get(key);
    if (!twin) {
      seen.set(key, row);
      rows.push(row);
    } else if (twin.name !== row.name || twin.line !== row.line || twin.product !== row.product) {
      wrong(line, 'key', `is the key of line ${twin.at}, too`, 'Keep the line of the sale that has it.');
    }
  }
  return { rows, errors: errors.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)) };
}

type Wrong = (line: number, path: string, message: string, remedy: string) => void;

function columnsOf({ line, cells }: CsvRow, wrong: Wrong): ReadonlyMap<Column, number> {
  const columns = new Map<Column, number>();
  for (const [at, cell] of cells.entries()) {
    const column = COLUMNS.find((it) => it === cell.toLowerCase());
    if (column === undefined) {
      const which = cell === '' ? `column ${at + 1}` : cell;
      wrong(line, which, 'is no column of such a file', didYouMean(cell, COLUMNS, 'Columns'));
    } else if (columns.has(column)) wrong(line, column, 'stands twice', 'Keep one of them.');
    else columns.set(column, at);
  }
  for (const needed of ['name', 'key'] as const) {
    if (!columns.has(needed)) wrong(line, needed, 'is missing', FORM);
  }
  return columns;
}
