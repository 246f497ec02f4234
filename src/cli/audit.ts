/**
 * `keyferry audit`: who changed what. It stands in front of the API. What must never happen here: values of people on a
 * terminal that only asked who did it; `--json` has them.
 */
import { type ListOptions, listed } from './asking.ts';
import { connected, type Where } from './connect.ts';
import type { Outcome } from './outcome.ts';
import type { Terminal } from './terminal.ts';
import { minute } from './text.ts';

export interface AuditFilters {
  readonly actor?: string;
  readonly subject?: string;
  readonly action?: string;
  readonly from?: string;
  readonly to?: string;
}

export function listAudit(options: AuditFilters & ListOptions & Where, terminal: Terminal): Promise<Outcome> {
  const { actor, subject, action, from, to } = options;
  const filters = { actor, subject, action, from, to };
  return connected(options, terminal, (connection) =>
    listed(connection, terminal, options, {
      page: (slice) => connection.api.GET('/v1/audit', { query: { ...filters, ...slice } }),
      head: ['at', 'action', 'of', 'by', 'note'],
      row: (it) => [minute(it.at), it.action, it.subject, it.actor.name ?? it.actor.id, it.note ?? ''],
      none: 'Nothing was changed.',
    }),
  );
}
