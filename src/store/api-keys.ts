/**
 * The keys of the management API. It stands at the house's own door. A key is 200 random bits, so one hash is
 * enough to hide it, and looking its hash up tells nobody anything about it. What must never happen here: a key
 * in the database or in a log.
 */
import { HOUSE } from '../core/audit.ts';
import { hexOf } from '../core/bytes.ts';
import { equalBytes } from '../core/integration.ts';
import { type Json, same } from '../core/json.ts';
import { ID_BYTES, timeOrderedId } from '../core/keys.ts';
import { LIMITS } from '../core/limits.ts';
import type { Clock, Digest, RandomBytes } from '../core/ports.ts';
import { fail, invalid, ok, type PlacedError } from '../core/problem.ts';
import {
  type ApiKeyRecord,
  type ApiKeys,
  ENVIRONMENT_KEY,
  type IdKey,
  includesScope,
  type NewApiKey,
  SCOPES,
  type Scope,
  type Slice,
  stateOfKey,
} from '../core/records.ts';
import { audited } from './audit.ts';
import { batchOnce, type Database, type Row, type SqlValue, type Statement, statement } from './database.ts';
import { sliced, type Term, term } from './lists.ts';
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

  /** Says when the key was last used, once a minute at most; a lost mark is no loss. */
  async function markUse({ id, last_used_at }: ApiKeyRecord): Promise<void> {
    const now = clock.now();
    if (marking.has(id) || (last_used_at !== null && now - last_used_at < USE_MARK_MS)) return;
    marking.add(id);
    await db
      .batch([statement('UPDATE api_keys SET last_used_at = ? WHERE id = ?', now, id)])
      .catch(() => undefined)
      .finally(() => marking.delete(id));
  }

  async function get(id: string): Promise<ApiKeyRecord | null> {
    const [row] = await db.read('SELECT * FROM api_keys WHERE id = ?', [id]);
    return row ? readKey(row) : null;
  }

  const deed = (actor: string, verb: string, subject: string, before: Json, after: Json) => ({
    actor,
    action: `api_key.${verb}`,
    subject,
    before,
    after,
  });

  /** What must hold, in the very batch, for a key to lose what it may: somebody else may do it. */
  function admitted(id: string, now: number): Term {
    return givenHash ? term('true') : term(`EXISTS (${OTHER_ADMIN})`, id, now);
  }

  return {
    get,

    holder: async (key, told) => {
      const hash = await hashOf(key);
      if (givenHash && equalBytes(hash, givenHash))
        return { id: ENVIRONMENT_KEY, name: 'KEYFERRY_ADMIN_KEY', scopes: ['admin'] };
      const [row] = await db.read('SELECT * FROM api_keys WHERE hash = ?', [hex(hash)]);
      if (!row) return null;
      const record = readKey(row);
      if (stateOfKey(record, clock.now()) !== 'valid') return null;
      const noted = markUse(record);
      told?.(noted);
      return { id: record.id, name: record.name, scopes: record.scopes };
    },

    create: async (it: NewApiKey, by = HOUSE) => {
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
      const made = deed(by, 'create', record.id, null, toldOf(record));
      await batchOnce(db, [insert(record, hash, ''), audited(made, now, random)], holding(hash));
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

    revoke: async (id, by = HOUSE) => {
      const now = clock.now();
      const before = await get(id);
      if (!before) return fail('not_found', 'no API key of this id');
      const admits = mayAdmin(before) ? admitted(id, now) : term('true');
      const open = term(`revoked_at IS NULL AND ${admits.sql}`, ...admits.params);
      const revoked = deed(by, 'revoke', id, { revoked_at: null }, { revoked_at: timeOf(now) });
      await db.batch([
        audited(revoked, now, random, { where: there(id, open) }),
        statement(`UPDATE api_keys SET revoked_at = ? WHERE id = ? AND ${open.sql}`, now, id, ...open.params),
      ]);
      const after = await get(id);
      if (after?.revoked_at === null) return fail('last_admin_key', before.name);
      return after ? ok(after) : fail('not_found', 'no API key of this id');
    },

    change: async (id, change, by = HOUSE) => {
      for (let attempt = 0; attempt < LIMITS.settle_attempts; attempt++) {
        const now = clock.now();
        const before = await get(id);
        if (!before) return fail('not_found', 'no API key of this id');
        const state = stateOfKey(before, now);
        if (state !== 'valid') return fail('key_over', `it is ${state}`);
        const { name = before.name, scopes = before.scopes, expires_at = before.expires_at } = change;
        const after = { ...before, name, scopes, expires_at };
        const wider = scopes.filter((it) => !includesScope(before.scopes, it));
        if (wider.length > 0) return invalid([widened(wider)]);
        const [was, is] = [toldOf(before), toldOf(after)];
        const names = (['name', 'scopes', 'expires_at'] as const).filter((it) => !same(was[it], is[it]));
        if (names.length === 0) return ok(before);
        const admits = losesAdmin(before, after) ? admitted(id, now) : term('true');
        const as = term(
          `name = ? AND scopes = ? AND expires_at IS ? AND revoked_at IS NULL AND ${admits.sql}`,
          before.name,
          JSON.stringify(before.scopes),
          before.expires_at,
          ...admits.params,
        );
        const only = (it: Told): Json => Object.fromEntries(names.map((key) => [key, it[key]]));
        const [, rows = []] = await db.batch([
          audited(deed(by, 'change', id, only(was), only(is)), now, random, { where: there(id, as) }),
          statement(
            `UPDATE api_keys SET name = ?, scopes = ?, expires_at = ? WHERE id = ? AND ${as.sql} RETURNING *`,
            name,
            JSON.stringify(scopes),
            expires_at,
            id,
            ...as.params,
          ),
        ]);
        const [row] = rows;
        if (row) return ok(readKey(row));
        const still = await get(id);
        if (still && same(toldOf(still), was) && still.revoked_at === null)
          return fail('last_admin_key', before.name);
      }
      return fail('conflict_persists', id);
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
      const now = clock.now();
      const added = insert(adminRecord(now), hash, 'ON CONFLICT (id) DO NOTHING');
      const { sql, params } = holding(hash);
      const made = deed(HOUSE, 'create', ADMIN_ID, null, toldOf(adminRecord(now)));
      // A key that was made and shown nowhere would open nothing for anybody.
      await batchOnce(
        db,
        [added, audited(made, now, random, { where: term(`EXISTS (${sql})`, ...params) })],
        holding(hash),
      );
      return ok((await db.read(sql, params)).length > 0 ? key : null);
    },

    resetAdmin: async (by = HOUSE) => {
      const key = newKey();
      const hash = hex(await hashOf(key));
      const instead = `ON CONFLICT (id) DO UPDATE SET hash = excluded.hash, scopes = excluded.scopes,
        created_at = excluded.created_at, expires_at = NULL, last_used_at = NULL, revoked_at = NULL`;
      const now = clock.now();
      const reset = deed(by, 'reset_admin', ADMIN_ID, null, toldOf(adminRecord(now)));
      await batchOnce(
        db,
        [insert(adminRecord(now), hash, instead), audited(reset, now, random)],
        holding(hash),
      );
      return key;
    },
  };
}

