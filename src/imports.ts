/**
 * Imports: a file is taken in pieces, looked through once, and kept until a job has worked it off, a few rows with each
 * step. Beside the river: what becomes orders and licenses goes down it. What must never happen here: a file that is
 * held in memory, or a row that is passed over without a word.
 */
import { joined } from './core/bytes.ts';
import type { CsvTable } from './core/csv-columns.ts';
import type { ImportRow } from './core/import-rows.ts';
import type { ImportAsked, ImportStore, Imports } from './core/imports.ts';
import type { JobRecord, JobStep, Jobs, Stepped, Worker } from './core/jobs.ts';
import { ID_BYTES, timeOrderedId } from './core/keys.ts';
import { LIMITS } from './core/limits.ts';
import type { Clock, RandomBytes } from './core/ports.ts';
import { fail, ok, type Result } from './core/problem.ts';
import { type Carried, carried, type StepOf } from './imports/carried.ts';
import { type CustomersPorts, importCustomers } from './imports/customers.ts';
import { importLicenses, type LicensesPorts } from './imports/licenses.ts';
import { makeLook } from './imports/look.ts';
import { importOrders, type OrdersImportPorts, TryAgain } from './imports/orders.ts';
import { type FileAsked, type FilePlace, type TakenRows, takeRows, WINDOW } from './imports/take-rows.ts';

export interface TakePorts {
  readonly store: ImportStore;
  readonly jobs: Pick<Jobs, 'ask'>;
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** When it was tidied last; for doors that make a house for each call. */
  readonly tidied?: { at: number };
}

/** What the ids of files begin with; the store finds them by it. */
const UPLOAD = 'upl';
const PART = LIMITS.import_part_bytes;
const TIDY_MS = 3_600_000;

export function makeImports(ports: TakePorts): Imports {
  const { store, jobs, clock, random, tidied = { at: 0 } } = ports;

  async function take(
    asked: ImportAsked,
    file: ReadableStream<Uint8Array> | null,
    actor: string,
  ): Promise<Result<JobRecord>> {
    const upload = timeOrderedId(UPLOAD, clock.now(), random(ID_BYTES));
    const taken = await received(upload, asked.table, file).catch(async (error: unknown) => {
      await store.forget(upload);
      throw error;
    });
    if (!taken.ok) {
      await store.forget(upload);
      return taken;
    }
    const { rows, begin, ...about } = taken.value;
    const { table, dry_run, on_error } = asked;
    const job = await jobs.ask({
      kind: 'import',
      asked: { table, dry_run, on_error, upload, ...about },
      by: actor,
      total: rows,
      position: { ...begin },
    });
    // Without a row it is done already.
    if (rows === 0) await store.forget(upload);
    return ok(job);
  }

  /** Looks through all of it while it comes, so that a file which breaks off in a quote is refused whole. */
  async function received(upload: string, table: CsvTable, file: ReadableStream<Uint8Array> | null) {
    const reader = file?.getReader();
    const look = makeLook(table);
    let pending: Uint8Array[] = [];
    let waiting = 0;
    let part = 0;
    let bytes = 0;
    const keep = async (piece: Uint8Array) => store.addPart(upload, part++, piece);
    try {
      for (;;) {
        const next = await reader?.read().catch(() => null);
        if (next === null) return fail('body_unreadable', 'the connection was closed');
        if (!next || next.done) break;
        bytes += next.value.byteLength;
        if (bytes > LIMITS.import_bytes)
          return fail('body_too_large', `a file has ${LIMITS.import_bytes} bytes at most: split it`);
        pending.push(next.value);
        waiting += next.value.byteLength;
        while (waiting >= PART) {
          const all = joined(pending);
          const piece = all.subarray(0, PART);
          pending = [all.subarray(PART)];
          waiting -= PART;
          const looked = look.at(piece, false);
          if (!looked.ok) return looked;
          await keep(piece.slice());
        }
      }
      const rest = joined(pending);
      const looked = look.at(rest, true);
      if (!looked.ok) return looked;
      if (rest.byteLength > 0) await keep(rest);
      return look.found(bytes);
    } finally {
      // Whoever is refused need not send the rest.
      void reader?.cancel().catch(() => undefined);
    }
  }

  return {
    take,
    tidy: async () => {
      const now = clock.now();
      if (now < tidied.at + TIDY_MS && now >= tidied.at) return;
      tidied.at = now;
      await store.forgetOld(now - LIMITS.import_upload_ms);
    },
    forget: async ({ kind, asked }) => {
      // Written by `take` above.
      if (kind === 'import') await store.forget((asked as unknown as FileAsked).upload);
    },
  };
}

