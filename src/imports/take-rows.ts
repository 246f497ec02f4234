/**
 * The rows of one step of an import, cut so that an order is never cut in two. A part of imports.ts. What must never
 * happen here: a row that is taken twice or not at all.
 */
import { type CsvPlace, type CsvRow, readPiece } from '../core/csv.ts';
import type { CsvTable } from '../core/csv-columns.ts';
import { type Finding, finding, type ImportRow, isFinding, rowOf } from '../core/import-rows.ts';
import { LIMITS } from '../core/limits.ts';
import { type Carried, carried } from './carried.ts';

/** What a job was asked for, as it is stored and shown. */
export type FileAsked = {
  readonly table: CsvTable;
  readonly dry_run: boolean;
  readonly on_error: 'continue' | 'stop';
  /** Names the file among what is stored. */
  readonly upload: string;
  readonly bytes: number;
  readonly columns: readonly string[];
  /** A byte. */
  readonly separator: number;
};

/** Where a step begins. */
export type FilePlace = CsvPlace & {
  /** The id of an order that is refused, and whose rows go on here. */
  readonly refusing?: string;
  /** The row that it stopped at. */
  readonly stopped?: number;
  /** All is done but to throw the file away. */
  readonly over?: true;
};

export interface TakenRows {
  readonly rows: readonly ImportRow[];
  /** Those that cannot be read. */
  readonly bad: Carried;
  /** How many these are together. */
  readonly count: number;
  readonly next: FilePlace;
}

/** Bytes that a step looks at: its own, and the rest of an order that begins in them. */
export const WINDOW = LIMITS.import_step_bytes + 2 * LIMITS.import_row_bytes;

/** @param bytes of the file, from the place on: WINDOW of them, or all; @param most rows of a step */
export function takeRows(asked: FileAsked, from: FilePlace, bytes: Uint8Array, most: number): TakenRows {
  const { separator, table } = asked;
  const whole = from.at + bytes.byteLength >= asked.bytes;
  const begin = { at: 0, row: from.row, line: from.line };
  const room = table === 'orders' ? most + LIMITS.order_items + 1 : most;
  const seen = readPiece(bytes, begin, { separator, whole, most: room });
  if (seen.next.at === 0) throw new Error(`row ${from.row} of ${asked.upload} does not end`);
  const atEnd = whole && seen.next.at >= bytes.byteLength;
  const cut =
    table === 'orders' ? cutOrders(asked, from, seen.rows, most, atEnd) : { count: seen.rows.length };
  const piece =
    cut.count === seen.rows.length ? seen : readPiece(bytes, begin, { separator, whole, most: cut.count });
  const rows: ImportRow[] = [];
  const findings: Finding[] = piece.faults.map(({ row, message, remedy }) =>
    finding(row, null, message, remedy),
  );
  const unread = new Set(findings.map(({ row }) => row));
  for (const it of piece.rows) {
    if (unread.has(it.row)) continue;
    const row = rowOf(table, asked.columns, it);
    if (isFinding(row)) findings.push(row);
    else rows.push(row);
  }
  const dropped = 'refused' in cut ? cut.refused : new Set<number>();
  // An order of which one row cannot be read is not taken in part.
  const refused = table === 'orders' ? withTheirOrders(asked, piece.rows, findings, dropped) : dropped;
  if ('why' in cut && cut.why) findings.push(cut.why);
  const end = from.at + piece.next.at;
  const over = end >= asked.bytes || piece.broken;
  return {
    rows: rows.filter(({ row }) => !refused.has(row)),
    bad: carried({}, findings, [...refused]),
    count: piece.rows.length,
    next: {
      ...piece.next,
      at: end,
      ...('refusing' in cut && cut.refusing !== undefined && { refusing: cut.refusing }),
      ...(over && { over }),
    },
  };
}

/** The order ids of rows; one that says none goes with the row before it. */
function ordersOf({ columns }: FileAsked, rows: readonly CsvRow[]): string[] {
  const column = columns.indexOf('order');
  const orders: string[] = [];
  for (const { cells } of rows) orders.push(cells[column]?.trim() || (orders.at(-1) ?? ''));
  return orders;
}

interface Cut {
  readonly count: number;
  readonly refused: ReadonlySet<number>;
  readonly refusing?: string | undefined;
  readonly why?: Finding;
}

/** @param atEnd no row follows these */
function cutOrders(
  asked: FileAsked,
  from: FilePlace,
  rows: readonly CsvRow[],
  most: number,
  atEnd: boolean,
): Cut {
  const orders = ordersOf(asked, rows);
  const before = orders.findIndex((it) => it !== from.refusing);
  const tail = before < 0 ? rows.length : before;
  const refused = new Set(from.refusing === undefined ? [] : rows.slice(0, tail).map(({ row }) => row));
  if (from.refusing !== undefined && tail === rows.length)
    return { count: rows.length, refused, refusing: atEnd ? undefined : from.refusing };
  let count = Math.min(Math.max(most, tail + 1), rows.length);
  while (count < rows.length && orders[count] === orders[count - 1]) count++;
  if (count < rows.length || atEnd) return { count, refused };
  // More rows of the last order may follow: it is left to the next step, unless it is all there is.
  const last = orders.at(-1) ?? '';
  const begins = orders.lastIndexOf(orders.findLast((it) => it !== last) ?? '\0') + 1;
  if (begins > tail || (begins > 0 && refused.size > 0)) return { count: begins, refused };
  for (const { row } of rows.slice(begins)) refused.add(row);
  const remedy = `Give the rows behind the first ${LIMITS.order_items} another order id.`;
  const message = `has more than ${LIMITS.order_items} rows, or more than ${WINDOW} bytes`;
  return { count, refused, refusing: last, why: finding(rows[begins]?.row ?? 0, 'order', message, remedy) };
}

function withTheirOrders(
  asked: FileAsked,
  rows: readonly CsvRow[],
  findings: readonly Finding[],
  dropped: ReadonlySet<number>,
): ReadonlySet<number> {
  const orders = ordersOf(asked, rows);
  const bad = new Set(findings.map(({ row }) => row));
  const refused = new Set(dropped);
  // Only rows that follow each other are one order.
  let group: number[] = [];
  for (const [at, { row }] of rows.entries()) {
    group.push(row);
    if (at + 1 < rows.length && orders[at + 1] === orders[at]) continue;
    if (group.some((it) => bad.has(it))) for (const it of group) refused.add(it);
    group = [];
  }
  return refused;
}
