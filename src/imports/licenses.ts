/**
 * Licenses of a file, whose keys were given out elsewhere: each becomes a line of an order by hand that bears exactly
 * this key. It waits as a key from before does, and the order takes it. A part of imports.ts. What must never happen
 * here: a key that is told, or one that two licenses have.
 */
import type { Person, PersonAct } from '../core/acts.ts';
import { BY_HAND, type OrdersByHand } from '../core/by-hand.ts';
import { hexOf } from '../core/bytes.ts';
import { type Catalog, policyOf, productOf } from '../core/catalog.ts';
import type { GivenKeys } from '../core/given-keys.ts';
import type { Around, GivenRow } from '../core/given-rows.ts';
import {
  endsOtherwise,
  findingsOf,
  heldOtherwise,
  type ImportedLicense,
  licenseOf,
  orderOfKeys,
  otherThan,
} from '../core/import-orders.ts';
import { type Finding, finding, type ImportRow } from '../core/import-rows.ts';
import type { ImportStore } from '../core/imports.ts';
import { LIMITS } from '../core/limits.ts';
import type { Digest } from '../core/ports.ts';
import { problem, type Result } from '../core/problem.ts';
import type { LicenseRecord, OrderHead, Records } from '../core/records.ts';
import { type Carried, carried, eachInTurn, type StepOf } from './carried.ts';
import { idsOf, passes, TryAgain } from './orders.ts';

export interface LicensesPorts {
  readonly store: ImportStore;
  readonly orders: OrdersByHand;
  readonly given: GivenKeys;
  readonly records: Pick<Records, 'licenses' | 'orderHeads'>;
  readonly act: (orderId: string, act: PersonAct, by: Person) => Promise<Result<unknown>>;
  readonly digest: Digest;
  readonly catalog: () => Promise<Catalog | null>;
  /** Orders under way at once. */
  readonly at_once: number;
}

const WITHIN = { source: BY_HAND, account: '' };
/** Letters of a hash by which a line, or an order, of a key is called. */
const LINE_LETTERS = 16;
const ORDER_LETTERS = 32;

/** A row, and what it is called. */
interface Named extends ImportedLicense {
  readonly order: string;
  readonly line: string;
}

/** A row, and what was stored around it when the step began. */
interface Beside {
  readonly it: Named;
  readonly known: Around;
}

type Fate = 'made' | 'unchanged' | Finding;

export async function importLicenses(
  ports: LicensesPorts,
  rows: readonly ImportRow[],
  step: StepOf,
): Promise<Carried> {
  const findings: Finding[] = [];
  const counts = { made: 0, unchanged: 0 };
  const accounts = await idsOf(ports.store, rows, step, findings);
  const catalog = await ports.catalog();
  const named: Named[] = [];
  const first = new Map<string, Named>();
  for (const row of rows) {
    if (accounts.refused.has(row.row)) continue;
    const read = licenseOf(row, step.now);
    if (!('key' in read)) {
      findings.push(...read);
      continue;
    }
    const endless = catalog && endlessFault(read, catalog);
    if (endless) {
      findings.push(endless);
      continue;
    }
    const it = await namedBy(ports.digest, read);
    const twin = first.get(it.key);
    if (!twin) {
      first.set(it.key, it);
      named.push(it);
    } else if (JSON.stringify(twin.row.cells) === JSON.stringify(row.cells)) counts.unchanged++;
    else
      findings.push(
        finding(row.row, 'key', `stands in row ${twin.row.row}, too`, 'Keep one of the two rows.'),
      );
  }
  const tell = (fate: Fate) => {
    if (typeof fate === 'string') counts[fate]++;
    else findings.push(fate);
  };
  const around = await ports.given.around(WITHIN, named.map(givenRowOf));
  const beside = named.flatMap((it, at): Beside[] => {
    const known = around[at];
    return known ? [{ it, known }] : [];
  });
  const born: Named[] = [];
  await eachInTurn([...Map.groupBy(beside, ({ it }) => it.order)], ports.at_once, async ([order, group]) => {
    const { fates, entered } = await importGroup(ports, order, group, accounts.ids, step);
    for (const fate of fates) tell(fate);
    born.push(...entered);
  });
  // Asked once for all of them: their orders are not read back one by one.
  const after = await ports.given.around(WITHIN, born.map(givenRowOf));
  await eachInTurn([...born.entries()], ports.at_once, async ([at, it]) =>
    tell(await asItSays(ports, it, after[at], step)),
  );
  return carried(counts, findings);
}

