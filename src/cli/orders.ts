/**
 * `keyferry orders`: what was sold, found by any name of it, and orders by hand. It stands in front of the API. What
 * must never happen here: an order entered twice because its answer was lost on the way.
 */
import { randomUUID } from 'node:crypto';
import type * as z from 'zod';
import { type ListOptions, listed, pageOf, type Told, told } from './asking.ts';
import { CALL } from './called.ts';
import { type Connection, connected, type Where } from './connect.ts';
import { type IssueOptions, orderAsked } from './order-asked.ts';
import { ORDER_HEAD, order, orderRow, orderText, wholeOrder } from './orders-text.ts';
import { done, failed, type Outcome } from './outcome.ts';
import type { Terminal } from './terminal.ts';
import { type Cell, table } from './text.ts';

export interface OrderFilters {
  readonly source?: string;
  readonly externalId?: string;
  readonly customer?: string;
  readonly state?: string;
  readonly test?: true;
}

export function listOrders(
  options: OrderFilters & ListOptions & Where,
  terminal: Terminal,
): Promise<Outcome> {
  return connected(options, terminal, (connection) =>
    listed(connection, terminal, options, {
      path: '/v1/orders',
      query: orderQuery(options),
      item: order,
      head: ORDER_HEAD,
      row: orderRow,
      none: 'No orders.',
    }),
  );
}

export function orderQuery({ source, externalId, customer, state, test }: OrderFilters) {
  return { source, external_id: externalId, customer, state, test };
}

export function showOrder(
  name: string,
  options: { readonly source?: string } & Where,
  terminal: Terminal,
): Promise<Outcome> {
  return connected(options, terminal, async (connection) => {
    const found = await findOrder(name, options.source, connection, terminal);
    return found.ok ? done(found.raw, orderText(found.value, terminal.paint, terminal.width)) : found.outcome;
  });
}

/** By its id, or by any name that a shop has for it. */
async function findOrder(
  name: string,
  source: string | undefined,
  connection: Connection,
  { paint }: Terminal,
): Promise<Told<z.output<typeof wholeOrder>>> {
  const { api } = connection;
  const byId = (id: string) =>
    told(connection, wholeOrder, api.GET('/v1/orders/{id}', { params: { path: { id } } }));
  if (/^ord_/.test(name)) {
    const found = await byId(name);
    if (found.ok || found.status !== 404) return found;
  }
  const query = { external_id: name, source, limit: '20' };
  const all = await told(connection, pageOf(order), api.GET('/v1/orders', { params: { query } }));
  if (!all.ok) return all;
  const [only, ...others] = all.value.items;
  if (only && others.length === 0) return byId(only.id);
  if (!only)
    return none(
      'not_found',
      'No such order',
      name,
      `By its id, or any name that its shop has for it. \`${CALL} orders list\` shows them.`,
    );
  const rows = all.value.items.map((it): readonly Cell[] => orderRow(it));
  return none(
    'ambiguous',
    `${all.value.items.length} orders have this name`,
    `${name}: ${all.value.items.map(({ id }) => id).join(', ')}`,
    'Say which one by its id, or narrow it with --source.',
    table(rows, paint, '  ').join('\n'),
  );
}

function none(code: string, title: string, detail: string, hint: string, text = ''): Told<never> {
  const outcome = failed({ code, title, detail, hint });
  return { ok: false, status: null, outcome: { ...outcome, text } };
}

export async function issueOrder(options: IssueOptions & Where, terminal: Terminal): Promise<Outcome> {
  const drawn = `cli-${randomUUID()}`;
  const { url: _url, key: _key, ...asked } = options;
  const body = await orderAsked(asked, drawn);
  if (isOutcome(body)) return body;
  return connected(options, terminal, async (connection) => {
    const issued = await told(connection, wholeOrder, connection.api.POST('/v1/orders', { body }));
    if (!issued.ok) return unsure(issued, body, drawn);
    const { value, raw } = issued;
    // A line may wait: there is nothing in the catalog any more, or too many units were asked for.
    const whole = value.items.every((it) => it.state === 'issued');
    return done(raw, orderText(value, terminal.paint, terminal.width), whole ? 0 : 1);
  });
}

function isOutcome(it: Readonly<Record<string, unknown>> | Outcome): it is Outcome {
  return 'exit' in it && 'document' in it;
}

/** No answer is no refusal: it may have been entered. */
function unsure(
  { status, outcome }: { readonly status: number | null; readonly outcome: Outcome },
  body: Readonly<Record<string, unknown>>,
  drawn: string,
): Outcome {
  const { trouble } = outcome;
  if (!trouble || (status !== null && status < 500)) return outcome;
  const again = body.id === drawn ? `the same with --id ${drawn}` : 'the same again';
  const hint = `${trouble.hint} Whether the order was entered is not known: send ${again}; it is one order, however often.`;
  return failed({ ...trouble, hint }, outcome.exit);
}
