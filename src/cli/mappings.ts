/**
 * `keyferry mappings`: by which rules each source sells, what ran before, and another file in their place. It stands in
 * front of the API. What must never happen here: a file that runs otherwise than it reads.
 */
import * as yaml from 'yaml';
import * as z from 'zod';
import type { Revision } from '../client/index.ts';
import type { PlacedError } from '../core/problem.ts';
import { type ListOptions, listed, type Told, told } from './asking.ts';
import { CALL } from './called.ts';
import { type Connection, connected, type Where } from './connect.ts';
import { readYamlFile } from './given-file.ts';
import { done, failed, type Outcome } from './outcome.ts';
import type { Terminal } from './terminal.ts';
import { type Cell, counted, minute } from './text.ts';

const HEAD = ['source', 'revision', 'since', 'by', ''];

export function listMappings(options: ListOptions & Where, terminal: Terminal): Promise<Outcome> {
  return connected(options, terminal, (connection) =>
    listed(connection, terminal, options, {
      page: (query) => connection.api.GET('/v1/mappings', { query }),
      head: HEAD,
      row: revisionRow,
      none: 'No source runs.',
    }),
  );
}

export function listRevisions(
  source: string,
  options: ListOptions & Where,
  terminal: Terminal,
): Promise<Outcome> {
  return connected(options, terminal, (connection) =>
    listed(connection, terminal, options, {
      page: (query) => connection.api.GET('/v1/mappings/{source}/revisions', { path: { source }, query }),
      head: HEAD,
      row: revisionRow,
      none: 'It has none.',
    }),
  );
}

function revisionRow(it: Revision): readonly Cell[] {
  return [['strong', it.source], String(it.revision), minute(it.created_at), it.created_by, rulesOf(it)];
}

const withRules = z.looseObject({ rules: z.array(z.unknown()) });

function rulesOf({ mapping }: Revision): string {
  const read = withRules.safeParse(mapping);
  return read.success ? counted(read.data.rules.length, 'rule') : '';
}

export interface ShowMappingOptions extends Where {
  readonly catalog?: true;
  readonly revision?: number;
}

export function showMapping(
  source: string,
  options: ShowMappingOptions,
  terminal: Terminal,
): Promise<Outcome> {
  return connected(options, terminal, async (connection) => {
    const found =
      options.revision === undefined
        ? await told(connection, connection.api.GET('/v1/mappings/{source}', { path: { source } }))
        : await numbered(source, options.revision, connection);
    if (!found.ok) return found.outcome;
    const { value } = found;
    const written = options.catalog ? value.catalog : value.mapping;
    const comment = `# ${value.source}, revision ${value.revision}, ${value.created_at}\n`;
    return done(value, comment + yaml.stringify(written, { lineWidth: 0 }).trimEnd());
  });
}

async function numbered(
  source: string,
  revision: number,
  connection: Connection,
): Promise<
  { readonly ok: true; readonly value: Revision } | { readonly ok: false; readonly outcome: Outcome }
> {
  type Page = { readonly items: readonly Revision[]; readonly next_cursor: string | null };
  for (let cursor: string | undefined; ; ) {
    const query = { limit: 200, cursor };
    const call = connection.api.GET('/v1/mappings/{source}/revisions', { path: { source }, query });
    const page: Told<Page> = await told(connection, call);
    if (!page.ok) return page;
    const found = page.value.items.find((it) => it.revision === revision);
    if (found) return { ok: true, value: found };
    if (page.value.next_cursor === null) break;
    cursor = page.value.next_cursor;
  }
  const hint = `\`${CALL} mappings revisions ${source}\` shows those that there are.`;
  const outcome = failed({
    code: 'not_found',
    title: 'No such revision',
    detail: `${source} ${revision}`,
    hint,
  });
  return { ok: false, outcome };
}

export interface ApplyOptions extends Where {
  readonly catalog?: string;
}

const content = z.record(z.string(), z.unknown());

export async function applyMapping(
  source: string,
  file: string,
  options: ApplyOptions,
  terminal: Terminal,
): Promise<Outcome> {
  const mapping = readContent(file);
  if ('trouble' in mapping) return mapping.trouble;
  const catalog = options.catalog === undefined ? null : readContent(options.catalog);
  if (catalog && 'trouble' in catalog) return catalog.trouble;
  return connected(options, terminal, async (connection) => {
    const body = { mapping: mapping.value, ...(catalog ? { catalog: catalog.value } : {}) };
    const call = connection.api.PUT('/v1/mappings/{source}', { path: { source }, body });
    const put = await told(connection, call);
    if (!put.ok) return inFiles(put.outcome, file, options.catalog);
    const { value } = put;
    const text = `${value.source} runs by revision ${value.revision} now: ${rulesOf(value)}. What was sold stays as it is; lines that wait are looked at again.`;
    return done(value, text);
  });
}

function readContent(
  file: string,
): { readonly value: Readonly<Record<string, unknown>> } | { readonly trouble: Outcome } {
  const read = readYamlFile(file);
  if ('trouble' in read) return read;
  const it = content.safeParse(read.value);
  if (it.success) return { value: it.data };
  const hint = 'Write it as the files in mappings/ are written.';
  return {
    trouble: failed({ code: 'file_unreadable', title: 'The file is no mapping', detail: file, hint }, 2),
  };
}

/** Errors where their reader can mend them. */
function inFiles(outcome: Outcome, file: string, catalog: string | undefined): Outcome {
  const { trouble } = outcome;
  if (!trouble?.errors) return outcome;
  const names: Readonly<Record<string, string | undefined>> = { mapping: file, catalog };
  const errors = trouble.errors.map((it): PlacedError => ({ ...it, file: names[it.file] ?? it.file }));
  return failed({ ...trouble, errors }, outcome.exit);
}