const OTHER_ADMIN = `SELECT 1 FROM api_keys o WHERE o.id <> ? AND o.revoked_at IS NULL
  AND (o.expires_at IS NULL OR o.expires_at > ?) AND EXISTS (SELECT 1 FROM json_each(o.scopes) WHERE value = 'admin')`;

function there(id: string, { sql, params }: Term): Term {
  return term(`EXISTS (SELECT 1 FROM api_keys WHERE id = ? AND ${sql})`, id, ...params);
}

function mayAdmin({ scopes }: ApiKeyRecord): boolean {
  return includesScope(scopes, 'admin');
}

/** Now, or sooner than it would have. */
function losesAdmin(before: ApiKeyRecord, after: ApiKeyRecord): boolean {
  if (!mayAdmin(before)) return false;
  const { expires_at: end } = after;
  return !mayAdmin(after) || (end !== null && (before.expires_at === null || end < before.expires_at));
}

type Told = Readonly<Record<'name' | 'scopes' | 'expires_at', Json>>;

/** What the audit log says of a key. */
function toldOf({ name, scopes, expires_at }: ApiKeyRecord): Told {
  return { name, scopes, expires_at: expires_at === null ? null : timeOf(expires_at) };
}

function timeOf(at: number): string {
  return new Date(at).toISOString();
}

function widened(scopes: readonly Scope[]): PlacedError {
  return {
    file: 'request',
    path: 'body.scopes',
    message: `the key may not ${scopes.join(', ')}`,
    remedy: 'A key that is out there only loses scopes. Make a new key for more.',
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
