/**
 * A file that is imported, looked through piece by piece while it comes: its header, its first rows, and whether all of it
 * can be read. A part of imports.ts. What must never happen here: a file taken that breaks off in a quote.
 */
import { joined } from '../core/bytes.ts';
import { type CsvPlace, type CsvRow, formOf, readPiece } from '../core/csv.ts';
import type { CsvTable } from '../core/csv-columns.ts';
import { customerOf } from '../core/import-customers.ts';
import { licenseOf, orderOf } from '../core/import-orders.ts';
import { type Finding, finding, headerOf, isFinding, refusedFile, rowOf } from '../core/import-rows.ts';
import { LIMITS } from '../core/limits.ts';
import { fail, ok, type Result } from '../core/problem.ts';

interface Looked {
  readonly rows: number;
  readonly begin: CsvPlace;
  readonly bytes: number;
  readonly columns: readonly string[];
  readonly separator: number;
}

/** Goes through a file piece by piece: its header, its first rows, and whether all of it can be read. */
export function makeLook(table: CsvTable) {
  let rest: Uint8Array = new Uint8Array();
  let form: ReturnType<typeof formOf> | null = null;
  let place: CsvPlace | null = null;
  let begin: CsvPlace | null = null;
  let columns: readonly string[] | null = null;
  let rows = 0;
  const first: CsvRow[] = [];

  function at(piece: Uint8Array, whole: boolean): Result<null> {
    const bytes = rest.byteLength > 0 ? joined([rest, piece]) : piece;
    form ??= formOf(bytes);
    let from: CsvPlace = place ? { ...place, at: 0 } : form.begin;
    const base = place?.at ?? 0;
    const { separator } = form;
    if (columns === null) {
      const head = readPiece(bytes, from, { separator, whole, most: 1 });
      const [row] = head.rows;
      if (head.faults.length > 0) return broken(head.faults);
      if (!row) {
        if (!whole) return tooWide(bytes, from) ?? remember(bytes, from, base);
        return refusedFile([finding(1, null, 'the file is empty', 'Its first row names the columns.')]);
      }
      const named = headerOf(table, row);
      if (!named.ok) return named;
      columns = named.value;
      from = head.next;
      begin = { ...from, at: base + from.at };
    }
    const read = readPiece(bytes, from, { separator, whole });
    if (read.broken) return broken(read.faults);
    rows += read.rows.length;
    first.push(...read.rows.slice(0, LIMITS.import_first_rows - first.length));
    if (rows > LIMITS.import_rows)
      return fail('body_too_large', `a file has ${LIMITS.import_rows} rows at most: split it`);
    return tooWide(bytes, read.next) ?? remember(bytes, read.next, base);
  }

  function remember(bytes: Uint8Array, next: CsvPlace, base: number): Result<null> {
    rest = bytes.slice(next.at);
    place = { ...next, at: base + next.at };
    return ok(null);
  }

  function found(bytes: number): Result<Looked> {
    if (!form || !columns || !begin) throw new Error('a file without a header was taken');
    const findings = first.map((row) => firstFindings(table, columns ?? [], row));
    // A few rows may be wrong, as they are in an export of what shops sent: the job tells of them. Where most are, it is the file.
    const wrong = findings.filter((it) => it.length > 0).length;
    if (wrong * 2 > first.length) return refusedFile(findings.flat());
    return ok({ rows, begin, bytes, columns, separator: form.separator });
  }
  return { at, found };
}

function tooWide(bytes: Uint8Array, next: CsvPlace): Result<never> | null {
  if (bytes.byteLength - next.at <= LIMITS.import_row_bytes) return null;
  const message = `has more than ${LIMITS.import_row_bytes} bytes`;
  return refusedFile([finding(next.row, null, message, 'Look whether a quote is open there, and close it.')]);
}

function broken(
  faults: readonly { readonly row: number; readonly message: string; readonly remedy: string }[],
) {
  return refusedFile(faults.map(({ row, message, remedy }) => finding(row, null, message, remedy)));
}

/** What can be said of a row by itself. */
function firstFindings(table: CsvTable, columns: readonly string[], it: CsvRow): readonly Finding[] {
  const row = rowOf(table, columns, it);
  if (isFinding(row)) return [row];
  if (table === 'customers') {
    // As an export has it of whoever was forgotten: the job tells of it, and takes the others.
    if (Object.keys(row.cells).length === 0) return [];
    const read = customerOf(row);
    return 'row' in read ? [] : read;
  }
  if (table === 'licenses') {
    const read = licenseOf(row, Number.POSITIVE_INFINITY);
    return 'key' in read ? [] : read;
  }
  // Of an order this may not be the first row, which has what stands once.
  const read = orderOf([row], new Map());
  const alone = 'asked' in read ? [] : read;
  return alone.filter(({ column }) => column !== 'account');
}
