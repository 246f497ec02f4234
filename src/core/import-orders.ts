/**
 * Orders and licenses of a file that is imported, as requests for orders by hand. Pure. What must never happen here:
 * a second way to issue, or a value of a person in what is found.
 */
import { type OrderAsked, orderAsked } from './by-hand.ts';
import { faultsOf, pathText } from './faults.ts';
import { readGivenKey } from './given-rows.ts';
import { CellReader, type Finding, finding, type ImportRow } from './import-rows.ts';
import { same } from './json.ts';
import type { LicenseFields } from './license.ts';
import { LIMITS } from './limits.ts';
import type { PlacedError, Problem } from './problem.ts';
import { PROBLEMS } from './problems.ts';

/** Rows that are one order, read; `account`: an account's id, where its cell was one or was found. */
export interface ImportedOrder {
  readonly rows: readonly ImportRow[];
  readonly asked: OrderAsked;
}

/** What stands once for all rows of an order. */
const ONCE = [
  'test',
  'note',
  'metadata',
  'customer_email',
  'customer_name',
  'customer_company',
  'customer_phone',
  'customer_reference',
  'account',
] as const;

/**
 * @param rows of one order, in their order
 * @param accounts ids by what the cells call them; null: one that would be made
 */
export function orderOf(
  rows: readonly ImportRow[],
  accounts: ReadonlyMap<string, string | null>,
): ImportedOrder | readonly Finding[] {
  const faults: Finding[] = [];
  const items = rows.map((row) => {
    const cells = new CellReader(row);
    const item = {
      id: cells.text('item')?.trim(),
      product: cells.text('product')?.trim(),
      bundle: cells.text('bundle')?.trim(),
      policy: cells.text('policy')?.trim(),
      quantity: cells.count('quantity'),
      values: cells.json('values'),
    };
    faults.push(...cells.faults);
    return without(item);
  });
  return askedOf(rows, items, accounts, faults, {
    note: rows[0]?.cells.note,
    metadata: rows[0] && jsonOf(rows[0], 'metadata', faults),
    append: false,
  });
}

function jsonOf(row: ImportRow, column: string, faults: Finding[]) {
  const cells = new CellReader(row);
  const value = cells.json(column);
  faults.push(...cells.faults);
  return value;
}

function askedOf(
  rows: readonly ImportRow[],
  items: readonly object[],
  accounts: ReadonlyMap<string, string | null>,
  before: readonly Finding[],
  more: Readonly<Record<string, unknown>>,
): ImportedOrder | readonly Finding[] {
  const [first] = rows;
  if (!first) return [];
  const cells = new CellReader(first);
  const called = cells.text('account');
  const raw = without({
    customer: none(
      without({
        email: cells.text('customer_email'),
        name: cells.text('customer_name'),
        company: cells.text('customer_company'),
        phone: cells.text('customer_phone'),
        reference: cells.text('customer_reference'),
      }),
    ),
    account: called === undefined ? undefined : idAt(accounts, called),
    test: cells.yesNo('test'),
    items,
    ...more,
    id: more.id ?? cells.text('order')?.trim(),
  });
  const faults = [...before, ...cells.faults, ...rows.slice(1).flatMap((row) => unlike(first, row))];
  const read = orderAsked.safeParse(raw);
  if (!read.success) {
    const found = faultsOf(orderAsked, read.error.issues, raw);
    const places = found.map(
      ({ path, ...it }): PlacedError => ({
        file: 'request',
        path: pathText(['body', ...path]),
        ...it,
      }),
    );
    faults.push(...placesOf(rows, places));
  }
  return faults.length === 0 && read.success ? { rows, asked: read.data } : faults;
}

function idAt(accounts: ReadonlyMap<string, string | null>, called: string): string | undefined {
  const id = accounts.get(called);
  return id === undefined ? called : (id ?? undefined);
}

/** What stands once may be left out further down, or stand there again. */
function unlike(first: ImportRow, row: ImportRow): Finding[] {
  return ONCE.filter(
    (column) => row.cells[column] !== undefined && row.cells[column] !== first.cells[column],
  ).map((column) =>
    finding(row.row, column, 'differs from the first row of its order', 'Write the same, or leave it out.'),
  );
}

/** What an order by hand was refused for, at the rows that it was made of. */
export function findingsOf(rows: readonly ImportRow[], it: Problem): Finding[] {
  const first = rows[0]?.row ?? 0;
  if (it.code === 'exists_with_different_content') {
    const again = 'Write what was sent then, or another order id.';
    // Each difference would name what stood there then.
    const all = (it.errors ?? []).map((error) => {
      const [place] = placesOf(rows, [error]);
      const message = 'differs from what stands under this order id';
      return finding(place?.row ?? first, place?.column ?? null, message, again);
    });
    return all.length > 0 ? all : [finding(first, 'order', 'stands for another order already', again)];
  }
  if (it.errors && it.errors.length > 0) return placesOf(rows, it.errors);
  const { title, hint } = PROBLEMS[it.code];
  return [finding(first, null, `${it.code}: ${title}`, hint)];
}

const PLACE = /^body(?:\.(items)\[(\d+)\])?(?:\.(\w+))?(?:\.(\w+))?/;
const OWN_COLUMNS = ['max_activations', 'features', 'custom_fields', 'metadata'];

