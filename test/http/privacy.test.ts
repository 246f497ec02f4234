/** What persons may ask by law, over the API: their records in full, and to be forgotten, each with one call. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LIMITS } from '../../src/core/limits.ts';
import { type Answered, type Client, client, sample, send, sign } from '../contracts/http-house.ts';
import { type HttpHouse, openHttpHouse } from './setup.ts';

let house: HttpHouse;
let api: Client;
beforeEach(async () => {
  house = await openHttpHouse();
  api = client(house);
});
afterEach(() => house.close());

/** @returns the event's id */
async function told(source: string, name: string, seed: string): Promise<string> {
  house.clock.advance(1_000);
  const { event }: Answered = await (await send(house, source, name, seed)).json();
  await house.settle();
  return event;
}
/** The order `paid` of a seed, bought by somebody with this address. */
async function bought(seed: string, email: string): Promise<void> {
  const { body } = await sample('shopify', 'paid', seed, house.now());
  const text = new TextDecoder().decode(body).replaceAll(`ada+${seed}@example.com`, email);
  const signed = await sign('shopify', 'orders/paid', text, house.now());
  await house.request('/webhooks/shopify', { method: 'POST', ...signed });
  await house.settle();
}
const exported = async (body: unknown): Promise<Answered> => {
  const answer = await api.call('POST', '/v1/privacy/exports', body);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
};
const redact = (body: unknown) => api.call('POST', '/v1/privacy/redactions', body);
const errorsOf = async (path: string, body: unknown): Promise<string[]> => {
  const answer = await api.call('POST', path, body);
  expect(answer.status).toBe(422);
  return answer.body.errors.map((it: Answered) => `${it.path} ${it.message}`);
};

