/**
 * `keyferry import`: customers, orders or licenses from a file in CSV, sent while it is read, then followed as a job. It
 * stands in front of the API. What must never happen here: a row that was refused and is not told.
 */
import { createReadStream, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import * as z from 'zod';
import type { Job } from '../client/index.ts';
import type { CsvTable } from '../core/csv-columns.ts';
import { sent, type Told, told } from './asking.ts';
import { type Connection, CSV, connected, type Where } from './connect.ts';
import { findingsOf, follow } from './follow.ts';
import type { FollowOptions } from './jobs.ts';
import { countsText, problemLines } from './jobs-text.ts';
import { done, failed, messageOf, type Outcome } from './outcome.ts';
import { detached, jobHead, moreText } from './replay.ts';
import type { Terminal } from './terminal.ts';
import { harmless, remedy, wrap } from './text.ts';

export interface ImportOptions extends Where, FollowOptions {
  readonly dryRun: boolean;
  readonly stop?: true;
}

export async function importTable(
  table: CsvTable,
  file: string,
  options: ImportOptions,
  terminal: Terminal,
): Promise<Outcome> {
  const trouble = unreadable(file);
  if (trouble) return trouble;
  return connected(options, terminal, async (connection) => {
    const source = file === '-' ? process.stdin : createReadStream(file);
    const query = new URLSearchParams({
      dry_run: String(options.dryRun),
      on_error: options.stop ? 'stop' : 'continue',
    });
    const job = await asked(connection, `/v1/imports/${table}?${query}`, {
      method: 'POST',
      headers: { 'content-type': CSV },
      // Node's own type of the same stream.
      body: Readable.toWeb(source) as ReadableStream<Uint8Array>,
      duplex: 'half',
    });
    source.destroy();
    if (!job.ok) return inFile(job.outcome, file);
    if (options.detach) return detached(job.value, connection, terminal);
    const followed = await follow(job.value, 'Import', connection, terminal);
    return 'outcome' in followed ? followed.outcome : imported(followed.job, connection, terminal);
  });
}

/** Asks for a job in words that the client has not. */
export async function asked(
  connection: Connection,
  ...request: Parameters<Connection['send']>
): Promise<Told<Job> | { readonly ok: false; readonly outcome: Outcome }> {
  const answer = await sent(connection, ...request);
  if (!answer.ok) return answer;
  const read = withId.safeParse(await answer.response.json().catch(() => null));
  const id = read.success ? read.data.id : '';
  return told(connection, connection.api.GET('/v1/jobs/{id}', { path: { id } }));
}

const withId = z.looseObject({ id: z.string() });

function unreadable(file: string): Outcome | null {
  if (file === '-') {
    if (process.stdin.isTTY !== true) return null;
    const hint = 'Pipe the file in, or name it.';
    return failed({ code: 'file_unreadable', title: 'Nothing comes in', detail: '', hint }, 2);
  }
  try {
    if (statSync(file).isFile()) return null;
    return failed(
      { code: 'file_unreadable', title: 'This is no file', detail: file, hint: 'Check its path.' },
      2,
    );
  } catch (error) {
    const hint = 'Check its path and its permissions.';
    return failed(
      { code: 'file_unreadable', title: 'The file cannot be read', detail: messageOf(error), hint },
      2,
    );
  }
}

/** Errors where their reader can mend them. */
function inFile(outcome: Outcome, file: string): Outcome {
  const { trouble } = outcome;
  if (!trouble?.errors) return outcome;
  const errors = trouble.errors.map((it) => ({ ...it, file: it.file === 'request' ? file : it.file }));
  return failed({ ...trouble, errors }, outcome.exit);
}

const finding = z.looseObject({
  row: z.int(),
  column: z.string().nullable(),
  message: z.string(),
  remedy: z.string(),
});

async function imported(job: Job, connection: Connection, terminal: Terminal): Promise<Outcome> {
  const { paint, width, json } = terminal;
  const found = await findingsOf(job.id, finding, connection, json);
  if (!found.ok) return found.outcome;
  const { items, raw, more } = found.value;
  const text = [
    jobHead(job, 'row', paint),
    ...countsText(job, paint),
    ...problemLines(job.problem, paint, width),
    ...items.flatMap((it) => [
      ...wrap(
        harmless([`row ${it.row}`, it.column ?? '', it.message].filter(Boolean).join('  ')),
        width,
        '    ',
        '  ',
      ),
      ...remedy(harmless(it.remedy), width, '  '),
    ]),
    ...moreText(more, job, connection),
  ];
  const document = { ...job, findings: raw, findings_truncated: more };
  return done(document, text.join('\n'), job.state === 'done' && raw.length === 0 ? 0 : 1);
}
