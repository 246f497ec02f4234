/**
 * Customers of a file: found by email or reference, else made; what is empty of them is filled. A part of imports.ts.
 * What must never happen here: a customer taken from one account to another.
 */
import { BY_HAND } from '../core/by-hand.ts';
import { customerIdentity } from '../core/customer.ts';
import { customerOf, type ImportedCustomer } from '../core/import-customers.ts';
import { type Finding, finding, type ImportRow } from '../core/import-rows.ts';
import type { CustomerWritten, ImportStore, KnownCustomer } from '../core/imports.ts';
import type { Digest } from '../core/ports.ts';
import { buriedNames, buryable } from '../core/tombstones.ts';
import { accountsOf } from './accounts.ts';
import { type Carried, carried, type StepOf } from './carried.ts';

export interface CustomersPorts {
  readonly store: ImportStore;
  readonly digest: Digest;
  /** What addresses are hashed with. */
  readonly emailKey: () => Promise<string>;
}

const FIELDS = ['name', 'company', 'phone', 'reference'] as const;

export async function importCustomers(
  { store, digest, emailKey }: CustomersPorts,
  rows: readonly ImportRow[],
  { dry_run, job, actor, now }: StepOf,
): Promise<Carried> {
  const findings: Finding[] = [];
  const read = rows.flatMap((row): ImportedCustomer[] => {
    const it = customerOf(row);
    if ('row' in it) return [it];
    findings.push(...it);
    return [];
  });
  const accounts = await accountsOf(store, read, dry_run, actor, now);
  const identityOf = (it: ImportedCustomer) =>
    customerIdentity({ ...it, reference: it.reference }, BY_HAND, '') ?? '';
  const known = new Map(await store.customers(read.map(identityOf)));
  // Asked once for all of them.
  let drawn: Promise<string> | undefined;
  const key = () => {
    drawn ??= emailKey();
    return drawn;
  };
  const graves = await Promise.all(
    read.map(async ({ email, reference }) => {
      const names = await buriedNames(buryable([], [{ email, reference }]), digest, key);
      return names.flatMap(({ kind, name }) => (kind === 'customer' ? [name] : []));
    }),
  );
  const buried = await store.buried(graves.flat());
  const written: CustomerWritten[] = [];
  const counts = { made: 0, changed: 0, unchanged: 0 };
  for (const [at, it] of read.entries()) {
    const identity = identityOf(it);
    const account = it.account === null ? null : accounts.get(it.account);
    const own = graves[at] ?? [];
    if (own.some((name) => buried.has(name))) {
      const remedy = 'Nothing is to be done: whoever was forgotten stays forgotten.';
      findings.push(finding(it.row, null, 'is a customer whose records were redacted', remedy));
      continue;
    }
    if (account && 'remedy' in account) {
      findings.push(finding(it.row, 'account', account.message, account.remedy));
      continue;
    }
    const account_id = account?.id ?? null;
    const before = known.get(identity);
    const place = account_id ?? it.account;
    if (before?.account_id && place !== null && before.account_id !== place) {
      const remedy = 'Write that account or none; PATCH /v1/customers/{id} moves a customer.';
      findings.push(finding(it.row, 'account', `belongs to ${before.account_id}`, remedy));
      continue;
    }
    const after: KnownCustomer = {
      identity,
      account_id: before?.account_id ?? place,
      ...filled(before, it),
    };
    known.set(identity, after);
    const fills =
      !before ||
      FIELDS.some((field) => before[field] !== after[field]) ||
      (before.account_id === null && place !== null);
    if (!fills) counts.unchanged++;
    else {
      counts[before ? 'changed' : 'made']++;
      const { row: _row, account: name, ...said } = it;
      written.push({
        ...said,
        identity,
        account_id,
        account_name: account_id === null ? name : null,
        buried: own,
      });
    }
  }
  if (!dry_run) await store.writeCustomers(written, job, actor, now);
  return carried(counts, findings);
}

function filled(before: KnownCustomer | undefined, it: ImportedCustomer) {
  return {
    name: before?.name ?? it.name,
    company: before?.company ?? it.company,
    phone: before?.phone ?? it.phone,
    reference: before?.reference ?? it.reference,
  };
}
