/**
 * `keyferry mappings`: by which rules each source sells, and what ran before; what changes them is in revisions.ts. It
 * stands in front of the API. What must never happen here: one revision shown for another.
 */
import * as yaml from 'yaml';
import * as z from 'zod';
import type { Revision } from '../client/index.ts';
import { type ListOptions, listed, told } from './asking.ts';
import { connected, type Where } from './connect.ts';
import { done, type Outcome } from './outcome.ts';
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

export function rulesOf({ mapping }: Pick<Revision, 'mapping'>): string {
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
        : await told(
            connection,
            connection.api.GET('/v1/mappings/{source}/revisions/{number}', {
              path: { source, number: String(options.revision) },
            }),
          );
    if (!found.ok) return found.outcome;
    const { value } = found;
    const written = options.catalog ? value.catalog : value.mapping;
    const comment = `# ${value.source}, revision ${value.revision}, ${value.created_at}\n`;
    return done(value, comment + yaml.stringify(written, { lineWidth: 0 }).trimEnd());
  });
}
