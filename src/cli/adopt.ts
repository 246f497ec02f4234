/**
 * `keyferry adopt`: takes in customers from before Keyferry, the keys that they have and their sales, here beside a
 * running server or elsewhere. Run twice, it does nothing twice. What must never happen
 * here: a key in the output.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { AdoptionAsked } from '../core/given-keys.ts';
import { LIMITS } from '../core/limits.ts';
import { type Adopter, type Answer, adoptThrough, type Refused } from './adopt-ask.ts';
import { type FileRow, readKeyFile } from './adopt-file.ts';
import { type Report, reportOf } from './adopt-text.ts';
import { connected, type Where } from './connect.ts';
import { failed, type Outcome } from './outcome.ts';
import type { Terminal } from './terminal.ts';

export interface AdoptOptions extends Where {
  /** Epoch ms. */
  readonly from?: number;
  readonly keys?: string;
  readonly account?: string;
  readonly dryRun: boolean;
}

/** A shop that is asked too fast, or that does not answer just then. */
const WAITS_MS = [1_000, 4_000, 15_000];

export async function adopt(source: string, options: AdoptOptions, terminal: Terminal): Promise<Outcome> {
  const { from, keys: file } = options;
  if (from === undefined && file === undefined) return NOTHING_ASKED;
  const rows = file === undefined ? [] : readKeyFile(file);
  if ('exit' in rows) return rows;
  return connected(options, terminal, (connection) =>
    adoptAll(source, rows, options, adoptThrough(connection), terminal),
  );
}

const NOTHING_ASKED = failed(
  {
    code: 'usage',
    title: 'There is nothing to take in',
    detail: '',
    hint: 'Say --from DATE (ask the shop for its sales), --keys FILE (keys that were given out), or both.',
  },
  2,
);

async function adoptAll(
  source: string,
  rows: readonly FileRow[],
  { from, keys: file = '', account = '', dryRun }: AdoptOptions,
  adopter: Adopter,
  terminal: Terminal,
): Promise<Outcome> {
  const report: Report = { source, file, from: from ?? null, dry_run: dryRun, ...nothingYet() };
  const nothing = { source, account, from: null, cursor: null, keys: [], dry_run: dryRun };
  /** @returns why it stopped, or null */
  const ask = async (more: Partial<AdoptionAsked>, first: number): Promise<Answer | Refused> => {
    const asked = { ...nothing, ...more };
    let answer = await adopter(asked);
    for (const ms of WAITS_MS) {
      if (!('later' in answer) || !answer.later) break;
      await wait(ms);
      answer = await adopter(asked);
    }
    if (!('later' in answer)) note(report, answer, rows, first);
    return answer;
  };
  const keysBar = await terminal.bar('Keys');
  try {
    // First the keys: a sale whose keys are here issues at once.
    for (let at = 0; at < rows.length; at += LIMITS.given_keys_at_once) {
      keysBar.at(at, rows.length);
      const answer = await ask({ keys: rows.slice(at, at + LIMITS.given_keys_at_once).map(sent) }, at);
      if ('later' in answer) return reportOf(report, terminal, answer.trouble);
    }
  } finally {
    keysBar.end();
  }
  const salesBar = await terminal.bar('Sales');
  try {
    for (let cursor: string | null = null, more = from !== undefined; more; more = cursor !== null) {
      salesBar.at(report.sales.listed);
      const answer: Answer | Refused = await ask({ from: from ?? null, cursor }, 0);
      if ('later' in answer) return reportOf(report, terminal, answer.trouble);
      cursor = answer.next_cursor;
    }
  } finally {
    salesBar.end();
  }
  return reportOf(report, terminal, null);
}

const nothingYet = () => ({
  keys: { stored: 0, known: 0, refused: [] },
  sales: { listed: 0, known: 0, stored: 0 },
  remark: null,
});

function sent({ name, line, product, key }: FileRow) {
  return { name, line, product, key };
}

/** @param first place among the rows of the first that was sent */
function note(
  report: Report,
  { keys, sales, remark }: Answer,
  rows: readonly FileRow[],
  first: number,
): void {
  report.keys.stored += keys.stored;
  report.keys.known += keys.known;
  for (const { row, message, remedy } of keys.refused) {
    const { at: line, name } = rows[first + row] ?? { at: 0, name: '' };
    report.keys.refused.push({ file: report.file, path: name, line, message, remedy });
  }
  report.sales.listed += sales.listed;
  report.sales.known += sales.known;
  report.sales.stored += sales.stored;
  report.remark ??= remark;
}
