/**
 * A row of a file that is imported, read: its cells under their columns, and what is wrong with them, each with row and
 * column. Pure. What must never happen here: a name, an address or a key in what is found.
 */
import * as z from 'zod';
import { type CsvRow, unguarded } from './csv.ts';
import { type Column, CSV_COLUMNS, type CsvTable } from './csv-columns.ts';
import { changedInReading, isDeep, type Json } from './json.ts';
import { LIMITS } from './limits.ts';
import { didYouMean } from './nearest.ts';
import { type PlacedError, problem, type Result } from './problem.ts';

/** What is wrong with one cell or row, for a person to read. */
export type Finding = {
  readonly row: number;
  /** Null: it is the whole row. */
  readonly column: string | null;
  readonly message: string;
  readonly remedy: string;
};

/** Cells by their columns, without those that are empty. */
export interface ImportRow {
  readonly row: number;
  readonly cells: Readonly<Record<string, string>>;
}

export function finding(row: number, column: string | null, message: string, remedy: string): Finding {
  return { row, column, message, remedy };
}

/** The columns that the header names, in its order. */
export function headerOf(table: CsvTable, { row, cells }: CsvRow): Result<readonly string[]> {
  const known: readonly Column[] = CSV_COLUMNS[table];
  const names = known.map(({ name }) => name);
  const errors: Finding[] = [];
  const columns = cells.map((cell) => cell.trim().toLowerCase());
  for (const [at, name] of columns.entries()) {
    if (name === '')
      errors.push(finding(row, `column ${at + 1}`, 'has no name', 'Name it, or take it away.'));
    else if (!names.includes(name)) {
      const remedy = didYouMean(name, names, 'Columns');
      errors.push(finding(row, shortened(name), `is no column of ${table}`, remedy));
    } else if (columns.indexOf(name) !== at)
      errors.push(finding(row, name, 'stands twice', 'Keep one of them.'));
  }
  for (const { name, means } of known.filter((it) => it.needed === true)) {
    if (!columns.includes(name)) errors.push(finding(row, name, 'is missing', `What belongs here: ${means}`));
  }
  return errors.length === 0 ? { ok: true, value: columns } : refusedFile(errors);
}

/** A file that is not taken: each of its errors with row and column. */
export function refusedFile(errors: readonly Finding[]): Result<never> {
  const placed = errors.slice(0, LIMITS.faults_told).map(
    (it): PlacedError => ({
      file: 'request',
      path: it.column === null ? `row ${it.row}` : `row ${it.row}, ${it.column}`,
      message: it.message,
      remedy: it.remedy,
    }),
  );
  const told = placed.map(({ path, message }) => `${path} ${message}`).join('; ');
  return { ok: false, problem: problem('request_invalid', told, placed) };
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

/** @param columns of the header */
export function rowOf(
  table: CsvTable,
  columns: readonly string[],
  { row, cells }: CsvRow,
): ImportRow | Finding {
  const { length } = columns;
  if (cells.length < length || cells.slice(length).some((it) => it !== '')) {
    const remedy = 'Put a field that holds a separator in quotes.';
    return finding(row, null, `has ${cells.length} fields, and there are ${length} columns`, remedy);
  }
  const own: readonly Column[] = CSV_COLUMNS[table];
  const taken = new Map(
    columns.flatMap((name, at): [string, string][] => {
      const cell = cells[at] ?? '';
      const passed = cell === '' || own.find((it) => it.name === name)?.way === 'out';
      return passed ? [] : [[name, unguarded(cell)]];
    }),
  );
  const missing = own.find((it) => it.needed === true && !taken.has(it.name));
  if (missing) return finding(row, missing.name, 'is empty', `What belongs here: ${missing.means}`);
  return { row, cells: Object.fromEntries(taken) };
}

export function isFinding(it: ImportRow | Finding): it is Finding {
  return 'remedy' in it;
}

/** Reads cells that are more than text, and collects what is wrong with them. */
export class CellReader {
  readonly faults: Finding[] = [];
  readonly #row: ImportRow;

  constructor(row: ImportRow) {
    this.#row = row;
  }

  fault(column: string, message: string, remedy: string): undefined {
    this.faults.push(finding(this.#row.row, column, message, remedy));
    return undefined;
  }

  text(column: string): string | undefined {
    const { cells } = this.#row;
    return Object.hasOwn(cells, column) ? cells[column] : undefined;
  }

  yesNo(column: string): boolean | undefined {
    const said = this.text(column)?.trim().toLowerCase();
    if (said === undefined || said === 'true' || said === 'false') return said && said === 'true';
    return this.fault(column, 'is neither true nor false', 'Write true or false.');
  }

  count(column: string): number | undefined {
    const said = this.text(column)?.trim();
    if (said === undefined || /^\d{1,15}$/.test(said)) return said === undefined ? said : Number(said);
    return this.fault(column, 'is not a whole number', 'Write digits alone.');
  }

  json(column: string): Json | undefined {
    const said = this.text(column);
    if (said === undefined) return undefined;
    try {
      const value: Json = JSON.parse(said);
      if (isDeep(value, LIMITS.data_depth))
        return this.fault(column, `is nested deeper than ${LIMITS.data_depth}`, 'Write it flatter.');
      // As a request's body is read.
      const [changed] = changedInReading(value, []);
      return changed ? this.fault(column, `holds what ${changed.message}`, changed.remedy) : value;
    } catch {
      return this.fault(column, 'is not JSON', 'Write it like {"name": "value"}, each quote twice in CSV.');
    }
  }

  /** Epoch ms. */
  time(column: string): number | undefined {
    const said = this.text(column)?.trim();
    if (said === undefined) return undefined;
    const read = TIME.safeParse(said);
    if (read.success) return Date.parse(read.data);
    return this.fault(column, 'is not a time', 'Write it like 2026-11-30 or 2026-11-30T08:00:00Z.');
  }
}

const TIME = z.union([z.iso.datetime({ offset: true }), z.iso.date()]);
