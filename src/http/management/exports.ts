/**
 * GET /v1/exports/{customers,orders,licenses}.csv: whole lists as a file, read page by page while it is sent. What must
 * never happen here: a file that ends as if it were whole, or one that is held in memory.
 */
import * as z from 'zod';
import { csvLine } from '../../core/csv.ts';
import { type CsvTable, type ExportColumn, exportColumns } from '../../core/csv-columns.ts';
import { LIMITS } from '../../core/limits.ts';
import { traceOf } from '../../core/observation.ts';
import type { CustomerRecord } from '../../core/people.ts';
import {
  type IdKey,
  type ItemRecord,
  type LicenseKey,
  type LicenseRecord,
  type OrderHead,
  type OrderRecord,
  type Slice,
  type Sliced,
  shownState,
} from '../../core/records.ts';
import { iso } from '../answers.ts';
import type { AppPorts } from '../ports.ts';
import { yesNo } from '../request.ts';
import { customerFilters } from './customers.ts';
import { licenseFilters } from './licenses.ts';
import { orderFilters } from './orders.ts';
import { type Route, route } from './route.ts';

const bom = yesNo.optional().describe('Begin with a byte order mark, by which Excel knows UTF-8.');

type Cells<T extends CsvTable> = Readonly<Record<ExportColumn<T>, string | null>>;

function buyerCells(it: CustomerRecord | null) {
  return {
    customer_email: it?.email ?? null,
    customer_name: it?.name ?? null,
    customer_company: it?.company ?? null,
    customer_phone: it?.phone ?? null,
    customer_reference: it?.reference ?? null,
    account: it?.account?.name ?? null,
  };
}

function customerCells(it: CustomerRecord): Cells<'customers'> {
  const { id, email, reference, name, company, phone, account } = it;
  return {
    id,
    email,
    reference,
    name,
    company,
    phone,
    account: account?.name ?? null,
    account_id: account?.id ?? null,
    created_at: iso(it.created_at),
  };
}

/** A row for each item; an order without one has a row all the same. */
function orderCells(it: OrderRecord): Cells<'orders'>[] {
  const items: readonly (ItemRecord | null)[] = it.items.length > 0 ? it.items : [null];
  return items.map((item) => ({
    order: it.external_id,
    id: it.id,
    source: it.source,
    source_account: it.account,
    label: it.label,
    state: it.state,
    test: String(it.test),
    item: item?.line_id ?? null,
    title: item?.title ?? null,
    item_state: item?.state ?? null,
    product: item?.product ?? null,
    policy: item?.policy ?? null,
    quantity: item?.quantity == null ? null : String(item.quantity),
    licenses: String(item?.licenses.length ?? 0),
    currency: it.currency,
    total: it.total,
    ...buyerCells(it.customer),
    bought_at: iso(it.bought_at),
    created_at: iso(it.created_at),
    updated_at: iso(it.updated_at),
  }));
}

function licenseCells(it: LicenseRecord, order: OrderHead | null, now: number): Cells<'licenses'> {
  const { max_activations, features, custom_fields, metadata, ...values } = it.fields;
  const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value));
  return {
    id: it.id,
    key: it.key,
    product: it.product,
    policy: it.policy,
    state: shownState(it.state, it.valid_until, now),
    valid_until: iso(it.valid_until) ?? 'never',
    license_type: it.license_type,
    max_activations: max_activations === undefined ? null : String(max_activations),
    features: json(features),
    custom_fields: json(custom_fields),
    metadata: json(metadata),
    values: json(values),
    order: order?.external_id ?? null,
    order_id: it.order_id,
    source: order?.source ?? null,
    test: order ? String(order.test) : null,
    line_id: it.line_id,
    ...buyerCells(order?.customer ?? null),
    starts_at: iso(it.starts_at),
    replaced: String(it.replaced),
    issuer: it.issuer,
    created_at: iso(it.created_at),
    updated_at: iso(it.updated_at),
  };
}

type Page<T extends CsvTable, Key> = Sliced<Cells<T>, Key>;