export interface ImportPorts {
  readonly store: ImportStore;
  readonly clock: Clock;
  readonly customers: CustomersPorts;
  readonly orders: OrdersImportPorts;
  readonly licenses: LicensesPorts;
  /** Rows of one step that become orders; LIMITS.import_step_rows at most. */
  readonly step_count: number;
}

export function makeImportWorker(ports: ImportPorts): Worker {
  const { store, clock } = ports;

  async function step(job: JobStep): Promise<Result<Stepped>> {
    // Written by `take`, and then by each step.
    const asked = job.asked as unknown as FileAsked;
    // As above.
    const from = job.position as unknown as FilePlace;
    if (from.over) {
      await store.forget(asked.upload);
      if (from.stopped !== undefined) return fail('import_stopped', `row ${from.stopped}`);
      return ok({ position: null, done: 0, counts: {}, findings: [] });
    }
    const most = asked.table === 'customers' ? LIMITS.import_step_customers : ports.step_count;
    const bytes = await store.read(asked.upload, from.at, Math.min(WINDOW, asked.bytes - from.at));
    if (bytes.byteLength === 0) return fail('import_file_gone', asked.upload);
    const taken = takeRows(asked, from, bytes, most);
    const of: StepOf = {
      dry_run: asked.dry_run,
      job: job.id,
      actor: job.created_by,
      now: clock.now(),
    };
    try {
      return ok(
        asked.on_error === 'stop' ? await upToTheFirst(asked, taken, of) : await all(asked, taken, of),
      );
    } catch (error) {
      if (error instanceof TryAgain) return { ok: false, problem: error.problem };
      throw error;
    }
  }

  async function all({ table }: FileAsked, taken: TakenRows, of: StepOf): Promise<Stepped> {
    const came = await carry(table, taken.rows, of);
    return steppedOf(taken.next, taken.count, [taken.bad, came]);
  }

  /** Rows before the first bad one, and none behind it. */
  async function upToTheFirst({ table }: FileAsked, taken: TakenRows, of: StepOf): Promise<Stepped> {
    const foreseen = await carry(table, taken.rows, { ...of, dry_run: true });
    const first = Math.min(...foreseen.refused, ...taken.bad.refused);
    const good = taken.rows.filter(({ row }) => row < first);
    const came = of.dry_run && good.length === taken.rows.length ? foreseen : await carry(table, good, of);
    // Something may have come between the two.
    const stopped = Math.min(first, ...came.refused);
    if (stopped === Number.POSITIVE_INFINITY) return steppedOf(taken.next, taken.count, [came]);
    const told = [...taken.bad.findings, ...foreseen.findings].filter(({ row }) => row >= first);
    const row = Math.min(...told.map((it) => it.row));
    const because = carried(
      {},
      told.filter((it) => it.row === row),
    );
    return steppedOf({ ...taken.next, over: true, stopped }, good.length + 1, [came, because]);
  }

  function carry(table: CsvTable, rows: readonly ImportRow[], of: StepOf): Promise<Carried> {
    if (table === 'customers') return importCustomers(ports.customers, rows, of);
    if (table === 'orders') return importOrders(ports.orders, rows, of);
    return importLicenses(ports.licenses, rows, of);
  }

  return { kind: 'import', step };
}

function steppedOf(next: FilePlace, done: number, came: readonly Carried[]): Stepped {
  const counts: Record<string, number> = {};
  for (const one of came) {
    for (const [name, count] of Object.entries({ ...one.counts, refused: one.refused.size }))
      if (count > 0) counts[name] = (counts[name] ?? 0) + count;
  }
  const findings = came.flatMap((it) => it.findings).sort((a, b) => a.row - b.row);
  return { position: { ...next }, done, counts, findings };
}