function placesOf(rows: readonly ImportRow[], errors: readonly PlacedError[]): Finding[] {
  return errors.map(({ path, message, remedy }) => {
    const [, items, at, name, member] = PLACE.exec(path) ?? [];
    const row = rows[items === undefined ? 0 : Number(at)] ?? rows[0];
    const isLicense = row?.cells.key !== undefined;
    return finding(row?.row ?? 0, columnOf(name, member, isLicense, items !== undefined), message, remedy);
  });
}

function columnOf(
  name: string | undefined,
  member: string | undefined,
  isLicense: boolean,
  ofItem: boolean,
): string | null {
  if (name === undefined || name === 'items') return null;
  if (name === 'customer') return member === undefined ? 'customer_email' : `customer_${member}`;
  if (name === 'id') return ofItem ? 'item' : 'order';
  if (name === 'values' && isLicense && member !== undefined && OWN_COLUMNS.includes(member)) return member;
  return name;
}

/** A license that was given out elsewhere. */
export interface ImportedLicense {
  readonly row: ImportRow;
  readonly key: string;
  readonly product: string;
  readonly policy: string | undefined;
  readonly fields: LicenseFields;
  readonly hold: 'suspend' | 'revoke' | null;
  /** Epoch ms; undefined: as its policy says. */
  readonly valid_until: number | 'never' | undefined;
}

const STATES = ['active', 'suspended', 'revoked', 'expired'];

/** @param now epoch ms */
export function licenseOf(row: ImportRow, now: number): ImportedLicense | readonly Finding[] {
  const cells = new CellReader(row);
  const key = readGivenKey(cells.text('key') ?? '');
  if (key === null)
    cells.fault(
      'key',
      'cannot be a key',
      `Write 1 to ${LIMITS.given_key_letters} printable ASCII characters, as the buyer has it.`,
    );
  const state = cells.text('state')?.trim().toLowerCase() ?? 'active';
  if (!STATES.includes(state)) cells.fault('state', 'is no state', `Write one of: ${STATES.join(', ')}.`);
  const never = cells.text('valid_until')?.trim().toLowerCase() === 'never';
  const until = never ? 'never' : cells.time('valid_until');
  if (state === 'expired' && !(typeof until === 'number' && until <= now))
    cells.fault('valid_until', 'is not past, and the license has expired', 'Write when it ended.');
  if (typeof until === 'number' && until > LIMITS.latest_time_ms)
    cells.fault('valid_until', 'is later than the year 9999', 'Write an earlier time, or never.');
  const others = cells.json('values');
  if (others !== undefined && !isObject(others))
    cells.fault('values', 'is no JSON object', 'Write it like {}.');
  const fields = without({
    ...(isObject(others) ? others : {}),
    max_activations: cells.count('max_activations'),
    features: cells.json('features'),
    custom_fields: cells.json('custom_fields'),
    metadata: cells.json('metadata'),
  });
  if (cells.faults.length > 0 || key === null) return cells.faults;
  const hold = state === 'suspended' ? 'suspend' : state === 'revoked' ? 'revoke' : null;
  return {
    row,
    key,
    product: cells.text('product')?.trim() ?? '',
    policy: cells.text('policy')?.trim(),
    // The order that is asked for with them says whether they are.
    fields: fields as LicenseFields,
    hold,
    valid_until: until,
  };
}

/**
 * The order by hand whose lines bear these keys. It is appended to: keys of one order may stand apart in the file.
 * @param ids by key: what its line is called
 * @param order the id of the order
 */
export function orderOfKeys(
  licenses: readonly ImportedLicense[],
  order: string,
  ids: ReadonlyMap<string, string>,
  accounts: ReadonlyMap<string, string | null>,
): ImportedOrder | readonly Finding[] {
  const items = licenses.map(({ key, product, policy, fields }) =>
    without({ id: ids.get(key), product, policy, quantity: 1, values: fields }),
  );
  return askedOf(
    licenses.map(({ row }) => row),
    items,
    accounts,
    [],
    { id: order, append: true },
  );
}

/** What a license that is there has otherwise than its row says. @returns its column, or null */
export function otherThan(
  row: ImportedLicense,
  there: {
    readonly product: string;
    readonly policy: string;
    readonly fields: LicenseFields;
    readonly state: string;
    readonly valid_until: number | null;
  },
): string | null {
  if (row.product !== there.product) return 'product';
  if (row.policy !== undefined && row.policy !== there.policy) return 'policy';
  for (const [name, value] of Object.entries(row.fields)) {
    if (!same(value, Object.entries(there.fields).find(([other]) => other === name)?.[1]))
      return OWN_COLUMNS.includes(name) ? name : 'values';
  }
  return endsOtherwise(row, there) ? 'valid_until' : heldOtherwise(row, there) ? 'state' : null;
}

export function endsOtherwise(row: ImportedLicense, there: { readonly valid_until: number | null }): boolean {
  const { valid_until: said } = row;
  return said !== undefined && there.valid_until !== (said === 'never' ? null : said);
}

export function heldOtherwise(row: ImportedLicense, there: { readonly state: string }): boolean {
  const wanted = row.hold === null ? 'active' : row.hold === 'suspend' ? 'suspended' : 'revoked';
  return there.state !== wanted;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Without members that are undefined. */
function without(it: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(it).filter(([, value]) => value !== undefined));
}

function none(it: Record<string, unknown>): Record<string, unknown> | undefined {
  return Object.keys(it).length > 0 ? it : undefined;
}
