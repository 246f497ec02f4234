/**
 * `keyferry orders`: what was sold, found by any name of it, and orders by hand. It stands in front of the API. What
 * must never happen here: an order entered twice because its answer was lost on the way.
 */
import { randomUUID } from 'node:crypto';
import type { Order, WholeOrder } from '../client/index.ts';
import { type ListOptions, listed, type Told, told } from './asking.ts';
import { CALL } from './called.ts';
import { type Connection, connected, type Where } from './connect.ts';
import { type IssueOptions, orderAsked } from './order-asked.ts';
import { ORDER_HEAD, orderRow, orderText } from './orders-text.ts';
import { done, failed, type Outcome } from './outcome.ts';
import type { Terminal } from './terminal.ts';
import { type Cell, table } from './text.ts';

export interface OrderFilters {
  readonly source?: string;
  readonly externalId?: string;
  readonly customer?: string;
  readonly state?: Order['state'];
  readonly test?: true;
}

export function listOrders(
  options: OrderFilters & ListOptions & Where,
  terminal: Terminal,
): Promise<Outcome> {
  return connected(options, terminal, (connection) =>
    listed(connection, terminal, options, {
      page: (slice) => connection.api.GET('/v1/orders', { query: { ...orderQuery(options), ...slice } }),
      head: ORDER_HEAD,
      row: orderRow,
      none: 'No orders.',
    }),
  );
}

function orderQuery({ source, externalId, customer, state, test }: OrderFilters) {
  return { source, external_id: externalId, customer, state, test };
}

export function showOrder(
  name: string,
  options: { readonly source?: string } & Where,
  terminal: Terminal,
): Promise<Outcome> {
  return connected(options, terminal, async (connection) => {
    const found = await findOrder(name, options.source, connection, terminal);
    return found.ok
      ? done(found.value, orderText(found.value, terminal.paint, terminal.width))
      : found.outcome;
  });
}

/** By its id, or by any name that a shop has for it. */
async function findOrder(
  name: string,
  source: string | undefined,
  connection: Connection,
  { paint }: Terminal,
): Promise<Told<WholeOrder> | { readonly ok: false; readonly outcome: Outcome }> {
  const { api } = connection;
  const byId = (id: string) => told(connection, api.GET('/v1/orders/{id}', { path: { id } }));
  if (/^ord_/.test(name)) {
    const found = await byId(name);
    if (found.ok || found.problem.code !== 'not_found') return found;
  }
  const query = { external_id: name, source, limit: 20 };
  const all = await told(connection, api.GET('/v1/orders', { query }));
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

function none(
  code: string,
  title: string,
  detail: string,
  hint: string,
  text = '',
): { readonly ok: false; readonly outcome: Outcome } {
  const outcome = failed({ code, title, detail, hint });
  return { ok: false, outcome: { ...outcome, text } };
}

export async function issueOrder(options: IssueOptions & Where, terminal: Terminal): Promise<Outcome> {
  const drawn = `cli-${randomUUID()}`;
  const { url: _url, key: _key, ...asked } = options;
  const body = orderAsked(asked, drawn);
  if ('trouble' in body) return body.trouble;
  const { order } = body;
  return connected(options, terminal, async (connection) => {
    const issued = await told(connection, connection.api.POST('/v1/orders', { body: order }));
    if (!issued.ok) return unsure(issued, order.id, drawn);
    const { value } = issued;
    // A line may wait, for too many units at once for example.
    const whole = value.items.every((it) => it.state === 'issued');
    return done(value, orderText(value, terminal.paint, terminal.width), whole ? 0 : 1);
  });
}

/** No answer is no refusal: it may have been entered. */
function unsure(
  { problem, outcome }: Extract<Told<unknown>, { readonly ok: false }>,
  id: string | undefined,
  drawn: string,
): Outcome {
  const { trouble } = outcome;
  const lost = problem.code === 'unreachable' || problem.code === 'not_keyferry' || problem.status >= 500;
  if (!trouble || !lost) return outcome;
  const again = id === drawn ? `the same with --id ${drawn}` : 'the same again';
  const hint = `${trouble.hint} Whether the order was entered is not known: send ${again}; it is one order, however often.`;
  return failed({ ...trouble, hint }, outcome.exit);
}
