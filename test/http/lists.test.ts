/** Lists: pages that stay right while rows are added, filters, and what is said to a wrong one. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answered, type Client, client, send } from '../contracts/http-house.ts';
import { type HttpHouse, openHttpHouse } from './setup.ts';

const HOUR = 3_600_000;
let house: HttpHouse;
let api: Client;

/** Eight card checkouts an hour apart, then a Shopify order, a parked one, a pending one, a refund too early. */
beforeAll(async () => {
  house = await openHttpHouse();
  api = client(house);
  for (let i = 1; i <= 8; i++) {
    await send(house, 'stripe', 'one-time', `list${i}`);
    await house.settle();
    house.clock.advance(HOUR);
  }
  const others = [
    ['shopify', 'paid', 'list9'],
    ['shopify', 'unmapped', 'list10'],
    ['stripe', 'delayed-unpaid', 'list11'],
    ['shopify', 'refund-unit', 'nobody'],
    ['stripe', 'unknown-type', 'list12'],
    ['shopify', 'refund-unit', 'list9'],
  ] as const;
  for (const [source, name, seed] of others) {
    await send(house, source, name, seed);
    await house.settle();
    house.clock.advance(HOUR);
    await house.request(`/webhooks/nobody-${seed}`, { method: 'POST', body: '{}' });
  }
});
afterAll(() => house.close());

const ids = (page: Answered): string[] => page.items.map((it: Answered) => it.id);

/** Turns all pages of a list; `between` runs after each. */
async function turn(
  path: string,
  limit: number,
  between: () => Promise<void> = async () => {},
): Promise<Answered[][]> {
  const pages: Answered[][] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const mark = path.includes('?') ? '&' : '?';
    const page: Answered = await api.get(
      `${path}${mark}limit=${limit}${cursor === '' ? '' : `&cursor=${cursor}`}`,
    );
    pages.push(page.items);
    cursor = page.next_cursor;
    if (cursor !== null) await between();
  }
  return pages;
}

describe('pages', () => {
  test('run newest first and end with a null cursor', async () => {
    const pages = await turn('/v1/orders', 4);
    expect(pages.map((it) => it.length)).toEqual([4, 4, 3]);
    const times = pages.flat().map((it) => it.created_at);
    expect(times).toEqual([...times].sort().reverse());
    expect(new Set(pages.flat().map((it) => it.id)).size).toBe(11);
  });

  test('a page that is exactly full ends the list', async () => {
    expect((await turn('/v1/orders?source=stripe', 9)).map((it) => it.length)).toEqual([9]);
  });

  test('rows that are added while pages are turned move nothing', async () => {
    const before = (await turn('/v1/events', 200)).flat().map((it) => it.id);
    let added = 0;
    const pages = await turn('/v1/events', 3, async () => {
      added += 1;
      await send(house, 'stripe', 'unknown-type', `added${added}`);
      await house.settle();
    });
    expect(added).toBeGreaterThan(3);
    expect(pages.flat().map((it) => it.id)).toEqual(before);
  });

  test.each([
    'orders',
    'events',
    'licenses',
    'customers',
    'accounts',
    'parked',
    'reviews',
    'refusals',
    'sources',
    'mappings',
    'mappings/stripe/revisions',
    'api-keys',
  ])('of %s hold together one row at a time', async (list) => {
    for (const name of ['a', 'b', 'c']) {
      await house.keys.create({ name, scopes: ['read'], expires_at: null });
      await api.call('POST', '/v1/accounts', { name });
    }
    const whole = (await turn(`/v1/${list}`, 200)).flat();
    expect(whole.length).toBeGreaterThan(0);
    expect((await turn(`/v1/${list}`, 1)).flat()).toEqual(whole);
  });

  test('more than 200 is capped, not refused', async () => {
    for (let i = 0; i < 210; i++)
      await house.keys.create({ name: `${i}`, scopes: ['read'], expires_at: null });
    expect((await api.get('/v1/api-keys?limit=100000')).items).toHaveLength(200);
    expect((await api.get('/v1/api-keys')).items).toHaveLength(50);
  });

  test.each(['0', '-1', '1.5', 'ten', '', ' 5', '1e2', '0x10', '99999999999999999999'])(
    'limit=%s is refused',
    async (limit) => {
      const { status, body } = await api.call('GET', `/v1/orders?limit=${encodeURIComponent(limit)}`);
      expect([status, body.code, body.errors[0].path]).toEqual([422, 'request_invalid', 'query.limit']);
    },
  );

  test('a cursor belongs to its list', async () => {
    const { next_cursor } = await api.get('/v1/orders?limit=1');
    for (const cursor of [next_cursor.slice(0, -4), `${next_cursor}x!`, 'e30', 'WzFd', '%00', 'null']) {
      const { status, body } = await api.call('GET', `/v1/orders?cursor=${cursor}`);
      expect([status, body.errors?.[0].path], cursor).toEqual([422, 'query.cursor']);
    }
    expect((await api.call('GET', `/v1/events?cursor=${next_cursor}`)).status).toBe(422);
  });
});

