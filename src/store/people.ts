/**
 * Accounts and customers as a person writes them. Beside the river: settle makes customers and fills what is empty
 * in them, and overwrites nothing that stands here. What must never happen here: a change without its row in the audit
 * log, or a name of a person in that row, where nobody would forget it.
 */
import { type AuditEntry, type Editor, isEdited } from '../core/audit.ts';
import { BY_HAND } from '../core/by-hand.ts';
import { customerIdentity } from '../core/customer.ts';
import { ID_BYTES, timeOrderedId } from '../core/keys.ts';
import { LIMITS } from '../core/limits.ts';
import type { CustomerChange, CustomerRecord, NewCustomer, People } from '../core/people.ts';
import type { Clock, RandomBytes } from '../core/ports.ts';
import { fail, invalid, ok, type PlacedError, type Result } from '../core/problem.ts';
import type { Buyer } from '../core/things.ts';
import type { BuriedName } from '../core/tombstones.ts';
import { audited, auditedAlready, mustHold } from './audit.ts';
import {
  BatchError,
  batchOnce,
  type Database,
  jsonRows,
  type Row,
  type SqlValue,
  type Statement,
  statement,
} from './database.ts';
import { CUSTOMERS } from './record-queries.ts';
import { BURIED } from './redact-people.ts';
import { readAccount, readCustomer } from './rows.ts';

const COLUMNS = ['account_id', 'name', 'company', 'phone'] as const satisfies (keyof CustomerChange)[];
const PERSONAL = ['name', 'company', 'phone'] as const;
/** How often others may come first. */
const ATTEMPTS = 20;

export interface PeoplePorts {
  readonly db: Database;
  readonly random: RandomBytes;
  readonly clock: Clock;
  /** Under what a tombstone over them may lie. */
  readonly buried: (it: Pick<Buyer, 'email' | 'reference'>) => Promise<readonly BuriedName[]>;
}

/** What an act writes, and what the audit log says of it. */
interface Act {
  readonly statements: readonly Statement[];
  readonly entry: Omit<AuditEntry, 'actor' | 'note'>;
}
const NOTHING_TO_DO = null;

