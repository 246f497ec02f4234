/**
 * The accounts that rows of an import name, by id or by name; those of new names are made. A part of imports.ts. What
 * must never happen here: one of two accounts of the same name taken by chance.
 */
import type { ImportStore } from '../core/imports.ts';

interface NoAccount {
  readonly message: string;
  readonly remedy: string;
}

/** `id` null: it would be made, and nothing is to be changed. */
type Account = { readonly id: string | null } | NoAccount;

const IS_ID = /^acc_[0-9A-Za-z]{10,}$/;

/** @returns by what the rows call them */
export async function accountsOf(
  store: ImportStore,
  rows: readonly { readonly account: string | null }[],
  dry_run: boolean,
  actor: string,
  now: number,
): Promise<ReadonlyMap<string, Account>> {
  const called = [...new Set(rows.flatMap(({ account }) => (account === null ? [] : [account])))];
  const before = await store.accounts(called);
  const missing = called.filter((it) => !before.has(it) && !IS_ID.test(it));
  if (!dry_run) await store.addAccounts(missing, actor, now);
  const found = dry_run || missing.length === 0 ? before : await store.accounts(called);
  return new Map(called.map((it) => [it, accountAt(it, found.get(it) ?? [])]));
}

function accountAt(called: string, [id, ...others]: readonly string[]): Account {
  if (others.length > 0) {
    const message = `is the name of ${others.length + 1} accounts`;
    return { message, remedy: 'Write the id of the one that is meant.' };
  }
  if (id !== undefined) return { id };
  if (!IS_ID.test(called)) return { id: null };
  return {
    message: 'there is no account of this id',
    remedy: 'Write an id as GET /v1/accounts shows it, or a name.',
  };
}