describe('an export', () => {
  test('holds all that is stored of a person, as the API shows each of it elsewhere', async () => {
    const event = await told('shopify', 'paid', 'mine');
    await told('shopify', 'paid', 'other');
    const document = await exported({ email: 'Ada+mine@example.com' });
    expect(Object.keys(document)).toEqual(['made_at', 'customers', 'orders', 'requests', 'next_cursor']);
    expect(document.made_at).toBe(new Date(house.now()).toISOString());
    expect(document.next_cursor).toBeNull();
    const [order, ...others] = document.orders;
    expect(others).toEqual([]);
    const shown = await api.get(`/v1/orders/${order.id}`);
    expect(order).toEqual({ ...shown, events: [await api.get(`/v1/events/${event}`)] });
    expect(order.items[0].licenses[0].key).toMatch(/^[0-9A-Z-]{29}$/);
    expect(document.customers).toEqual([await api.get(`/v1/customers/${order.customer.id}`)]);
    expect(JSON.stringify(document)).not.toContain('other');
  });

  test.for([
    ['customer', (order: Answered) => ({ customer: order.customer.id })],
    ['shop’s customer', (order: Answered) => ({ customer: order.customer.reference, source: 'shopify' })],
    ['order', (order: Answered) => ({ order: order.id })],
    ['order’s name', (order: Answered) => ({ order: order.external_id })],
    ['order’s name at a source', (order: Answered) => ({ order: order.external_id, source: 'shopify' })],
  ] as const)('finds them by the %s', async ([, ask]) => {
    await told('shopify', 'paid', 'found');
    const [order] = (await api.get('/v1/orders')).items;
    expect((await exported(ask(order))).orders.map((it: Answered) => it.id)).toEqual([order.id]);
  });

  test('of nobody is empty', async () => {
    await told('shopify', 'paid', 'some');
    for (const whom of [{ email: 'nobody@example.com' }, { customer: '4' }, { order: 'none' }])
      expect(await exported(whom)).toMatchObject({
        customers: [],
        orders: [],
        requests: [],
        next_cursor: null,
      });
  });

  test('of somebody with very many orders comes page by page', async () => {
    const many = LIMITS.exported_orders + 3;
    for (let i = 0; i < many; i++) await bought(`n${i}`, 'ada+many@example.com');
    const first = await exported({ email: 'ada+many@example.com' });
    expect(first.orders).toHaveLength(LIMITS.exported_orders);
    const rest = await exported({ email: 'ada+many@example.com', cursor: first.next_cursor });
    expect(rest.next_cursor).toBeNull();
    const ids = [...first.orders, ...rest.orders].map((it: Answered) => it.id);
    expect(new Set(ids).size).toBe(many);
  }, 30_000);

  test('of an order with very long events comes in pages that a small machine can hold', async () => {
    await bought('before', 'ada+long@example.com');
    await told('shopify', 'paid', 'long');
    const rows = await house.db.read('SELECT id, order_id FROM events ORDER BY id DESC LIMIT 1');
    const [{ id = '', order_id = '' } = {}] = rows;
    const copies = Array.from({ length: 60 }, (_, i) => `evt_z${String(i).padStart(2, '0')}`);
    for (const copy of copies) {
      const columns =
        'source, account, type, received_at, headers, state, attempts, deaths, due_at, refresh, order_id';
      await house.db.batch([
        {
          sql: `INSERT INTO events (id, key, ${columns}) SELECT ?1, ?1, ${columns} FROM events WHERE id = ?2`,
          params: [copy, String(id)],
        },
        {
          sql: 'INSERT INTO event_bodies (event_id, part, bytes) VALUES (?, 0, zeroblob(?))',
          params: [copy, LIMITS.exported_bytes / 20],
        },
      ]);
    }
    // Orders of one moment would stand in any order.
    house.clock.advance(1_000);
    await bought('after', 'ada+long@example.com');
    const pages: Answered[] = [];
    for (let cursor: unknown; cursor !== null; ) {
      pages.push(await exported({ email: 'ada+long@example.com', ...(cursor ? { cursor } : {}) }));
      cursor = pages.at(-1)?.next_cursor;
    }
    expect(pages.length).toBeGreaterThan(2);
    const orders = pages.flatMap((it) => it.orders);
    expect(new Set(orders.map((it: Answered) => it.id)).size).toBe(3);
    const mine = orders.filter((it: Answered) => it.id === order_id).flatMap((it: Answered) => it.events);
    expect(mine.map((it: Answered) => it.id)).toEqual([id, ...copies]);
  }, 60_000);

  test('that does not say whom, or says two, is refused', async () => {
    const path = '/v1/privacy/exports';
    expect(await errorsOf(path, {})).toEqual(['body does not say whom']);
    expect(await errorsOf(path, { email: 'a@b', order: '1' })).toEqual([
      'body says order and email, which may differ',
    ]);
    expect(await errorsOf(path, { email: 'nobody' })).toEqual(['body.email is no address']);
    expect((await api.call('POST', path, { email: 'a@b', source: 'nowhere' })).body.code).toBe(
      'source_unknown',
    );
  });
});

