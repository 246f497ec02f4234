/**
 * Asks the API and says what came of it: an answer of the expected shape, or how the command ends. It stands between
 * the commands and the connection. What must never happen here: a list of any length held whole for `--json`.
 */
import * as z from 'zod';
import type { Called, Connection } from './connect.ts';
import { done, failed, type Outcome, type Trouble } from './outcome.ts';
import { unanswered } from './posting.ts';
import type { Terminal } from './terminal.ts';
import { type Cell, table } from './text.ts';

/** What was answered: what this command reads of it, and all of it as it came. */
export type Told<T> =
  | { readonly ok: true; readonly value: T; readonly raw: unknown }
  | { readonly ok: false; readonly status: number | null; readonly outcome: Outcome };

const placed = z.object({
  file: z.string(),
  path: z.string(),
  line: z.int().optional(),
  message: z.string(),
  remedy: z.string(),
});
/** As application/problem+json says it. */
const problem = z.object({
  code: z.string(),
  title: z.string(),
  detail: z.string(),
  hint: z.string(),
  errors: z.array(placed).optional(),
});

/** @param shape what is read of the answer; whatever a newer Keyferry says besides is left as it is */
export async function told<T>(
  { name }: Pick<Connection, 'name'>,
  shape: z.ZodType<T>,
  call: Promise<Called>,
): Promise<Told<T>> {
  let called: Called;
  try {
    called = await call;
  } catch (error) {
    const trouble = error instanceof SyntaxError ? notOurs(name, 'no JSON') : unanswered(name, error);
    return { ok: false, status: null, outcome: failed(trouble) };
  }
  const { data, error, response } = called;
  const { status } = response;
  if (error !== undefined || data === undefined)
    return { ok: false, status, outcome: refusal(name, error, response) };
  const read = shape.safeParse(data);
  if (read.success) return { ok: true, value: read.data, raw: data };
  const at = read.error.issues[0]?.path.join('.') ?? '';
  return { ok: false, status, outcome: failed(notOurs(name, `${at} is not as expected`)) };
}

/** How a command ends that was refused. */
function refusal(name: string, error: unknown, { status, headers }: Response): Outcome {
  const read = problem.safeParse(error);
  if (read.success) {
    const { errors, ...it } = read.data;
    const trouble: Trouble = errors ? { ...it, errors: errors.map(withoutGaps) } : it;
    return failed(trouble, WRONG_USAGE.has(it.code) ? 2 : 1);
  }
  const location = headers.get('location');
  if (status >= 300 && status < 400 && location !== null) {
    const hint = 'Name that address. The key is not sent on to it by itself.';
    const detail = `${name} leads to ${location}`;
    return failed({ code: 'redirected', title: 'Keyferry is at another address', detail, hint });
  }
  return failed(notOurs(name, `status ${status}`));
}

/** Only another call, or other files, can work. */
const WRONG_USAGE = new Set(['request_invalid', 'request_unreadable', 'config_invalid', 'body_too_large']);

function withoutGaps({ line, ...it }: z.output<typeof placed>) {
  return line === undefined ? it : { ...it, line };
}

function notOurs(name: string, detail: string): Trouble {
  return {
    code: 'not_keyferry',
    title: 'The address did not answer as Keyferry does',
    detail: `${name}: ${detail}`,
    hint: 'Name the address of a running Keyferry, without a path; look whether it is of the same version as this command (--version).',
  };
}

/** How a list is asked for. */
export interface ListOptions {
  readonly limit?: string;
  readonly cursor?: string;
  readonly all?: boolean;
}

/** A list as people see it. */
export interface Listed<T> {
  readonly path: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly item: z.ZodType<T>;
  /** Names of the columns. */
  readonly head: readonly string[];
  readonly row: (it: T) => readonly Cell[];
  /** Said when there is none. */
  readonly none: string;
}

/** A page of a list, or all of it, page by page. */
export async function listed<T>(
  connection: Connection,
  terminal: Terminal,
  { all = false, limit, cursor }: ListOptions,
  it: Listed<T>,
): Promise<Outcome> {
  const shape = pageOf(it.item);
  const rows: (readonly Cell[])[] = [];
  const stream = all && terminal.json;
  const bar = await terminal.bar('Rows');
  try {
    for (let next: string | null = cursor ?? null, first = true; ; first = false) {
      const query = { ...it.query, limit: all ? LONGEST_PAGE : limit, cursor: next ?? undefined };
      const call = connection.api.GET(it.path, { params: { path: it.params ?? {}, query } });
      const page: Told<z.output<typeof shape>> = await told(connection, shape, call);
      if (!page.ok && (!stream || first)) return page.outcome;
      if (!page.ok) return await endOfStream(terminal, next, page.outcome);
      rows.push(...(terminal.json ? [] : page.value.items.map(it.row)));
      if (stream) await streamed(terminal, itemsIn(page.raw), first);
      next = page.value.next_cursor;
      if (!all) return done(page.raw, listText(it, rows, next, terminal));
      if (next === null)
        return stream
          ? await endOfStream(terminal, null, null)
          : done(null, listText(it, rows, null, terminal));
      bar.at(rows.length);
    }
  } finally {
    bar.end();
  }
}

const LONGEST_PAGE = 200;

export function pageOf<T>(item: z.ZodType<T>) {
  return z.object({ items: z.array(item), next_cursor: z.string().nullable() });
}

function itemsIn(raw: unknown): readonly unknown[] {
  return pageOf(z.unknown()).parse(raw).items;
}

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