/** A license whose order was entered: it has its key, and becomes what its row says. */
async function asItSays(
  ports: LicensesPorts,
  it: Named,
  around: Around | undefined,
  step: StepOf,
): Promise<Fate> {
  const { license, sale } = around ?? {};
  if (!license || license.order_id !== sale?.order_id) return unborn(it);
  if (it.valid_until === undefined && it.hold === null) return 'made';
  const record = await licenseAt(ports, license.order_id, it.key);
  return record ? agree(ports, it, record, step) : unborn(it);
}

/** Before anything is made of it: a license without an end takes none later. */
function endlessFault(it: ImportedLicense, catalog: Catalog): Finding | null {
  const product = productOf(catalog, it.product);
  const policy = product && policyOf(product, it.policy);
  const { license_type = 'perpetual', is_trial = false } = { ...policy, ...it.fields };
  if (typeof it.valid_until !== 'number' || license_type !== 'perpetual' || is_trial) return null;
  const remedy = 'Write never, or a policy whose licenses end; suspend or revoke it when it is to end.';
  return finding(it.row.row, 'valid_until', 'a perpetual license has no end', remedy);
}

async function namedBy(digest: Digest, it: ImportedLicense): Promise<Named> {
  const hash = hexOf(await digest.sha256(new TextEncoder().encode(it.key)));
  const own = it.row.cells.order?.trim();
  return {
    ...it,
    order: own || `key-${hash.slice(0, ORDER_LETTERS)}`,
    line: `key-${hash.slice(0, LINE_LETTERS)}`,
  };
}

function givenRowOf({ order, line, product, key }: Named): GivenRow {
  return { name: order, line, product, key };
}

/** What came of the keys of one order; those that were entered are looked at again. */
interface Grouped {
  readonly fates: Fate[];
  readonly entered: readonly Named[];
}

async function importGroup(
  ports: LicensesPorts,
  order: string,
  group: readonly Beside[],
  accounts: ReadonlyMap<string, string | null>,
  step: StepOf,
): Promise<Grouped> {
  const fates: Fate[] = [];
  let open: Beside[] = [];
  for (const one of group) {
    const fate = await judged(ports, one.it, one.known, step);
    if (fate === 'new') open.push(one);
    else fates.push(fate);
  }
  // A row that is refused keeps the others from nothing.
  while (open.length > 0) {
    const named = open.map(({ it }) => it);
    const read = orderOfKeys(named, order, new Map(named.map((it) => [it.key, it.line])), accounts);
    const found = 'asked' in read ? await refusal(ports, read, open, step) : read;
    if (found.length === 0) {
      if (!step.dry_run) return { fates, entered: named };
      return { fates: [...fates, ...named.map(() => 'made' as const)], entered: [] };
    }
    fates.push(...found);
    const bad = new Set(found.map(({ row }) => row));
    const left = open.filter(({ it }) => !bad.has(it.row.row));
    // What is wrong with the order is wrong with all its rows.
    if (left.length === open.length || left.length === 0) break;
    open = left;
  }
  return { fates, entered: [] };
}

/** @returns what speaks against it; nothing: it is entered, or would be */
async function refusal(
  ports: LicensesPorts,
  read: Exclude<ReturnType<typeof orderOfKeys>, readonly Finding[]>,
  open: readonly Beside[],
  step: StepOf,
): Promise<readonly Finding[]> {
  const foreseen = await ports.orders.foresee(read.asked);
  if (!foreseen.ok) {
    passes(foreseen.problem);
    return findingsOf(read.rows, foreseen.problem);
  }
  if (step.dry_run) return [];
  // First the keys: an order whose keys wait for it takes them.
  await keep(ports, open, step);
  const put = await ports.orders.put(read.asked, step.actor);
  if (put.ok) return [];
  passes(put.problem);
  return findingsOf(read.rows, put.problem);
}

function unborn({ row }: Named): Finding {
  const remedy =
    'Look at the order: its line has another license. DELETE /v1/adoptions/{id} takes the key out.';
  return finding(row.row, 'key', 'was not taken by its order', remedy);
}