describe('a request that a shop passed on', () => {
  test('is shown until it is marked as done, with its export', async () => {
    await told('shopify', 'paid', 'asks');
    const event = await told('shopify', 'data-request', 'asks');
    const [request] = (await api.get('/v1/privacy/requests?open=true')).items;
    expect(request).toEqual({
      id: expect.stringMatching(/^req_/),
      source: 'shopify',
      account: '',
      kind: 'export',
      subject: {
        orders: [expect.any(String)],
        customer: expect.any(String),
        email: 'ada+asks@example.com',
      },
      state: 'open',
      overdue: false,
      event_id: event,
      by: null,
      touched: null,
      created_at: new Date(house.now()).toISOString(),
      due_at: new Date(house.now() + LIMITS.privacy_due_ms).toISOString(),
      done_at: null,
      done_by: null,
    });
    const [source] = (await api.get('/v1/sources')).items.filter((it: Answered) => it.name === 'shopify');
    expect(source.flags).toMatchObject([
      { code: 'export_requested', title: 'Somebody asks for their records' },
    ]);

    const document = await api.get(`/v1/privacy/requests/${request.id}/export`);
    expect(document.orders).toHaveLength(1);
    expect(document.requests).toEqual([request]);
    house.clock.advance(LIMITS.privacy_due_ms);
    const overdue = await api.get(`/v1/privacy/requests/${request.id}`);
    expect(overdue).toEqual({ ...request, overdue: true });

    const { status, body } = await api.call('POST', `/v1/privacy/requests/${request.id}/done`);
    expect([status, body.state, body.overdue]).toEqual([200, 'done', false]);
    expect(body.done_by).toBe('environment');
    expect((await api.get('/v1/privacy/requests?open=true')).items).toEqual([]);
    expect((await api.get('/v1/privacy/requests?open=false&source=shopify')).items).toEqual([body]);
  });

  test('to be forgotten is done before anybody looks', async () => {
    await told('shopify', 'paid', 'goes');
    await told('shopify', 'redact', 'goes');
    const [request] = (await api.get('/v1/privacy/requests')).items;
    expect(request).toMatchObject({
      kind: 'redact_customer',
      state: 'done',
      touched: { orders: 1, events: 1 },
    });
    const marked = await api.call('POST', `/v1/privacy/requests/${request.id}/done`);
    expect([marked.status, marked.body.code]).toEqual([409, 'request_by_itself']);
    expect((await api.get('/v1/customers?email=ada%2Bgoes@example.com')).items).toEqual([]);
    expect((await api.get('/v1/orders?customer=ada%2Bgoes@example.com')).items).toEqual([]);
  });

  test('nobody knows is not found', async () => {
    for (const [method, path] of [
      ['GET', '/v1/privacy/requests/req_none'],
      ['GET', '/v1/privacy/requests/req_none/export'],
      ['POST', '/v1/privacy/requests/req_none/done'],
    ] as const)
      expect((await api.call(method, path)).status).toBe(404);
  });
});

describe('a redaction by hand', () => {
  test('says first what it would touch, then touches it, and keeps every license', async () => {
    await told('shopify', 'paid', 'hand');
    const email = 'ada+hand@example.com';
    const before = (await api.get('/v1/licenses')).items;
    const dry = await redact({ source: 'shopify', email, dry_run: true });
    expect([dry.status, dry.body]).toEqual([
      200,
      { dry_run: true, request: null, touched: { orders: 1, events: 1 } },
    ]);
    expect((await api.get(`/v1/customers?email=${encodeURIComponent(email)}`)).items).toHaveLength(1);

    const { status, body } = await redact({ source: 'shopify', email });
    expect([status, body.touched]).toEqual([200, { orders: 1, events: 1 }]);
    expect(body.request).toMatchObject({
      kind: 'redact_customer',
      state: 'done',
      by: 'environment',
    });
    const [order] = (await api.get('/v1/orders')).items;
    expect(order.flags).toContain('redacted');
    expect(order.customer).toMatchObject({ email: null, name: null });
    expect((await api.get('/v1/licenses')).items).toEqual(before);
    const { timeline } = await api.get(`/v1/orders/${order.id}`);
    expect(timeline.at(-1)).toMatchObject({ cause: { by: 'person', act: 'redact' }, changes: [] });
    expect(JSON.stringify(await exported({ order: order.id }))).not.toMatch(/ada\+hand|Engine Row/);
  });

  test('too large for one call is accepted, and done by the rounds', async () => {
    for (let i = 0; i < 4 * LIMITS.redacted_orders; i++) await bought(`n${i}`, 'ada+many@example.com');
    const notified = house.notified();
    const { status, body } = await redact({ source: 'shopify', email: 'ada+many@example.com' });
    expect([status, body.request.state]).toEqual([202, 'open']);
    expect(house.notified()).toBe(notified + 1);
    await house.settle();
    expect(await api.get(`/v1/privacy/requests/${body.request.id}`)).toMatchObject({
      state: 'done',
      touched: { orders: 4 * LIMITS.redacted_orders, events: 4 * LIMITS.redacted_orders },
    });
  }, 30_000);

  test('of a whole shop wants its name twice', async () => {
    await told('shopify', 'paid', 'shop');
    const path = '/v1/privacy/redactions';
    const wrong = ['body.confirm does not name the source'];
    expect(await errorsOf(path, { source: 'shopify', shop: true })).toEqual(wrong);
    expect(await errorsOf(path, { source: 'shopify', shop: true, confirm: 'yes' })).toEqual(wrong);
    expect(await errorsOf(path, { source: 'shopify' })).toEqual(['body does not say whom']);
    expect(await errorsOf(path, { source: 'shopify', shop: true, confirm: 'shopify', email: 'a@b' })).toEqual(
      ['body says email and shop, which may differ'],
    );
    expect((await redact({ source: 'shopify', shop: true, dry_run: true })).body.touched).toEqual({
      orders: 1,
      events: 1,
    });
    expect((await api.get('/v1/customers')).items[0].email).toBe('ada+shop@example.com');
    const { body } = await redact({ source: 'shopify', shop: true, confirm: 'shopify' });
    await house.settle();
    expect(body.request.kind).toBe('redact_shop');
    expect((await api.get('/v1/customers')).items[0].email).toBeNull();
  });

  test('at a source that nobody has is refused', async () => {
    const { status, body } = await redact({ source: 'nowhere', email: 'a@b' });
    expect([status, body.code]).toEqual([404, 'source_unknown']);
  });
});

