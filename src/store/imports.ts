/**
 * Files that are imported, in parts, and the customers that come of them. Beside the river: orders and licenses of a
 * file go down it. What must never happen here: a person's word overwritten, or somebody written who was forgotten.
 */

import { BY_HAND } from '../core/by-hand.ts';
import { joined } from '../core/bytes.ts';
import type { ImportStore, KnownCustomer } from '../core/imports.ts';
import { ID_BYTES, timeOrderedId } from '../core/keys.ts';
import { LIMITS } from '../core/limits.ts';
import type { RandomBytes } from '../core/ports.ts';
import { audited } from './audit.ts';
import { bytesOf } from './bytes.ts';
import { type Database, jsonChunks, jsonRows, statement } from './database.ts';
import { term } from './lists.ts';
import { text } from './rows.ts';

/** What the ids of uploads begin with: they lie among the parts of jobs. */
export const UPLOAD = 'upl';
const PART = LIMITS.import_part_bytes;

const ADD_PART = `INSERT INTO job_parts (job_id, part, bytes) VALUES (?, ?, ?)
  ON CONFLICT (job_id, part) DO UPDATE SET bytes = excluded.bytes`;
const READ = `SELECT substr(bytes, CASE part WHEN ?2 THEN ?4 ELSE 1 END, CASE part WHEN ?3 THEN ?5 ELSE ${PART} END) AS bytes
  FROM job_parts WHERE job_id = ?1 AND part BETWEEN ?2 AND ?3 ORDER BY part`;
const OLD = `SELECT 1 FROM job_parts WHERE job_id >= '${UPLOAD}_' AND job_id < ? LIMIT 1`;
const FORGET_OLD = `DELETE FROM job_parts WHERE job_id >= '${UPLOAD}_' AND job_id < ?1 AND job_id NOT IN (
  SELECT asked->>'upload' FROM jobs WHERE kind = 'import' AND state IN ('queued', 'running'))`;
const ACCOUNTS = `SELECT id, name FROM accounts
  WHERE id IN (SELECT value FROM json_each(?1)) OR name IN (SELECT value FROM json_each(?1))`;
/** Two imports at once make one: the second finds it. */
const ADD_ACCOUNTS = `INSERT INTO accounts (id, name, created_at, version) SELECT value->>0, value->>1, ?2, 1 FROM json_each(?1)
  WHERE value->>1 NOT IN (SELECT name FROM accounts)`;
const CUSTOMERS = `SELECT identity, name, company, phone, reference, account_id FROM customers
  WHERE identity IN (SELECT value FROM json_each(?))`;
const BURIED = `SELECT name FROM redactions WHERE source = '${BY_HAND}' AND account = '' AND kind = 'customer'
  AND name IN (SELECT value FROM json_each(?))`;
/** Only where something is empty that is said now. */
const WRITE = `INSERT INTO customers (id, identity, email, name, company, phone, reference, account_id, created_at, version)
  SELECT j.value->>'id', j.value->>'identity', j.value->>'email', j.value->>'name', j.value->>'company',
    j.value->>'phone', j.value->>'reference',
    coalesce(j.value->>'account_id', (SELECT min(id) FROM accounts WHERE name = j.value->>'account_name')), ?2, 1
  FROM json_each(?1) j
  WHERE NOT EXISTS (SELECT 1 FROM json_each(j.value, '$.buried') b JOIN redactions r ON r.source = '${BY_HAND}'
    AND r.account = '' AND r.kind = 'customer' AND r.name = b.value)
  ON CONFLICT (identity) DO UPDATE SET name = coalesce(name, excluded.name), company = coalesce(company, excluded.company),
    phone = coalesce(phone, excluded.phone), reference = coalesce(reference, excluded.reference),
    account_id = coalesce(account_id, excluded.account_id), version = version + 1
  WHERE (name IS NULL AND excluded.name IS NOT NULL) OR (company IS NULL AND excluded.company IS NOT NULL)
    OR (phone IS NULL AND excluded.phone IS NOT NULL) OR (reference IS NULL AND excluded.reference IS NOT NULL)
    OR (account_id IS NULL AND excluded.account_id IS NOT NULL)`;
/** As many as the statement before it made or filled: another import at the same time may have been first. */
const WRITTEN = { where: term('changes() > 0'), after: term(`json_object('customers', changes())`) };

export function makeImportStore(db: Database, random: RandomBytes): ImportStore {
  return {
    addPart: async (upload, part, bytes) => {
      await db.batch([statement(ADD_PART, upload, part, bytes)]);
    },

    read: async (upload, from, count) => {
      const [first, last] = [Math.floor(from / PART), Math.floor((from + count - 1) / PART)];
      const begin = from - first * PART;
      // Within its last part; of one alone, from where it begins.
      const most = first === last ? count : from + count - last * PART;
      const rows = await db.read(READ, [upload, first, last, begin + 1, most]);
      return joined(rows.map(({ bytes }) => bytesOf(bytes)));
    },

    forget: async (upload) => {
      await db.batch([statement('DELETE FROM job_parts WHERE job_id = ?', upload)]);
    },

    forgetOld: async (before) => {
      const end = timeOrderedId(UPLOAD, Math.max(0, before), new Uint8Array(ID_BYTES));
      // A look first: most houses have none, and need no write lock for that.
      if ((await db.read(OLD, [end])).length > 0) await db.batch([statement(FORGET_OLD, end)]);
    },

    accounts: async (called) => {
      if (called.length === 0) return new Map();
      const rows = await db.read(ACCOUNTS, [jsonRows(called)]);
      return new Map(
        called.flatMap((name) => {
          const own = rows.filter(({ id }) => id === name);
          const found = own.length > 0 ? own : rows.filter((row) => row.name === name);
          return found.length > 0 ? [[name, found.map(({ id }) => String(id))] as const] : [];
        }),
      );
    },

    addAccounts: async (names, by, now) => {
      if (names.length === 0) return;
      const made = names.map((name) => [timeOrderedId('acc', now, random(ID_BYTES)), name] as const);
      await db.batch([
        statement(ADD_ACCOUNTS, jsonRows(made), now),
        ...made.map(([id, name]) =>
          audited(
            { actor: by, action: 'account.create', subject: id, before: null, after: { name } },
            now,
            random,
            { where: term('EXISTS (SELECT 1 FROM accounts WHERE id = ?)', id) },
          ),
        ),
      ]);
    },

    customers: async (identities) => {
      const rows = await db.read(CUSTOMERS, [jsonRows(identities)]);
      return new Map(
        rows.map((row): [string, KnownCustomer] => [
          String(row.identity),
          {
            identity: String(row.identity),
            name: text(row.name),
            company: text(row.company),
            phone: text(row.phone),
            reference: text(row.reference),
            account_id: text(row.account_id),
          },
        ]),
      );
    },

    buried: async (names) => {
      const rows = await db.read(BURIED, [jsonRows(names)]);
      return new Set(rows.map(({ name }) => String(name)));
    },

    writeCustomers: async (rows, job, by, now) => {
      if (rows.length === 0) return;
      const written = rows.map((row) => ({ ...row, id: timeOrderedId('cus', now, random(ID_BYTES)) }));
      const entry = { actor: by, action: 'customer.import', subject: job, before: null, after: null };
      await db.batch(
        jsonChunks(written, db.limits.value_bytes).flatMap((json) => [
          statement(WRITE, json, now),
          audited(entry, now, random, WRITTEN),
        ]),
      );
    },
  };
}
