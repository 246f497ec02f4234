/** The typed client, against the real app. Its types are checked by the compiler: what must not compile says so. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { all, type Keyferry, keyferry, type Order, ProblemError } from '../../src/client/index.ts';
import { ADMIN_KEY, send } from '../contracts/http-house.ts';
import { type HttpHouse, openHttpHouse } from '../http/setup.ts';

let house: HttpHouse;
let api: Keyferry;
const asked: string[] = [];
/** Of a house without a port. */
const url = 'http://keyferry.example';
const fetchOf =
  (at: () => HttpHouse) =>
  async (request: Request): Promise<Response> => {
    asked.push(`${request.method} ${request.url.slice(url.length)}`);
    return at().app.request(request);
  };
beforeAll(async () => {
  house = await openHttpHouse();
  api = keyferry({ url, key: ADMIN_KEY, fetch: fetchOf(() => house) });
});
beforeEach(() => {
  asked.length = 0;
});
afterAll(() => house.close());

test('what is answered is a value with its type, and its status', async () => {
  const made = await api.POST('/v1/orders', { body: { id: 'typed', items: [{ product: 'acmepro' }] } });
  if (!made.ok) throw new Error(made.problem.detail);
  expect([made.status, made.value.items[0]?.licenses[0]?.state]).toEqual([201, 'active']);
  const again = await api.GET('/v1/orders/{id}', { path: { id: made.value.id } });
  expect(again).toMatchObject({ ok: true, status: 200, value: { external_id: 'typed' } });
});

test('what fails is a value as well', async () => {
  const gone = await api.GET('/v1/orders/{id}', { path: { id: 'ord_none' } });
  expect(gone).toMatchObject({ ok: false, problem: { code: 'not_found', status: 404 } });
  const stranger = keyferry({ url, key: 'nobody', fetch: fetchOf(() => house) });
  expect(await stranger.GET('/v1/orders')).toMatchObject({ ok: false, problem: { code: 'key_missing' } });
});

test('so is a Keyferry that cannot be reached, and an answer of something else', async () => {
  const lost = keyferry({ url, key: 'k', fetch: () => Promise.reject(new TypeError('no route')) });
  const unreached = await lost.GET('/v1/orders');
  expect(unreached).toMatchObject({
    ok: false,
    problem: { code: 'unreachable', detail: 'TypeError: no route' },
  });
  for (const [status, code] of [
    [502, 'not_keyferry'],
    [200, 'not_keyferry'],
  ] as const) {
    const page = async () => new Response('<h1>Bad gateway</h1>', { status });
    const answer = await keyferry({ url, key: 'k', fetch: page }).GET('/v1/orders');
    expect(answer).toMatchObject({ ok: false, problem: { code, status, detail: '<h1>Bad gateway</h1>' } });
  }
});

test('whoever gives up hears that, not a problem', async () => {
  const stopped = AbortSignal.abort(new Error('enough'));
  const slow = keyferry({ url, key: 'k', fetch: (request) => Promise.reject(request.signal.reason) });
  await expect(slow.GET('/v1/orders', { signal: stopped })).rejects.toThrow('enough');
});

test('names in a path may hold anything', async () => {
  await api.GET('/v1/licenses/{id}', { path: { id: 'a/b?c=d#e' } });
  expect(asked).toEqual(['GET /v1/licenses/a%2Fb%3Fc%3Dd%23e']);
});

test('a filter that is left out is not sent', async () => {
  await api.GET('/v1/orders', { query: { state: 'parked', test: false, source: undefined } });
  expect(asked).toEqual(['GET /v1/orders?state=parked&test=false']);
});

describe('a list', () => {
  beforeAll(async () => {
    for (const seed of ['one', 'two', 'three']) await send(house, 'stripe', 'payment-link', seed);
    await house.settle();
  });

  test('is walked page after page', async () => {
    const orders: Order[] = [];
    for await (const order of all(api, '/v1/orders', { source: 'stripe', limit: 2 })) orders.push(order);
    expect(new Set(orders.map(({ id }) => id)).size).toBe(3);
    expect(asked).toHaveLength(2);
  });

  test('is walked no further than it is read', async () => {
    for await (const _order of all(api, '/v1/orders', { limit: 1 })) break;
    expect(asked).toHaveLength(1);
  });

  test('of what varies in its path', async () => {
    const revisions = [];
    for await (const it of all(api, '/v1/mappings/{source}/revisions', {}, { source: 'stripe' }))
      revisions.push(it.revision);
    expect(revisions).toEqual([1]);
  });

  test('that cannot be read throws its problem', async () => {
    const walk = all(api, '/v1/mappings/{source}/revisions', {}, { source: 'none' });
    const error: unknown = await walk.next().catch((it: unknown) => it);
    expect(error).toBeInstanceOf(ProblemError);
    expect(error).toMatchObject({ problem: { code: 'not_found' } });
  });

  test('that asks too often waits as it is told, and goes on', async () => {
    let refusals = 2;
    const busy = keyferry({
      url,
      key: ADMIN_KEY,
      fetch: async (request) => {
        if (refusals-- <= 0) return house.app.request(request);
        const problem = { code: 'rate_limited', title: 'too often', hint: '', detail: '', status: 429 };
        return Response.json(problem, { status: 429, headers: { 'retry-after': '0' } });
      },
    });
    const rows = [];
    for await (const it of all(busy, '/v1/sources')) rows.push(it.name);
    expect(rows).toEqual(['closed', 'shopify', 'stripe']);
  });
});

test('what the API does not take does not compile', () => {
  const never = async () => {
    // @ts-expect-error: there is no such path
    await api.GET('/v1/nothing');
    // @ts-expect-error: there is no such method of it
    await api.DELETE('/v1/orders');
    // @ts-expect-error: the id is missing
    await api.GET('/v1/orders/{id}');
    // @ts-expect-error: there is no such filter
    await api.GET('/v1/orders', { query: { stat: 'parked' } });
    // @ts-expect-error: there is no such state
    await api.GET('/v1/orders', { query: { state: 'lost' } });
    // @ts-expect-error: an order has items
    await api.POST('/v1/orders', { body: {} });
    // @ts-expect-error: it is no list
    all(api, '/v1/orders/{id}');
    const order = await api.GET('/v1/orders/{id}', { path: { id: '' } });
    // @ts-expect-error: it may have failed
    order.value;
  };
  expect(never).toBeTypeOf('function');
});
