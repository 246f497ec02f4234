/**
 * `keyferry export`: whole lists as CSV, written while they are read. It stands in front of the API. What must never
 * happen here: a file that looks whole and is not, or one that is written over.
 */
import { type FileHandle, open, rm } from 'node:fs/promises';
import type { CsvTable } from '../core/csv-columns.ts';
import { sent } from './asking.ts';
import { connected, type Where } from './connect.ts';
import { done, failed, messageOf, type Outcome, systemCode } from './outcome.ts';
import type { Terminal } from './terminal.ts';
import { bytes, counted } from './text.ts';

export interface ExportOptions extends Where {
  readonly out?: string;
  readonly bom?: true;
  readonly email?: string;
  readonly source?: string;
  readonly externalId?: string;
  readonly customer?: string;
  readonly state?: string;
  readonly test?: true;
  readonly order?: string;
  readonly product?: string;
}

export function exportTable(table: CsvTable, options: ExportOptions, terminal: Terminal): Promise<Outcome> {
  const { out, bom, email, source, externalId, customer, state, test, order, product } = options;
  const filters = { email, source, external_id: externalId, customer, state, test, order, product, bom };
  const given = Object.entries(filters).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as const],
  );
  return connected(options, terminal, async (connection) => {
    const asked = await sent(
      connection,
      `/v1/exports/${table}.csv?${new URLSearchParams(Object.fromEntries(given))}`,
    );
    if (!asked.ok) return asked.outcome;
    const file = out === undefined ? null : await openNew(out);
    if (file && 'exit' in file) return file;
    const bar = await terminal.bar('Rows');
    const count = makeCount();
    try {
      const write = file ? (piece: Uint8Array) => file.writeFile(piece) : terminal.write;
      for await (const piece of asked.response.body ?? []) {
        await write(piece);
        count.take(piece);
        bar.at(count.rows());
      }
      await file?.sync();
    } catch (error) {
      await file?.close();
      if (out !== undefined) await rm(out, { force: true });
      return broken(error);
    } finally {
      bar.end();
    }
    await file?.close();
    const rows = count.rows();
    if (out === undefined) return { exit: 0, document: null, text: '' };
    const told = `${counted(rows, 'row')}, ${bytes(count.bytes())} → ${out}`;
    return done({ table, file: out, rows, bytes: count.bytes() }, told);
  });
}

/** Personal: for its owner alone. */
async function openNew(path: string): Promise<FileHandle | Outcome> {
  try {
    return await open(path, 'wx', 0o600);
  } catch (error) {
    const exists = systemCode(error) === 'EEXIST';
    return failed({
      code: exists ? 'target_exists' : 'file_unwritable',
      title: exists ? 'The file exists already' : 'The file cannot be written',
      detail: exists ? path : messageOf(error),
      hint: exists ? 'Name a new file. Nothing was overwritten.' : 'Check its folder and the permissions.',
    });
  }
}

function broken(error: unknown): Outcome {
  const hint =
    'What came until then is not whole. Run it again; look into the log of that Keyferry if it happens again.';
  return failed({ code: 'export_broken', title: 'The export broke off', detail: messageOf(error), hint });
}

const QUOTE = 0x22;
const LINE_END = 0x0a;

/** Rows without the header; a line break inside of quotes ends none. */
function makeCount() {
  let lines = 0;
  let all = 0;
  let quoted = false;
  return {
    take: (piece: Uint8Array) => {
      all += piece.length;
      for (const byte of piece) {
        if (byte === QUOTE) quoted = !quoted;
        else if (byte === LINE_END && !quoted) lines++;
      }
    },
    rows: () => Math.max(0, lines - 1),
    bytes: () => all,
  };
}
