/**
 * `keyferry products` and `bundles`: what is sold, as the catalog has it. It stands in front of the API. What must never
 * happen here: a change to it; those go through mappings and the API.
 */
import * as yaml from 'yaml';
import { type ListOptions, listed, told } from './asking.ts';
import { connected, type Where } from './connect.ts';
import { done, type Outcome } from './outcome.ts';
import type { Terminal } from './terminal.ts';

export function listProducts(options: ListOptions & Where, terminal: Terminal): Promise<Outcome> {
  return connected(options, terminal, (connection) =>
    listed(connection, terminal, options, {
      page: (query) => connection.api.GET('/v1/products', { query }),
      head: ['product', 'policies', 'name'],
      row: (it) => [['strong', it.code], it.policies.map(({ code }) => code).join(', '), it.name],
      none: 'No products.',
    }),
  );
}

export function showProduct(code: string, options: Where, terminal: Terminal): Promise<Outcome> {
  return connected(options, terminal, async (connection) => {
    const call = connection.api.GET('/v1/products/{code}', { path: { code } });
    const found = await told(connection, call);
    if (!found.ok) return found.outcome;
    return done(found.value, yaml.stringify(found.value, { lineWidth: 0 }).trimEnd());
  });
}

export function listBundles(options: ListOptions & Where, terminal: Terminal): Promise<Outcome> {
  return connected(options, terminal, (connection) =>
    listed(connection, terminal, options, {
      page: (query) => connection.api.GET('/v1/bundles', { query }),
      head: ['bundle', 'products', 'name'],
      row: (it) => [['strong', it.code], it.products.map(({ product }) => product).join(', '), it.name],
      none: 'No bundles.',
    }),
  );
}
