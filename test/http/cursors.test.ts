/** Pages of every list while others add rows and change them: what was there all the time is shown, and shown once. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ID_BYTES, timeOrderedId } from '../../src/core/keys.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { makeStore } from '../../src/store/store.ts';
import { type Answered, type Client, client } from '../contracts/http-house.ts';
import { settlementOf } from '../fakes/settlements.ts';
import { seededRandom } from '../house.ts';
import { type HttpHouse, openHttpHouse } from './setup.ts';

let house: HttpHouse;
let api: Client;
beforeAll(async () => {
  house = await openHttpHouse();
  api = client(house);
});
afterAll(() => house.close());

const random = seededRandom('cursors');
let made = 0;
const write = (sql: string, ...params: (string | number | null)[]) => house.db.batch([{ sql, params }]);
const idOf = (prefix: string, at: number) => timeOrderedId(prefix, at, random(ID_BYTES));

/** An order with two licenses, a parked line and an open review, whose values are drawn. */
async function addOrder(n: number): Promise<void> {
  made++;
  const at = house.clock.now() + (n % 3) * 1_000;
  const store = makeStore(house.db, random);
  const id = idOf('ord', at);
  const state = (['issued', 'parked', 'pending', 'cancelled'] as const)[n % 4] ?? 'issued';
  const source = ['stripe', 'shopify'][n % 2] ?? '';
  await store.settle(
    settlementOf(`name-${made}`, {
      order_id: id,
      source,
      state,
      test: n % 5 === 0,
      at,
      buyer: { email: `buyer-${n % 3}@example.com`, name: null, company: null, phone: null, reference: null },
    }),
  );
  await write(
    `INSERT INTO order_items (order_id, ordinal, line_id, title, quantity, state, refs, source) VALUES (?, 0, 'l', 't', 1, 'parked', '{}', ?), (?, 1, 'm', 't', 1, 'parked', '{}', ?)`,
    id, source, id, source,
  ); // biome-ignore format: a row each
  for (const unit of [0, 1])
    await write(
      `INSERT INTO licenses (id, order_id, line_id, unit, part, generation, replaced, key, product, policy, license_type, state, reasons, fields, starts_at, valid_until, issuer, created_at, updated_at)
       VALUES (?, ?, 'l', ?, 'p', 1, 0, ?, ?, 'x', 'perpetual', ?, '[]', '{}', 0, ?, 'embedded', ?, ?)`,
      idOf('lic', at), id, unit, `KEY-${made}-${unit}`, ['acmepro', 'acmecli'][(n + unit) % 2] ?? '', ['active', 'active', 'revoked', 'suspended'][n % 4] ?? '', n % 3 === 0 ? null : house.clock.now() + (n % 7 - 4) * 1_000, at, at,
    ); // biome-ignore format: a row
  await write(
    `INSERT INTO reviews (order_id, name, state, act, title, created_at) VALUES (?, ?, ?, 'look', 't', ?)`,
    id,
    `r/${made}`,
    n % 3 === 0 ? 'accepted' : 'open',
    at,
  );
  await write(
    `INSERT INTO events (id, source, key, account, type, received_at, headers, state, attempts, deaths, due_at, refresh, order_id) VALUES (?, ?, ?, '', ?, ?, '{}', ?, 0, 0, ?, 0, ?)`,
    idOf('evt', at), source, `k${made}`, ['a', 'b'][n % 2] ?? '', at, ['done', 'parked', 'waiting', 'ignored'][n % 4] ?? '', at + 10 ** 9, id,
  ); // biome-ignore format: a row
  await write(
    `INSERT INTO audit (id, at, actor, action, subject) VALUES (?, ?, ?, ?, 's')`,
    idOf('aud', at),
    at,
    ['ann', 'bob'][n % 2] ?? '',
    ['x', 'y'][n % 3] ?? 'z',
  );
  await write(
    `INSERT INTO given_keys (id, source, account, name, key, created_at, created_by) VALUES (?, 'stripe', '', ?, ?, ?, 'ann')`,
    idOf('giv', at),
    `n${(n * 7919) % 100}`,
    `GIVEN-${made}`,
    at,
  );
  await write(`INSERT INTO accounts (id, name, created_at) VALUES (?, 'a', ?)`, idOf('acc', at), at);
  await write(
    `INSERT INTO api_keys (id, name, hash, scopes, created_at) VALUES (?, 'k', ?, '["read"]', ?)`,
    idOf('key', at),
    `h${made}`,
    at,
  );
  await write(
    `INSERT INTO refusals (id, list, source, at, problem, diagnosis) VALUES (?, 'stripe', 'stripe', ?, '{"code":"bug","detail":""}', '{"code":"path_unknown","certain":true,"detail":""}')`,
    idOf('ref', at),
    at,
  );
  await write(
    `INSERT INTO privacy_requests (id, source, account, kind, subject, created_at, due_at) VALUES (?, 'stripe', '', 'export', '{"orders":[],"customer":null,"email":null,"by":null,"progress":null}', ?, ?)`,
    idOf('req', at),
    at,
    at,
  );
}

