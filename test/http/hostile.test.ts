/** Input that nobody sends by accident: none of it may bring the house to an answer of 5xx, or to a wrong one. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_KEY, type Client, client, MAX_BODY_BYTES, sample } from '../contracts/http-house.ts';
import { type HttpHouse, openHttpHouse } from './setup.ts';

let house: HttpHouse;
let api: Client;
beforeAll(async () => {
  house = await openHttpHouse();
  api = client(house);
});
afterAll(() => house.close());

const WEIRD = [
  "'; DROP TABLE orders; --",
  '%00',
  '%',
  '%E0%A4%A',
  '%ED%A0%80',
  '..%2f..%2fetc%2fpasswd',
  '__proto__',
  'constructor',
  'x'.repeat(20_000),
  '%F0%9F%98%80',
  '%0d%0aSet-Cookie:%20a=b',
];

describe.each(WEIRD)('%.40s', (text) => {
  test.each(['/v1/orders/', '/v1/licenses/', '/v1/events/', '/v1/customers/', '/v1/mappings/'])(
    'as an id under %s is not found',
    async (path) => {
      expect((await api.call('GET', path + text)).status).toBe(404);
    },
  );

  test.each([
    '/v1/orders?external_id=',
    '/v1/orders?customer=',
    '/v1/licenses?key=',
    '/v1/events?type=',
    '/v1/customers?email=',
  ])('as a filter in %s finds nothing or is refused', async (path) => {
    const { status, body } = await api.call('GET', path + text);
    expect([200, 422]).toContain(status);
    if (status === 200) expect(body.items).toEqual([]);
  });

  test('as a source is not there', async () => {
    const answer = await house.request(`/webhooks/${text}`, { method: 'POST', body: '{}' });
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([404, null]);
  });

  test('as a source of a mapping is refused', async () => {
    const { status } = await api.call('PUT', `/v1/mappings/${text}`, {
      mapping: { integration: 'stripe', mode: 'test' },
      catalog: { products: [] },
    });
    expect([404, 422]).toContain(status);
  });

  test('as a cursor is refused', async () => {
    expect((await api.call('GET', `/v1/orders?cursor=${text}`)).status).toBe(422);
  });

  test('as a key opens nothing', async () => {
    const answer = await house.request('/v1/orders', { headers: { authorization: `Bearer ${text}` } });
    expect(answer.status).toBe(401);
  });
});

describe('bodies', () => {
  const deep = (open: string, close: string) => open.repeat(50_000) + close.repeat(50_000);
  test.each([
    ['half a JSON', '{"mapping":', 400],
    ['not UTF-8', new Uint8Array([0x22, 0xff, 0x22]), 400],
    ['lists in lists', `{"mapping":{"rules":${deep('[', ']')}}}`, 400],
    ['groups in groups', `{"mapping":${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}}`, 400],
    ['a text', '"mapping"', 422],
    ['null', 'null', 422],
    ['a list', '[]', 422],
    ['a number', '1e999', 422],
    ['a prototype', '{"__proto__":{"mapping":{}}}', 422],
    ['a mapping that is a list', '{"mapping":[]}', 422],
    ['nothing', '', 422],
    [
      'another prototype',
      '{"mapping":{"integration":"stripe","mode":"test","rules":[{"when":{"__proto__":"x"},"ignore":"x"}]}}',
      422,
    ],
  ])('%s as a mapping is refused', async (_what, body, status) => {
    const answer = await house.request('/v1/mappings/stripe', {
      method: 'PUT',
      headers: { authorization: `Bearer ${ADMIN_KEY}` },
      body,
    });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });

  test('a stream longer than its Content-Length is cut at the limit', async () => {
    let pulled = 0;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        pulled += 1;
        controller.enqueue(new Uint8Array(8 * 1024));
      },
    });
    const request = { method: 'POST', headers: { 'content-length': '5' }, body, duplex: 'half' } as const;
    const answer = await house.request('/webhooks/stripe', request);
    expect(answer.status).toBe(413);
    expect(pulled).toBeLessThan(MAX_BODY_BYTES / (8 * 1024) + 4);
  });

  test('a body of exactly the limit is read', async () => {
    const answer = await house.request('/webhooks/stripe', {
      method: 'POST',
      body: 'x'.repeat(MAX_BODY_BYTES),
    });
    expect(answer.status).toBe(400);
  });

  test('a stream that breaks is unreadable', async () => {
    const body = new ReadableStream<Uint8Array>({ pull: () => Promise.reject(new Error('gone')) });
    const answer = await house.request('/webhooks/stripe', { method: 'POST', body, duplex: 'half' });
    expect(answer.status).toBe(400);
  });

  test('an empty body is read as what it is', async () => {
    expect((await house.request('/webhooks/stripe', { method: 'POST' })).status).toBe(400);
  });

  test.each([
    ['a signature of 100 kB', `t=1,${'v1=00,'.repeat(15_000)}`],
    ['a time of no end', `t=${'9'.repeat(400)},v1=${'0'.repeat(64)}`],
    ['a time before all time', `t=-1,v1=${'0'.repeat(64)}`],
  ])('%s is refused', async (_what, signature) => {
    const { body } = await sample('stripe', 'one-time', 'odd', house.now());
    const answer = await house.request('/webhooks/stripe', {
      method: 'POST',
      headers: { 'stripe-signature': signature },
      body,
    });
    expect([400, 401]).toContain(answer.status);
  });
});

describe('what JavaScript would read as something else', () => {
  const sent = (metadata: string) =>
    api.call('POST', '/v1/orders', `{"items":[{"product":"acmepro","values":{"metadata":${metadata}}}]}`);

  test.each([
    ['{"__proto__":"x"}', '__proto__', 'Give it another name.'],
    ['{"id":9007199254740993}', 'id', 'Write it as text, in quotes.'],
    ['{"id":-123456789012345678901234567890}', 'id', 'Write it as text, in quotes.'],
  ])('%s is refused with its place', async (metadata, name, remedy) => {
    const { status, body } = await sent(metadata);
    expect([status, body.code, body.errors]).toEqual([
      422,
      'request_invalid',
      [
        {
          file: 'request',
          path: `body.items[0].values.metadata.${name}`,
          message: expect.any(String),
          remedy,
        },
      ],
    ]);
  });

  test('in quotes, or as large as a number can be, is kept as it is', async () => {
    const { status, body } = await sent('{"id":"9007199254740993","n":9007199254740991,"constructor":"x"}');
    expect(status, JSON.stringify(body)).toBe(201);
    expect(body.items[0].licenses[0].metadata).toMatchObject({ id: '9007199254740993', constructor: 'x' });
  });
});

test('nothing of this was logged as a bug', () => {
  expect(house.lines.filter((it) => it.level === 'error')).toEqual([]);
});
