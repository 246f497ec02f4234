/**
 * Asks the API and says what came of it: an answer of the expected shape, or how the command ends. It stands between
 * the commands and the connection. What must never happen here: a list of any length held whole for `--json`.
 */
import type { Answer, Failed } from '../client/index.ts';
import type { Connection } from './connect.ts';
import { done, failed, type Outcome, type Trouble } from './outcome.ts';
import { unanswered } from './posting.ts';
import type { Terminal } from './terminal.ts';
import { type Cell, table } from './text.ts';

/** What was answered, or how the command ends. */
export type Told<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: Failed; readonly outcome: Outcome };

export async function told<T>(
  connection: Pick<Connection, 'name' | 'lost'>,
  asked: Promise<Answer<T>>,
): Promise<Told<T>> {
  const answer = await asked;
  // Something else may answer with JSON there: ours are objects, and know their lists.
  if (answer.ok && isOurs(answer.value)) return answer;
  const problem = answer.ok ? NOT_OURS : answer.problem;
  return { ok: false, problem, outcome: refusal(connection, problem) };
}

/** A good answer as it came, or how the command ends: for what is no JSON, or not yet among the client's types. */
export async function sent(
  connection: Pick<Connection, 'name' | 'lost' | 'send'>,
  ...request: Parameters<Connection['send']>
): Promise<
  { readonly ok: true; readonly response: Response } | { readonly ok: false; readonly outcome: Outcome }
> {
  let response: Response;
  try {
    response = await connection.send(...request);
  } catch (error) {
    return { ok: false, outcome: failed(unanswered(connection.name, error)) };
  }
  if (response.ok) return { ok: true, response };
  const said: unknown = await response.json().catch(() => null);
  const isProblem = typeof said === 'object' && said !== null && 'code' in said && 'hint' in said;
  // As the client reads it.
  const problem = isProblem ? (said as Failed) : { ...NOT_OURS, status: response.status };
  return { ok: false, outcome: refusal(connection, problem) };
}

function isOurs(it: unknown): boolean {
  if (typeof it !== 'object' || it === null) return false;
  return 'next_cursor' in it && 'items' in it
    ? Array.isArray(it.items)
    : 'id' in it || 'dry_run' in it || 'source' in it || 'code' in it;
}

/** How a command ends that was refused. */
function refusal(
  { name, lost }: Pick<Connection, 'name' | 'lost'>,
  { code, title, detail, hint, errors, status }: Failed,
): Outcome {
  if (code === 'unreachable') return failed(unanswered(name, lost()));
  if (code === 'not_keyferry')
    return failed(status >= 300 && status < 400 ? elsewhere(name) : notOurs(name, status));
  const trouble: Trouble = errors ? { code, title, detail, hint, errors } : { code, title, detail, hint };
  return failed(trouble, WRONG_USAGE.has(code) ? 2 : 1);
}

/** Only another call, or other files, can work. */
const WRONG_USAGE = new Set<Failed['code']>(['request_invalid', 'request_unreadable', 'config_invalid']);

const NOT_OURS: Failed = {
  type: 'urn:keyferry:problem:not_keyferry',
  code: 'not_keyferry',
  title: '',
  status: 200,
  detail: '',
  hint: '',
  instance: '',
};

function notOurs(name: string, status: number): Trouble {
  return {
    code: 'not_keyferry',
    title: 'The address did not answer as Keyferry does',
    detail: `${name}: status ${status}`,
    hint: 'Name the address of a running Keyferry, without a path; look whether it is of the same version as this command (--version).',
  };
}

function elsewhere(name: string): Trouble {
  return {
    code: 'redirected',
    title: 'Keyferry is at another address',
    detail: `${name} leads on to another one`,
    hint: 'Name the address that it leads to; look whether it is the https one. The key is not sent on by itself.',
  };
}

/** How a list is asked for. */
export interface ListOptions {
  readonly limit?: number;
  readonly cursor?: string;
  readonly all?: boolean;
}

/** A list as people see it. */
export interface Listed<T> {
  readonly page: (slice: PageAsked) => Promise<Answer<Page<T>>>;
  /** Names of the columns. */
  readonly head: readonly string[];
  readonly row: (it: T) => readonly Cell[];
  /** Said when there is none. */
  readonly none: string;
}

interface PageAsked {
  readonly limit: number;
  readonly cursor: string | undefined;
}

interface Page<T> {
  readonly items: readonly T[];
  readonly next_cursor: string | null;
}

/** A page of a list, or all of it, page by page. */
export async function listed<T>(
  connection: Connection,
  terminal: Terminal,
  { all = false, limit = USUAL_PAGE, cursor }: ListOptions,
  it: Listed<T>,
): Promise<Outcome> {
  const rows: (readonly Cell[])[] = [];
  const stream = all && terminal.json;
  const bar = await terminal.bar('Rows');
  try {
    for (let next = cursor, first = true; ; first = false) {
      const page: Told<Page<T>> = await told(
        connection,
        it.page({ limit: all ? MOST_ROWS : limit, cursor: next }),
      );
      if (!page.ok && (!stream || first)) return page.outcome;
      if (!page.ok) return await endOfStream(terminal, next ?? null, page.outcome);
      const { items, next_cursor } = page.value;
      if (!terminal.json) rows.push(...items.map(it.row));
      if (stream) await streamed(terminal, items, first);
      if (!all) return done(page.value, listText(it, rows, next_cursor, terminal));
      if (next_cursor === null)
        return stream
          ? await endOfStream(terminal, null, null)
          : done(null, listText(it, rows, null, terminal));
      next = next_cursor;
      bar.at(rows.length);
    }
  } finally {
    bar.end();
  }
}

const USUAL_PAGE = 50;
/** On one page of the API. */
export const MOST_ROWS = 200;

/** One document, written while it is read. */
async function streamed({ write }: Terminal, items: readonly unknown[], first: boolean): Promise<void> {
  const text = items.map((it) => `\n    ${JSON.stringify(it)}`).join(',');
  await write(first ? `{\n  "items": [${text}` : items.length > 0 ? `,${text}` : '');
}

/** @param next where it was broken off */
async function endOfStream(
  { write }: Terminal,
  next: string | null,
  broken: Outcome | null,
): Promise<Outcome> {
  const error = broken?.trouble ? `,\n  "error": ${JSON.stringify(broken.trouble)}` : '';
  await write(`\n  ],\n  "next_cursor": ${JSON.stringify(next)}${error}\n}\n`);
  return { exit: broken?.exit ?? 0, document: null, text: '' };
}

function listText<T>(
  { head, none }: Listed<T>,
  rows: readonly (readonly Cell[])[],
  next: string | null,
  { paint }: Terminal,
): string {
  if (rows.length === 0) return none;
  const heads = head.map((it): Cell => ['dim', it]);
  const more = next === null ? [] : ['', `There are more: --all, or --cursor ${next}`];
  return [...table([heads, ...rows], paint), ...more].join('\n');
}