describe('filters', () => {
  test.each([
    ['/v1/orders?source=stripe', 9],
    ['/v1/orders?source=shopify', 2],
    ['/v1/orders?source=nobody', 0],
    ['/v1/orders?state=issued', 9],
    ['/v1/orders?state=parked', 1],
    ['/v1/orders?state=pending', 1],
    ['/v1/orders?state=pending&source=shopify', 0],
    ['/v1/orders?state=cancelled', 0],
    ['/v1/orders?test=true', 11],
    ['/v1/orders?test=false', 0],
    ['/v1/orders?external_id=cs_test_a1Keyferrylist3', 1],
    ['/v1/orders?external_id=pi_3Keyferrylist3', 1],
    ['/v1/orders?external_id=pi_3Keyferrylist3&source=shopify', 0],
    ['/v1/orders?external_id=%25', 0],
    ['/v1/orders?customer=noor.veerman@example.com', 9],
    ['/v1/orders?customer=nobody@example.com', 0],
    ['/v1/licenses?product=acmecli', 1],
    ['/v1/licenses?product=acmepro&state=active', 11],
    ['/v1/licenses?state=revoked', 0],
    ['/v1/events?state=waiting', 1],
    ['/v1/events?state=waiting&source=stripe', 0],
    ['/v1/events?state=received', 0],
    ['/v1/events?state=parked', 0],
    ['/v1/events?type=orders/paid', 2],
    ['/v1/parked', 1],
    ['/v1/parked?source=stripe', 0],
    ['/v1/refusals', 6],
    ['/v1/refusals?source=nobody-list9', 2],
    ['/v1/refusals?source=stripe', 0],
    ['/v1/customers?email=NOOR.veerman@example.com', 1],
  ])('%s finds %i', async (path, count) => {
    expect((await api.get(path)).items).toHaveLength(count);
  });

  test('a received event is found as long as nobody took it', async () => {
    const sent: Answered = await (await send(house, 'stripe', 'unknown-type', 'fresh')).json();
    expect(ids(await api.get('/v1/events?state=received'))).toEqual([sent.event]);
    await house.settle();
    expect(ids(await api.get('/v1/events?state=received'))).toEqual([]);
  });

  test('`from` counts itself in, `to` does not', async () => {
    const at = (hours: number) => new Date(Date.UTC(2026, 10, 2, 10 + hours)).toISOString();
    const between = async (query: string) =>
      (await api.get(`/v1/events?type=checkout.session.completed&${query}`)).items.map(
        (it: Answered) => it.received_at,
      );
    expect(await between(`from=${at(2)}&to=${at(4)}`)).toEqual([at(3), at(2)]);
    expect(await between(`to=${at(1)}`)).toEqual([at(0)]);
    expect(await between(`from=2026-11-02T13:00:00%2B02:00&to=${at(2)}`)).toEqual([at(1)]);
    expect(await between('from=2026-11-04')).toEqual([]);
    expect(await between('to=1969-12-31')).toEqual([]);
  });

  test('a license expires by the clock, as it is shown and as it is found', async () => {
    const yearly = (state: string) => api.get(`/v1/licenses?product=acmepro&state=${state}`);
    const before = await yearly('active');
    const ending = before.items.filter((it: Answered) => it.valid_until !== null);
    expect(ending.length).toBeGreaterThan(0);
    const now = house.clock.now();
    house.clock.set(Date.parse(ending[0].valid_until));
    const expired = await yearly('expired');
    expect(ids(expired)).toEqual(ids({ items: ending }));
    expect(expired.items[0].state).toBe('expired');
    expect((await yearly('active')).items).toHaveLength(before.items.length - ending.length);
    house.clock.set(Date.parse(ending[0].valid_until) - 1);
    expect((await yearly('expired')).items).toEqual([]);
    house.clock.set(now);
  });

  test.each([
    ['/v1/orders?state=shipped', ['query.state']],
    ['/v1/orders?stat=issued', ['query.stat']],
    ['/v1/orders?state=issued&state=parked', ['query.state']],
    ['/v1/orders?test=yes&limit=0&cursor=x', ['query.cursor', 'query.limit', 'query.test']],
    ['/v1/orders?source=', ['query.source']],
    ['/v1/licenses?state=pending', ['query.state']],
    ['/v1/events?from=yesterday&to=2026-13-01', ['query.from', 'query.to']],
    ['/v1/parked?state=parked', ['query.state']],
    ['/v1/refusals?state=parked&source=', ['query.source', 'query.state']],
    ['/v1/orders?__proto__=1&constructor=2', ['query.__proto__', 'query.constructor']],
  ])('%s is refused with every error', async (path, paths) => {
    const { status, body } = await api.call('GET', path);
    expect([status, body.errors.map((it: Answered) => it.path).sort()]).toEqual([422, paths]);
    for (const it of body.errors)
      expect(it).toEqual({
        file: 'request',
        path: expect.any(String),
        message: expect.any(String),
        remedy: expect.any(String),
      });
  });
});

test('a page of orders takes the same few reads however many orders it shows', async () => {
  let reads = 0;
  const counting = await openHttpHouse();
  try {
    for (let i = 0; i < 5; i++) await send(counting, 'stripe', 'one-time', `count${i}`);
    await counting.settle();
    const { makeRecords } = await import('../../src/store/records.ts');
    const records = makeRecords({
      ...counting.db,
      read: (sql, params) => {
        reads += 1;
        return counting.db.read(sql, params);
      },
    });
    const page = await records.orders({}, { limit: 50, after: null });
    expect([page.items.length, page.items.every((it) => it.items[0]?.licenses.length === 1), reads]).toEqual([
      5,
      true,
      3,
    ]);
  } finally {
    await counting.close();
  }
});