test('an order by hand is forgotten like any other, keeps its licenses, and is still the same order', async () => {
  const whom = { email: 'jo@hand.example', name: 'Jo Hand' };
  const order = { id: 'hand', customer: whom, note: 'for Jo Hand', items: [{ product: 'acmepro' }] };
  const { body } = await api.call('POST', '/v1/orders', order);
  expect((await exported({ email: whom.email })).orders.map((it: Answered) => it.id)).toEqual([body.id]);
  expect((await redact({ source: 'manual', email: whom.email })).status).toBe(200);
  await house.settle();
  const after = await api.get(`/v1/orders/${body.id}`);
  expect(after).toMatchObject({
    customer: { email: null, name: null },
    items: body.items,
    flags: ['redacted'],
  });
  expect(JSON.stringify(after)).not.toMatch(/jo.hand/i);
  const [event] = (await api.get(`/v1/events?order=${body.id}`)).items;
  expect(JSON.stringify(await api.get(`/v1/events/${event.id}`))).not.toMatch(/jo.hand/i);

  const again = await api.call('POST', '/v1/orders', order);
  expect([again.status, again.body]).toEqual([200, after]);
  const other = await api.call('POST', '/v1/orders', { ...order, customer: { email: 'mo@hand.example' } });
  expect([other.status, JSON.stringify(other.body)]).toEqual([409, expect.not.stringMatching(/jo/i)]);
});

test('what is entered by hand of somebody who was forgotten stays without them, and without its note', async () => {
  const customer = { email: 'jo@hand.example', name: 'Jo Hand' };
  const items = [{ product: 'acmepro', id: 'a' }];
  await api.call('POST', '/v1/orders', { id: 'before', customer, items });
  await redact({ source: 'manual', email: customer.email });
  await house.settle();
  const note = 'for Jo Hand';
  const more = [{ product: 'acmepro', id: 'b' }];
  const answers = [
    await api.call('POST', '/v1/orders', { id: 'before', append: true, customer, note, items: more }),
    await api.call('POST', '/v1/orders', { id: 'after', customer, note, items }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 201]);
  for (const { body } of answers) {
    expect(JSON.stringify(await api.get(`/v1/orders/${body.id}`))).not.toMatch(/jo.hand/i);
    for (const { id } of (await api.get(`/v1/events?order=${body.id}`)).items)
      expect(JSON.stringify(await api.get(`/v1/events/${id}`))).not.toMatch(/jo.hand/i);
  }
});
