/**
 * `keyferry customers`: who bought, and what. It stands in front of the API. What must never happen here: one person
 * taken for another because their addresses look alike.
 */
import type { Customer } from '../client/index.ts';
import { type ListOptions, listed, told } from './asking.ts';
import { CALL } from './called.ts';
import { type Connection, connected, type Where } from './connect.ts';
import { ORDER_HEAD, orderRow } from './orders-text.ts';
import { done, failed, type Outcome } from './outcome.ts';
import type { Terminal } from './terminal.ts';
import { type Cell, day, harmless, type Paint, table } from './text.ts';

export function listCustomers(
  options: { readonly email?: string } & ListOptions & Where,
  terminal: Terminal,
): Promise<Outcome> {
  return connected(options, terminal, (connection) =>
    listed(connection, terminal, options, {
      page: (slice) => connection.api.GET('/v1/customers', { query: { email: options.email, ...slice } }),
      head: ['customer', 'since', 'email, name, company'],
      row: customerRow,
      none: 'No customers.',
    }),
  );
}

function customerRow(it: Customer): readonly Cell[] {
  const who = [it.email, it.name, it.company].filter((part) => part !== null);
  return [it.id, day(it.created_at), who.join(', ')];
}

export function showCustomer(name: string, options: Where, terminal: Terminal): Promise<Outcome> {
  return connected(options, terminal, async (connection) => {
    const { api } = connection;
    const found = await customerOf(name, connection);
    if ('exit' in found) return found;
    const query = { customer: found.id, limit: 20 };
    const orders = await told(connection, api.GET('/v1/orders', { query }));
    if (!orders.ok) return orders.outcome;
    const rows = orders.value.items.map(orderRow);
    const heads = ORDER_HEAD.map((it): Cell => ['dim', it]);
    const more =
      orders.value.next_cursor === null
        ? []
        : ['', `There are more: ${CALL} orders list --customer ${found.id}`];
    const text = [
      ...customerText(found, terminal.paint),
      ...(rows.length > 0 ? ['', ...table([heads, ...rows], terminal.paint)] : ['  No orders.']),
      ...more,
    ];
    return done({ ...found, orders: orders.value.items }, text.join('\n'));
  });
}

async function customerOf(name: string, connection: Connection): Promise<Customer | Outcome> {
  const { api } = connection;
  if (!name.includes('@')) {
    const found = await told(connection, api.GET('/v1/customers/{id}', { path: { id: name } }));
    return found.ok ? found.value : found.outcome;
  }
  const all = await told(connection, api.GET('/v1/customers', { query: { email: name, limit: 1 } }));
  if (!all.ok) return all.outcome;
  const [only] = all.value.items;
  const hint = `\`${CALL} customers list\` shows who there is.`;
  return only ?? failed({ code: 'not_found', title: 'Nobody has this address', detail: name, hint });
}

function customerText(it: Customer, paint: Paint): string[] {
  const rows: readonly (readonly [string, string | null])[] = [
    ['email', it.email],
    ['name', it.name],
    ['company', it.company],
    ['phone', it.phone],
    ['reference', it.reference],
    ['account', it.account && `${it.account.name}  ${it.account.id}`],
    ['since', day(it.created_at)],
  ];
  const said = rows.flatMap(([name, value]): Cell[][] => (value ? [[['dim', name], value]] : []));
  return [paint('strong', harmless(it.id)), ...table(said, paint, '  ')];
}
