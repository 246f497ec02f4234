/**
 * `keyferry events`: what shops sent, as it came. It stands in front of the API. What must never happen here: a body
 * shown that nobody asked for; it holds who bought.
 */
import type { Event, WholeEvent } from '../client/index.ts';
import { type ListOptions, listed, told } from './asking.ts';
import { connected, type Where } from './connect.ts';
import { problemLines } from './jobs-text.ts';
import { done, type Outcome } from './outcome.ts';
import type { ReplayFilters } from './replay.ts';
import type { Terminal } from './terminal.ts';
import { type Cell, harmless, minute, type Paint, painted, state, table } from './text.ts';

export function listEvents(
  options: ReplayFilters & ListOptions & Where,
  terminal: Terminal,
): Promise<Outcome> {
  const { source, state: standing, type, from, to, order } = options;
  const filters = { source, state: standing, type, from, to, order };
  return connected(options, terminal, (connection) =>
    listed(connection, terminal, options, {
      page: (slice) => connection.api.GET('/v1/events', { query: { ...filters, ...slice } }),
      head: ['event', 'state', 'received', 'type, problem'],
      row: eventRow,
      none: 'No events.',
    }),
  );
}

function eventRow(it: Event): readonly Cell[] {
  const told = [`${it.source} ${it.type}`, it.problem?.code ?? ''].filter((part) => part !== '').join(', ');
  return [it.id, state(it.state), minute(it.received_at), told];
}

export interface ShowEventOptions extends Where {
  readonly body?: true;
}

export function showEvent(id: string, options: ShowEventOptions, terminal: Terminal): Promise<Outcome> {
  return connected(options, terminal, async (connection) => {
    const found = await told(connection, connection.api.GET('/v1/events/{id}', { path: { id } }));
    if (!found.ok) return found.outcome;
    const { value } = found;
    const { body, headers, answers, ...rest } = value;
    // As with the text: who only wants to know how it went needs no buyer.
    const document = options.body ? value : rest;
    const text = [eventText(value, terminal.paint, terminal.width)];
    if (options.body) text.push(...bodyText(value, terminal.paint));
    return done(document, text.join('\n'));
  });
}

function eventText(it: WholeEvent, paint: Paint, width: number): string {
  const rows: readonly (readonly [string, string])[] = [
    ['type', it.type],
    ['source', [it.source, it.account, it.mode ?? ''].filter((part) => part !== '').join(', ')],
    ['key', it.key],
    ['received', minute(it.received_at)],
    ['in the shop', it.created_at === null ? '' : minute(it.created_at)],
    ['order', it.order_id ?? ''],
    ['attempts', String(it.attempts)],
    ['tried again', it.due_at === null ? '' : minute(it.due_at)],
    ['asked', it.answers.map(({ asked }) => asked).join(', ')],
  ];
  return [
    `${paint('strong', it.id)}  ${painted(state(it.state), paint)}`,
    ...table(
      rows.filter(([, value]) => value !== '').map(([name, value]): Cell[] => [['dim', name], value]),
      paint,
      '  ',
    ),
    ...problemLines(it.problem, paint, width),
  ].join('\n');
}

/** Readable where it is JSON, else as it came. */
function bodyText({ body, headers }: WholeEvent, paint: Paint): string[] {
  const heads = Object.entries(headers).map(([name, value]): Cell[] => [['dim', name], value]);
  if (body === null) return ['', paint('dim', 'The body was pruned.')];
  return ['', ...table(heads, paint, '  '), '', ...linesOf(body).map(harmless)];
}

function linesOf(body: string): readonly string[] {
  try {
    return JSON.stringify(JSON.parse(body), null, 2).split('\n');
  } catch {
    return body.split('\n');
  }
}