/** What happens to rows that are there: they leave the groups that they are in, or come into others. */
async function changeSome(n: number): Promise<void> {
  await write(
    `UPDATE orders SET state = 'cancelled', updated_at = updated_at + 1 WHERE id = (SELECT id FROM orders ORDER BY id LIMIT 1 OFFSET ?)`,
    n % 7,
  );
  await write(
    `UPDATE events SET state = 'done' WHERE id = (SELECT id FROM events ORDER BY id LIMIT 1 OFFSET ?)`,
    n % 7,
  );
  await write(
    `UPDATE licenses SET state = 'revoked' WHERE id = (SELECT id FROM licenses ORDER BY id LIMIT 1 OFFSET ?)`,
    n % 7,
  );
  await write(
    `UPDATE licenses SET valid_until = valid_until + 9000 WHERE id = (SELECT id FROM licenses ORDER BY id LIMIT 1 OFFSET ?)`,
    n % 5,
  );
  await write(
    `UPDATE order_items SET state = 'issued' WHERE rowid = (SELECT rowid FROM order_items ORDER BY order_id LIMIT 1 OFFSET ?)`,
    n % 5,
  );
}

const LISTS = [
  '/v1/orders?', '/v1/orders?source=stripe', '/v1/orders?state=parked', '/v1/orders?test=false', '/v1/orders?source=shopify&state=pending',
  '/v1/orders?source=stripe&test=true', '/v1/orders?customer=buyer-1@example.com', '/v1/orders?customer=buyer-1@example.com&state=issued',
  '/v1/licenses?', '/v1/licenses?product=acmepro', '/v1/licenses?state=active', '/v1/licenses?state=revoked', '/v1/licenses?state=expired',
  '/v1/licenses?product=acmecli&state=expired', '/v1/licenses?product=acmepro&state=active', '/v1/licenses?state=suspended',
  '/v1/events?', '/v1/events?source=stripe', '/v1/events?type=a', '/v1/events?state=waiting', '/v1/events?state=done&source=shopify', '/v1/events?type=b&state=parked',
  '/v1/customers?', '/v1/accounts?', '/v1/parked?', '/v1/parked?source=stripe', '/v1/reviews?', '/v1/reviews?source=stripe', '/v1/reviews?state=accepted',
  '/v1/refusals?', '/v1/refusals?source=stripe', '/v1/adoptions?source=stripe', '/v1/privacy/requests?', '/v1/privacy/requests?open=true&source=stripe',
  '/v1/api-keys?', '/v1/audit?', '/v1/audit?actor=ann', '/v1/audit?action=x&actor=bob', '/v1/audit?subject=s&actor=ann', '/v1/mappings?', '/v1/sources?',
]; // biome-ignore format: a list

const nameOf = (it: Answered): string =>
  it.id ?? it.name ?? (it.line_id === undefined ? it.source : `${it.order_id} ${it.line_id}`);

async function whole(path: string): Promise<string[]> {
  return turned(path, 200, async () => {});
}

async function turned(
  path: string,
  limit: number,
  between: (page: number) => Promise<void>,
): Promise<string[]> {
  const seen: string[] = [];
  for (let cursor = '', page = 0; ; page++) {
    const { items, next_cursor } = await api.get(
      `${path}&limit=${limit}${cursor === '' ? '' : `&cursor=${cursor}`}`,
    );
    seen.push(...items.map(nameOf));
    if (next_cursor === null) return seen;
    cursor = next_cursor;
    await between(page);
  }
}

describe.each(LISTS)('%s', (path) => {
  test('misses nothing and repeats nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 9 }),
        fc.array(fc.nat(100), { minLength: 1, maxLength: 3 }),
        async (limit, draws) => {
          while (made < 12) await addOrder(made);
          house.clock.advance(500);
          const before = await whole(path);
          let left = 3;
          const seen = await turned(path, limit, async (page) => {
            // Rows come for a while only: else whoever turns pages slowly never ends.
            if (left-- <= 0) return;
            for (const n of draws) await addOrder(n + page);
            await changeSome(page + (draws[0] ?? 0));
          });
          const after = new Set(await whole(path));
          const always = before.filter((it) => after.has(it));
          expect(new Set(seen).size).toBe(seen.length);
          expect(seen.filter((it) => always.includes(it))).toEqual(always.filter((it) => seen.includes(it)));
          expect(always.filter((it) => !seen.includes(it))).toEqual([]);
        },
      ),
      { numRuns: 2 },
    );
  });
});

test('a page looks at so many rows and no more; its cursor leads on to what lies behind them', async () => {
  const rows = LIMITS.looked_rows + 5;
  await write(
    `INSERT INTO customers (id, identity, created_at) VALUES ('cus_busy', 'email:busy@example.com', 0)`,
  );
  await write(
    `INSERT INTO orders (id, source, account, external_id, version, state, test, flags, refs, customer_id, revision_id, created_at, updated_at)
     WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?)
     SELECT printf('ord_%06d', n), 'stripe', '', 'busy' || n, 1, iif(n = 2, 'parked', 'issued'), 0, '[]', '[]', 'cus_busy', 'rev', 0, 0 FROM n`,
    rows,
  );
  const path = '/v1/orders?customer=cus_busy&state=parked';
  const first = await api.get(path);
  expect([first.items, first.next_cursor]).toEqual([[], expect.any(String)]);
  const second = await api.get(`${path}&cursor=${first.next_cursor}`);
  expect([second.items.map(nameOf), second.next_cursor]).toEqual([['ord_000002'], null]);
});
