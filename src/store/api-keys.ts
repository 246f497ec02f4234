/**
 * The keys of the management API. It stands at the house's own door. A key is 200 random bits, so one hash is
 * enough to hide it, and looking its hash up tells nobody anything about it. What must never happen here: a key
 * in the database or in a log.
 */
import { hexOf } from '../core/bytes.ts';
import { equalBytes } from '../core/integration.ts';
import { ID_BYTES, timeOrderedId } from '../core/keys.ts';
import { LIMITS } from '../core/limits.ts';
import type { Clock, Digest, RandomBytes } from '../core/ports.ts';
import { fail, ok } from '../core/problem.ts';
import {
  type ApiKeyRecord,
  type ApiKeys,
  ENVIRONMENT_KEY,
  type IdKey,
  type NewApiKey,
  SCOPES,
  type Scope,
  type Slice,
} from '../core/records.ts';
import { batchOnce, type Database, type Row, type SqlValue, type Statement, statement } from './database.ts';
import { sliced } from './lists.ts';
import { integer } from './rows.ts';

/** Base32 of RFC 4648 in small letters: easy to select and to search for. */
const LETTERS = 'abcdefghijklmnopqrstuvwxyz234567';
const KEY_LETTERS = 40;
/** There is one made admin key, under this id: two processes that start at once cannot make two. */
const ADMIN_ID = 'key_admin';
const USE_MARK_MS = 60_000;

export interface ApiKeyPorts {
  readonly db: Database;
  readonly random: RandomBytes;
  readonly digest: Digest;
  readonly clock: Clock;
}

export function makeApiKeys({ db, random, digest, clock }: ApiKeyPorts): ApiKeys {
  let givenHash: Uint8Array | null = null;
  const marking = new Set<string>();

  const hashOf = async (key: string) => digest.sha256(new TextEncoder().encode(key));
  const newKey = () => `kf_${[...random(KEY_LETTERS)].map((byte) => LETTERS[byte & 31]).join('')}`;

  /** Says when the key was last used, once a minute at most; nobody waits for it, and a lost mark is no loss. */
  function markUse({ id, last_used_at }: ApiKeyRecord): void {
    const now = clock.now();
    if (marking.has(id) || (last_used_at !== null && now - last_used_at < USE_MARK_MS)) return;
    marking.add(id);
    db.batch([statement('UPDATE api_keys SET last_used_at = ? WHERE id = ?', now, id)])
      .catch(() => undefined)
      .finally(() => marking.delete(id));
  }

  return {
    holder: async (key) => {
      const hash = await hashOf(key);
      if (givenHash && equalBytes(hash, givenHash))
        return { id: ENVIRONMENT_KEY, name: 'KEYFERRY_ADMIN_KEY', scopes: ['admin'] };
      const [row] = await db.read('SELECT * FROM api_keys WHERE hash = ?', [hex(hash)]);
      if (!row) return null;
      const record = readKey(row);
      const isOver =
        record.revoked_at !== null || (record.expires_at !== null && record.expires_at <= clock.now());
      if (isOver) return null;
      markUse(record);
      return { id: record.id, name: record.name, scopes: record.scopes };
    },

    create: async (it: NewApiKey) => {
      const now = clock.now();
      const key = newKey();
      const record: ApiKeyRecord = {
        id: timeOrderedId('key', now, random(ID_BYTES)),
        name: it.name,
        scopes: it.scopes,
        created_at: now,
        expires_at: it.expires_at,
        last_used_at: null,
        revoked_at: null,
      };
      const hash = hex(await hashOf(key));
      await batchOnce(db, [insert(record, hash, '')], holding(hash));
      return { record, key };
    },

    list: async (slice: Slice<IdKey>) => {
      const after: SqlValue[] = slice.after ? [slice.after[0]] : [];
      const where = slice.after ? 'WHERE id < ?' : '';
      const rows = await db.read(`SELECT * FROM api_keys ${where} ORDER BY id DESC LIMIT ?`, [
        ...after,
        slice.limit + 1,
      ]);
      return sliced(rows, slice, readKey, (row) => [String(row.id)] as const);
    },

    revoke: async (id) => {
      const sql = 'UPDATE api_keys SET revoked_at = coalesce(revoked_at, ?) WHERE id = ? RETURNING *';
      const [rows] = await db.batch([statement(sql, clock.now(), id)]);
      const row = rows?.[0];
      return row ? readKey(row) : null;
    },

    ensureAdmin: async (given) => {
      if (typeof given === 'string') {
        if (given.length < LIMITS.admin_key_length) return tooShort();
        givenHash = await hashOf(given);
        return ok(null);
      }
      // A look first: at most starts there is one.
      if ((await db.read('SELECT 1 FROM api_keys WHERE id = ?', [ADMIN_ID])).length > 0) return ok(null);
      const key = newKey();
      const hash = hex(await hashOf(key));
      const added = insert(adminRecord(clock.now()), hash, 'ON CONFLICT (id) DO NOTHING');
      // A key that was made and shown nowhere would open nothing for anybody.
      await batchOnce(db, [added], holding(hash));
      const { sql, params } = holding(hash);
      return ok((await db.read(sql, params)).length > 0 ? key : null);
    },

    resetAdmin: async () => {
      const key = newKey();
      const hash = hex(await hashOf(key));
      const instead = `ON CONFLICT (id) DO UPDATE SET hash = excluded.hash, scopes = excluded.scopes,
        created_at = excluded.created_at, expires_at = NULL, last_used_at = NULL, revoked_at = NULL`;
      await batchOnce(db, [insert(adminRecord(clock.now()), hash, instead)], holding(hash));
      return key;
    },
  };
}

function adminRecord(now: number): ApiKeyRecord {
  return {
    id: ADMIN_ID,
    name: 'admin',
    scopes: ['admin'],
    created_at: now,
    expires_at: null,
    last_used_at: null,
    revoked_at: null,
  };
}

function holding(hash: string): Statement {
  return statement('SELECT 1 FROM api_keys WHERE hash = ?', hash);
}

function insert(it: ApiKeyRecord, hash: string, otherwise: string): Statement {
  return statement(
    `INSERT INTO api_keys (id, name, hash, scopes, created_at, expires_at) VALUES (?, ?, ?, ?, ?, ?) ${otherwise}`,
    it.id,
    it.name,
    hash,
    JSON.stringify(it.scopes),
    it.created_at,
    it.expires_at,
  );
}

function readKey(row: Row): ApiKeyRecord {
  const written: unknown = JSON.parse(String(row.scopes));
  return {
    id: String(row.id),
    name: String(row.name),
    scopes: SCOPES.filter((it: Scope) => Array.isArray(written) && written.includes(it)),
    created_at: Number(row.created_at),
    expires_at: integer(row.expires_at),
    last_used_at: integer(row.last_used_at),
    revoked_at: integer(row.revoked_at),
  };
}

function hex(bytes: Uint8Array): string {
  return hexOf(bytes);
}

function tooShort() {
  const least = LIMITS.admin_key_length;
  return fail('config_invalid', 'KEYFERRY_ADMIN_KEY', [
    {
      file: 'environment',
      path: 'KEYFERRY_ADMIN_KEY',
      message: `is shorter than ${least} characters`,
      remedy: `Write at least ${least} characters, for example what \`openssl rand -hex 32\` prints.`,
    },
  ]);
}
