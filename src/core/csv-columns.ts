/**
 * The columns of each table that can be exported and imported: what they mean, and which way they go. Exports, imports,
 * and docs/import-export.md are held to it. What must never happen here: a column that an import takes and an export
 * writes otherwise.
 */

export interface Column {
  readonly name: string;
  readonly means: string;
  /** `both`: exported, and taken by an import. `out`: an import passes it over. `in`: not exported. */
  readonly way: 'both' | 'out' | 'in';
  /** An import needs it in every row. */
  readonly needed?: true;
}

export const CSV_TABLES = ['customers', 'orders', 'licenses'] as const;
export type CsvTable = (typeof CSV_TABLES)[number];

const column = <const N extends string, const W extends Column['way']>(name: N, way: W, means: string) => ({
  name,
  way,
  means,
});
const needed = <const N extends string, const W extends Column['way']>(
  name: N,
  way: W,
  means: string,
): { readonly name: N; readonly way: W; readonly means: string; readonly needed: true } => ({
  name,
  way,
  means,
  needed: true,
});

const BUYER = [
  column('customer_email', 'both', 'By it the customer is found again, whatever shop they buy in.'),
  column('customer_name', 'both', 'As a person reads it.'),
  column('customer_company', 'both', 'Their company.'),
  column('customer_phone', 'both', 'Their telephone.'),
  column('customer_reference', 'both', 'Your own, or the shop’s, id of the customer.'),
  column(
    'account',
    'both',
    'The account’s name; an import takes its id as well, and makes one of a new name.',
  ),
] as const;

const ACCOUNT = BUYER[5];

export const CSV_COLUMNS = {
  customers: [
    column('id', 'out', 'Keyferry’s own id.'),
    column('email', 'both', 'By it a customer is found again; an import needs it or `reference`.'),
    column('reference', 'both', 'Your own, or the shop’s, id of the customer.'),
    column('name', 'both', 'As a person reads it.'),
    column('company', 'both', 'Their company.'),
    column('phone', 'both', 'Their telephone.'),
    ACCOUNT,
    column('account_id', 'out', 'The id of their account.'),
    column('created_at', 'out', 'When they first came.'),
  ],
  orders: [
    needed('order', 'both', 'The order’s own id: the shop’s, or yours. Rows of one order follow each other.'),
    column('id', 'out', 'Keyferry’s own id.'),
    column('source', 'out', 'The shop it came from; `manual` by hand, and after an import.'),
    column('source_account', 'out', 'The connected account of the shop.'),
    column('label', 'out', 'What the shop calls it to people.'),
    column('state', 'out', '`pending`, `issued`, `partly_parked`, `parked`, `cancelled`.'),
    column('test', 'both', '`true` or `false`.'),
    column('item', 'both', 'The item’s id in its order; its position if left out.'),
    column('title', 'out', 'As the shop calls what it sold.'),
    column('item_state', 'out', '`pending`, `issued`, `parked`, `ignored`, `ended`.'),
    column('product', 'both', 'The product’s code.'),
    column('bundle', 'in', 'A bundle’s code, in place of `product`.'),
    column('policy', 'both', 'A policy of the product; its default one if left out.'),
    column('quantity', 'both', 'Units: one license for each; 1 if left out.'),
    column('licenses', 'out', 'How many licenses the item has.'),
    column('values', 'in', 'License fields over the policy, as JSON.'),
    column('metadata', 'in', 'Kept with each license of the order, as JSON.'),
    column('note', 'in', 'Shown in the order’s timeline.'),
    column('currency', 'out', 'In lower case.'),
    column('total', 'out', 'As the shop writes it.'),
    ...BUYER,
    column('bought_at', 'out', 'When it was bought.'),
    column('created_at', 'out', 'When it came here.'),
    column('updated_at', 'out', 'When it last changed.'),
  ],
  licenses: [
    column('id', 'out', 'Keyferry’s own id.'),
    needed('key', 'both', 'The whole key, as the buyer has it.'),
    needed('product', 'both', 'The product’s code.'),
    column('policy', 'both', 'A policy of the product; its default one if left out.'),
    column('state', 'both', '`active`, `suspended`, `revoked` or `expired`; `active` if left out.'),
    column('valid_until', 'both', 'The end, as a time; `never`: none. As the policy says if left out.'),
    column('license_type', 'out', 'Of the policy; also among `values`.'),
    column('max_activations', 'both', 'Devices at once.'),
    column('features', 'both', 'Codes of the features, as a JSON list.'),
    column('custom_fields', 'both', 'By name, as a JSON object.'),
    column('metadata', 'both', 'As a JSON object.'),
    column('values', 'both', 'All other fields of the license, as a JSON object.'),
    column(
      'order',
      'both',
      'The id of its order. Keys of one id share an order; without one each has its own.',
    ),
    column('order_id', 'out', 'Keyferry’s own id of the order.'),
    column('source', 'out', 'The shop it was sold in; `manual` by hand, and after an import.'),
    column('test', 'both', '`true` or `false`.'),
    column('line_id', 'out', 'The line of the order.'),
    ...BUYER,
    column('starts_at', 'out', 'Since when it is valid.'),
    column('replaced', 'out', 'Another key stands in its place.'),
    column('issuer', 'out', 'Where it lives.'),
    column('created_at', 'out', 'When it was issued.'),
    column('updated_at', 'out', 'When it last changed.'),
  ],
} as const satisfies Readonly<Record<CsvTable, readonly Column[]>>;

type ColumnOf<T extends CsvTable> = (typeof CSV_COLUMNS)[T][number];
/** What a row of an export holds. */
export type ExportColumn<T extends CsvTable> = Extract<ColumnOf<T>, { way: 'both' | 'out' }>['name'];
/** What a row of an import may hold. */
export type ImportColumn<T extends CsvTable> = Extract<ColumnOf<T>, { way: 'both' | 'in' }>['name'];

export function exportColumns<T extends CsvTable>(table: T): readonly ExportColumn<T>[] {
  const all: readonly Column[] = CSV_COLUMNS[table];
  // Of those that are left: the type says of each name what the filter keeps.
  return all.filter(({ way }) => way !== 'in').map(({ name }) => name) as ExportColumn<T>[];
}