export function makePeople({ db, random, clock, buried }: PeoplePorts): People {
  const newId = (prefix: 'acc' | 'cus') => timeOrderedId(prefix, clock.now(), random(ID_BYTES));

  async function write({ statements, entry }: Act, actor: string, note?: string): Promise<void> {
    const row = audited({ ...entry, actor, note }, clock.now(), random);
    await batchOnce(db, [...statements, row], auditedAlready(row));
  }

  /**
   * Reads, judges and writes, anew whenever somebody was first.
   * @param act what is to be written to the row that was read; null: it is so already
   */
  async function edit<T extends { readonly id: string; readonly version: number }>(
    by: Editor,
    table: 'accounts' | 'customers',
    find: () => Promise<T | null>,
    act: (it: T) => Promise<Result<Act | null>>,
  ): Promise<Result<T | null>> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const it = await find();
      if (!it) return fail('not_found', `no ${table.slice(0, -1)} of this id`);
      if (isEdited(by, it.version)) return fail('edited_meanwhile', `it is at "${it.version}" now`);
      const made = await act(it);
      if (!made.ok) return made;
      if (made.value === NOTHING_TO_DO) return ok(it);
      const asRead = mustHold(
        `EXISTS (SELECT 1 FROM ${table} WHERE id = ? AND version = ?)`,
        it.id,
        it.version,
      );
      const { statements, entry } = made.value;
      if (await lost(() => write({ statements: [asRead, ...statements], entry }, by.actor, by.note)))
        continue;
      return ok(await find());
    }
    return fail('conflict_persists', table);
  }

  const account = async (id: string) => {
    const [row] = await db.read('SELECT * FROM accounts WHERE id = ?', [id]);
    return row ? readAccount(row) : null;
  };
  const customerWhere = async (column: 'id' | 'identity', value: string) => {
    const [row] = await db.read(`${CUSTOMERS} WHERE c.${column} = ?`, [value]);
    return row ? readCustomer(row) : null;
  };

  /** Also a condition of the batch: an account may go between the two. */
  async function accountFault(id: string | null | undefined): Promise<Result<Statement[]>> {
    if (id === undefined || id === null) return ok([]);
    if (!(await account(id)))
      return invalid([
        placed(
          'account_id',
          'there is no account of this id',
          'Send the id of an account, as GET /v1/accounts shows it, or null.',
        ),
      ]);
    return ok([mustHold('EXISTS (SELECT 1 FROM accounts WHERE id = ?)', id)]);
  }

  async function referenced(
    what: string,
    from: string,
    id: string,
    remedy: string,
  ): Promise<Result<never> | null> {
    const rows = await db.read(`SELECT id FROM ${from} ORDER BY id LIMIT ${LIMITS.counted_references + 1}`, [
      id,
    ]);
    if (rows.length === 0) return null;
    const count =
      rows.length > LIMITS.counted_references
        ? `more than ${LIMITS.counted_references}`
        : String(rows.length);
    const ids = rows.slice(0, LIMITS.named_references).map((row) => String(row.id));
    const message = `${count} ${what}${rows.length === 1 ? '' : 's'}: ${ids.join(', ')}${rows.length > LIMITS.named_references ? ', …' : ''}`;
    return fail('referenced', message, [{ file: 'records', path: `${what}s`, message, remedy }]);
  }

  return {
    addAccount: async ({ name }, actor) => {
      const made = { id: newId('acc'), name, created_at: clock.now(), version: 1 };
      const insert = 'INSERT INTO accounts (id, name, created_at, version) VALUES (?, ?, ?, 1)';
      const entry = { action: 'account.create', subject: made.id, before: null, after: { name } };
      await write({ statements: [statement(insert, made.id, name, made.created_at)], entry }, actor);
      return made;
    },

    changeAccount: async (id, { name }, by) => {
      const done = await edit(
        by,
        'accounts',
        () => account(id),
        async (it) => {
          if (name === undefined || name === it.name) return ok(NOTHING_TO_DO);
          const update = 'UPDATE accounts SET name = ?, version = version + 1 WHERE id = ?';
          const entry = { action: 'account.update', subject: id, before: { name: it.name }, after: { name } };
          return ok({ statements: [statement(update, name, id)], entry });
        },
      );
      return there(done, 'no account of this id');
    },

    removeAccount: async (id, by) => {
      const done = await edit(
        by,
        'accounts',
        () => account(id),
        async (it) => {
          const remedy =
            'Take them out first: PATCH /v1/customers/{id} with {"account_id": null} or another account.';
          const kept = await referenced('customer', 'customers WHERE account_id = ?', id, remedy);
          if (kept) return kept;
          const alone = mustHold('NOT EXISTS (SELECT 1 FROM customers WHERE account_id = ?)', id);
          const entry = { action: 'account.delete', subject: id, before: { name: it.name }, after: null };
          return ok({ statements: [alone, statement('DELETE FROM accounts WHERE id = ?', id)], entry });
        },
      );
      return done.ok ? ok(undefined) : done;
    },

    addCustomer: async (it, actor) => {
      const nobody = { name: null, company: null, phone: null };
      const whom = { ...nobody, email: it.email ?? null, reference: it.reference ?? null };
      const identity = customerIdentity(whom, BY_HAND, '');
      if (identity === null) throw new Error('a customer by no name');
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const known = await customerWhere('identity', identity);
        if (known) return ok({ customer: known, created: false, differs: differences(it, known) });
        const inAccount = await accountFault(it.account_id);
        if (!inAccount.ok) return inAccount;
        const under = [jsonRows(await buried(whom)), BY_HAND, ''];
        if ((await db.read(`${BURIED} LIMIT 1`, under)).length > 0) return fail('person_forgotten');
        const id = newId('cus');
        const values = [identity, it.account_id ?? null, whom.email, it.name ?? null, it.company ?? null];
        const insert = statement(
          `INSERT INTO customers (id, identity, account_id, email, name, company, phone, reference, created_at, version)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1)`,
          ...[id, ...values, it.phone ?? null, whom.reference, clock.now()],
        );
        const unburied = mustHold(`NOT EXISTS (${BURIED})`, ...under);
        const after = {
          account_id: it.account_id ?? null,
          fields: said(it, ['email', 'reference', ...PERSONAL]),
        };
        const entry = { action: 'customer.create', subject: id, before: null, after };
        const statements = [...inAccount.value, unburied, insert];
        if (await lost(() => write({ statements, entry }, actor))) continue;
        const customer = await customerWhere('id', id);
        // Whoever forgot or deleted them meanwhile was right, too.
        return customer
          ? ok({ customer, created: true, differs: [] })
          : fail('not_found', 'no customer of this id');
      }
      return fail('conflict_persists', 'customers');
    },

    changeCustomer: async (id, change, by) => {
      const done = await edit(
        by,
        'customers',
        () => customerWhere('id', id),
        async (it) => {
          const before: Row = {
            account_id: it.account?.id ?? null,
            name: it.name,
            company: it.company,
            phone: it.phone,
          };
          const changes = COLUMNS.flatMap((column): [string, SqlValue][] => {
            const value = change[column];
            return value === undefined || value === before[column] ? [] : [[column, value]];
          });
          if (changes.length === 0) return ok(NOTHING_TO_DO);
          const inAccount = await accountFault(change.account_id);
          if (!inAccount.ok) return inAccount;
          const set = changes.map(([column]) => `${column} = ?`).join(', ');
          const update = `UPDATE customers SET ${set}, version = version + 1 WHERE id = ?`;
          const moved = changes.some(([column]) => column === 'account_id');
          const fields = changes.map(([column]) => column).filter((column) => column !== 'account_id');
          const account_id = { before: it.account?.id ?? null, after: change.account_id ?? null };
          const entry = {
            action: 'customer.update',
            subject: id,
            before: moved ? { account_id: account_id.before } : null,
            after: {
              ...(moved ? { account_id: account_id.after } : {}),
              ...(fields.length > 0 ? { fields } : {}),
            },
          };
          const statements = [
            ...inAccount.value,
            statement(update, ...changes.map(([, value]) => value), id),
          ];
          return ok({ statements, entry });
        },
      );
      return there(done, 'no customer of this id');
    },

    removeCustomer: async (id, by) => {
      const done = await edit(
        by,
        'customers',
        () => customerWhere('id', id),
        async (it) => {
          const remedy =
            'Orders keep their customer. Whoever asks to be forgotten: POST /v1/privacy/redactions.';
          const kept = await referenced('order', 'orders WHERE customer_id = ?', id, remedy);
          if (kept) return kept;
          const alone = mustHold('NOT EXISTS (SELECT 1 FROM orders WHERE customer_id = ?)', id);
          const before = { account_id: it.account?.id ?? null };
          const entry = { action: 'customer.delete', subject: id, before, after: null };
          return ok({ statements: [alone, statement('DELETE FROM customers WHERE id = ?', id)], entry });
        },
      );
      return done.ok ? ok(undefined) : done;
    },
  };
}

/** Whether somebody else was first: then nothing was written. */
async function lost(write: () => Promise<void>): Promise<boolean> {
  try {
    await write();
    return false;
  } catch (error) {
    if (error instanceof BatchError && error.kind === 'conflict') return true;
    throw error;
  }
}

/** It may have gone again since it was written. */
function there<T>(done: Result<T | null>, what: string): Result<T> {
  if (!done.ok) return done;
  return done.value === null ? fail('not_found', what) : ok(done.value);
}

/** The names of what is said, without its words. */
function said(it: NewCustomer, fields: readonly (keyof NewCustomer)[]): string[] {
  return fields.filter((field) => (it[field] ?? null) !== null);
}

function differences(it: NewCustomer, { account, ...known }: CustomerRecord): string[] {
  const kept: Row = { ...known, email: known.email?.toLowerCase(), account_id: account?.id ?? null };
  const sent = { ...it, email: it.email?.toLowerCase() };
  const fields = ['account_id', 'email', 'reference', ...PERSONAL] as const;
  return fields.filter((field) => sent[field] !== undefined && sent[field] !== kept[field]);
}

function placed(field: string, message: string, remedy: string): PlacedError {
  return { file: 'request', path: `body.${field}`, message, remedy };
}
