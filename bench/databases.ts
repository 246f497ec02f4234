/**
 * What the bench does to database files that nobody runs on: the rows of orders, read as they lie. What must never
 * happen here: a table that walk two writes and the bench does not know of.
 */
import Libsql from 'libsql';

/** A row as the driver gives and takes it. */
type Cells = readonly unknown[];

/** What one table holds of some orders. */
export interface TableRows {
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: readonly Cells[];
}

/** Brings the log into the file, so that the file alone is all of it. */
export function putInOneFile(path: string): void {
  const db = new Libsql(path);
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
}

/** Walk two adds nothing to it. */
const BEFORE = 'event_bodies';
/** A table with fewer rows than this does not grow with the orders. */
const FEW = 100;

export interface Reader {
  readonly count: number;
  /** Order ids, oldest first. */
  orders(limit: number): readonly string[];
  /** All that the database holds of these orders, and the events that made them: what is pointed at comes first. */
  rowsOf(orders: readonly string[]): TableRows[];
  close(): void;
}

/** @param path of a database that is the bench's own: it gets some indexes more */
export function openReader(path: string): Reader {
  const db = new Libsql(path);
  const names = listOf(
    db,
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
  );
  const tables = names
    .filter((name) => name !== BEFORE)
    .filter((name) => listOf(db, `SELECT 1 FROM ${name} LIMIT ${FEW}`).length === FEW)
    .map((table) => ({ table, columns: listOf(db, `SELECT name FROM pragma_table_info('${table}')`) }));
  const selects = tables.sort(byReference).map(({ table, columns }) => {
    if (columns.includes('order_id'))
      db.exec(`CREATE INDEX IF NOT EXISTS bench_${table} ON ${table} (order_id)`);
    const sql = `SELECT ${columns.join(', ')} FROM ${table} WHERE ${conditionOn(table, columns)} ORDER BY rowid`;
    return { table, columns, select: db.prepare(sql).raw() };
  });
  return {
    count: Number(listOf(db, 'SELECT count(*) FROM orders')[0]),
    orders: (limit) => listOf(db, `SELECT id FROM orders ORDER BY id LIMIT ${limit}`),
    rowsOf: (orders) =>
      selects.map(({ table, columns, select }) => ({
        table,
        columns,
        // Raw rows are lists of cells.
        rows: select.all([JSON.stringify(orders)]) as Cells[],
      })),
    close: () => db.close(),
  };
}

const FIRST = ['customers', 'orders'];

function byReference(a: { readonly table: string }, b: { readonly table: string }): number {
  const place = (table: string) => (FIRST.includes(table) ? FIRST.indexOf(table) : FIRST.length);
  return place(a.table) - place(b.table);
}

/** @throws for a table that hangs on no order: what it holds would be left out in silence */
function conditionOn(table: string, columns: readonly string[]): string {
  const ids = '(SELECT value FROM json_each(?))';
  if (table === 'customers') return `id IN (SELECT customer_id FROM orders WHERE id IN ${ids})`;
  if (table === 'orders') return `id IN ${ids}`;
  if (columns.includes('order_id')) return `order_id IN ${ids}`;
  throw new Error(`the bench does not know whose the rows of ${table} are: say so in databases.ts`);
}

function listOf(db: Libsql.Database, sql: string): string[] {
  // Raw rows are lists of cells.
  return (db.prepare(sql).raw().all([]) as Cells[]).map(([first]) => String(first));
}

export function insertInto({ table, columns }: TableRows): string {
  return `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;
}