/** @param bom of the query. @throws when its first page cannot be read: nothing was sent yet */
async function file<T extends CsvTable, Key>(
  table: T,
  { log }: Pick<AppPorts, 'log'>,
  marked: boolean,
  read: (slice: Slice<Key>) => Promise<Page<T, Key>>,
): Promise<Response> {
  const columns = exportColumns(table);
  const encoder = new TextEncoder();
  const linesOf = (rows: readonly Cells<T>[]) =>
    rows.map((row) => csvLine(columns.map((name) => row[name]))).join('');
  let page: Page<T, Key> | null = await read({ limit: LIMITS.export_rows, after: null });
  let begun = `${marked ? '\ufeff' : ''}${csvLine(columns)}`;
  // Nothing is read before it is asked for: whoever reads slowly holds one page, and whoever goes away ends it.
  const body = new ReadableStream<Uint8Array>(
    {
      pull: async (sink) => {
        try {
          if (!page) return sink.close();
          const { items, next } = page;
          sink.enqueue(encoder.encode(begun + linesOf(items)));
          begun = '';
          page = null;
          if (next === null) sink.close();
          else page = await read({ limit: LIMITS.export_rows, after: next });
        } catch (error) {
          log('error', 'export broken off', { table, error: traceOf(error) });
          // The connection breaks: a file that ended here would look whole.
          sink.error(error);
        }
      },
    },
    { highWaterMark: 0 },
  );
  const headers = {
    'content-type': 'text/csv; charset=utf-8; header=present',
    'content-disposition': `attachment; filename="${table}.csv"`,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  };
  return new Response(body, { headers });
}

const TOLD =
  "Newest first, by the filters of the list. Rows that come meanwhile are neither repeated nor skipped. If the database fails midway the connection breaks: a file that ended well is whole. A cell that a spreadsheet would take for a formula has a `'` before it.";

export const exports: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/exports/customers.csv',
    scope: 'read',
    summary: 'Export customers',
    name: 'exportCustomers',
    description: TOLD,
    query: z.strictObject({ ...customerFilters, bom }),
    answers: { 200: { csv: exportColumns('customers') } },
    handle: async ({ query: { bom: marked = false, ...filter } }, ports) =>
      file('customers', ports, marked, async (slice: Slice<IdKey>) => {
        const { items, next } = await ports.records.customers(filter, slice);
        return { items: items.map(customerCells), next };
      }),
  }),
  route({
    method: 'GET',
    path: '/v1/exports/orders.csv',
    scope: 'read',
    summary: 'Export orders',
    name: 'exportOrders',
    description: `A row for each item of an order. ${TOLD}`,
    query: z.strictObject({ ...orderFilters, bom }),
    answers: { 200: { csv: exportColumns('orders') } },
    handle: async ({ query: { bom: marked = false, ...filter } }, ports) =>
      file('orders', ports, marked, async (slice: Slice<IdKey>) => {
        const { items, next } = await ports.records.orders(filter, slice);
        return { items: items.flatMap(orderCells), next };
      }),
  }),
  route({
    method: 'GET',
    path: '/v1/exports/licenses.csv',
    scope: 'read',
    summary: 'Export licenses',
    name: 'exportLicenses',
    description: `With their keys, and who bought them. ${TOLD}`,
    query: z.strictObject({ ...licenseFilters, bom }),
    answers: { 200: { csv: exportColumns('licenses') } },
    handle: async ({ query: { bom: marked = false, ...filter } }, ports) => {
      // One time for all of it: a license that runs out meanwhile is not in both of two files.
      const now = ports.clock.now();
      return file('licenses', ports, marked, async (slice: Slice<LicenseKey>) => {
        const { items, next } = await ports.records.licenses(filter, slice, now);
        const orders = await ports.records.orderHeads([...new Set(items.map((it) => it.order_id))]);
        return {
          items: items.map((it) => licenseCells(it, orders.get(it.order_id) ?? null, now)),
          next,
        };
      });
    },
  }),
];