/** Until they are all there: beside some of them something may change just then. */
async function keep({ given }: LicensesPorts, rows: readonly Beside[], { job, now }: StepOf): Promise<void> {
  let open = rows;
  for (let attempt = 0; attempt < LIMITS.settle_attempts && open.length > 0; attempt++) {
    const fresh = open.flatMap(({ it, known: { taken, license, sale } }) => {
      if (taken || license) return [];
      return [{ ...givenRowOf(it), order_id: sale?.order_id ?? null, version: sale?.version ?? null }];
    });
    // By the job: a step that is done again knows its own.
    const added = fresh.length > 0 ? await given.add(WITHIN, fresh, job, now) : new Set<string>();
    const left = open.filter(({ it: { key } }) => fresh.some((it) => it.key === key) && !added.has(key));
    if (left.length === 0) return;
    const around = await given.around(
      WITHIN,
      left.map(({ it }) => givenRowOf(it)),
    );
    open = left.map(({ it, known }, at) => ({ it, known: around[at] ?? known }));
  }
  if (open.length > 0) throw new TryAgain(problem('conflict_persists', 'the order kept changing'));
}

async function judged(
  ports: LicensesPorts,
  it: Named,
  { taken, license, sale }: Around,
  step: StepOf,
): Promise<Fate | 'new'> {
  const { row } = it.row;
  const look = 'Look which of the two has it; nothing was changed.';
  if (license) {
    if (license.order_id !== sale?.order_id && it.row.cells.order !== undefined)
      return finding(row, 'key', `is the key of the license ${license.id}, of another order`, look);
    const [record, order] = await Promise.all([
      licenseAt(ports, license.order_id, it.key),
      ports.records.orderHeads([license.order_id]),
    ]);
    if (!record) throw new TryAgain(problem('conflict_persists', 'the license changed just then'));
    const other = otherThan(it, record) ?? otherOrder(it, order.get(license.order_id));
    if (other === null) return 'unchanged';
    // Made by this very step, which was not written down: it goes on.
    if (taken?.created_by === step.job && !step.dry_run) return agree(ports, it, record, step);
    return finding(
      row,
      other,
      `is not that of the license ${license.id}, which has this key`,
      'Nothing was changed. PATCH /v1/licenses/{id} changes it; or leave the row out.',
    );
  }
  if (!taken) return 'new';
  const { source, account, name, line, product } = taken;
  const same =
    source === BY_HAND && account === '' && name === it.order && line === it.line && product === it.product;
  return same ? 'new' : finding(row, 'key', 'waits for another sale: see GET /v1/adoptions', look);
}

function otherOrder({ row: { cells } }: Named, order: OrderHead | undefined): string | null {
  const test = cells.test?.trim().toLowerCase();
  if (test !== undefined && order && test !== String(order.test)) return 'test';
  const email = cells.customer_email?.trim().toLowerCase();
  if (email !== undefined && order?.customer?.email?.toLowerCase() !== email) return 'customer_email';
  return null;
}

async function licenseAt(
  { records }: LicensesPorts,
  order: string,
  key: string,
): Promise<LicenseRecord | null> {
  const { items } = await records.licenses({ order, key }, { limit: 3, after: null }, 0);
  return items.find((it) => it.key === key) ?? null;
}

/** Its end and its state, as its row says. */
async function agree(
  { act }: LicensesPorts,
  it: Named,
  license: LicenseRecord,
  { actor }: StepOf,
): Promise<Fate> {
  const acts: PersonAct[] = [];
  if (it.valid_until !== undefined && endsOtherwise(it, license))
    acts.push({ act: 'alter', license: license.id, values: { fields: {}, valid_until: it.valid_until } });
  if (it.hold !== null && heldOtherwise(it, license)) acts.push({ act: it.hold, license: license.id });
  for (const one of acts) {
    const acted = await act(license.order_id, one, { actor });
    if (acted.ok) continue;
    passes(acted.problem);
    const [error] = acted.problem.errors ?? [];
    const column = one.act === 'alter' ? 'valid_until' : 'state';
    return finding(
      it.row.row,
      column,
      error?.message ?? `was refused: ${acted.problem.code}`,
      `${error?.remedy ?? 'Look at the license.'} The license is there, without it.`,
    );
  }
  return 'made';
}
