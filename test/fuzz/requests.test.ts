/**
 * What stands in an address or in a body of the management API: whatever it is, the answer is declared, and no filter
 * that cannot be read lets everything through.
 */
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PROBLEMS } from '../../src/core/problems.ts';
import { ROUTES } from '../../src/http/management/index.ts';
import { ADMIN_KEY, type Answered, send } from '../contracts/http-house.ts';
import { type HttpHouse, openHttpHouse } from '../http/setup.ts';
import { runs, SEED } from '../laws/runs.ts';

let house: HttpHouse;
beforeAll(async () => {
  house = await openHttpHouse();
  await send(house, 'stripe', 'one-time', 'there');
  await send(house, 'shopify', 'paid', 'there');
  await house.settle();
});
afterAll(() => house.close());

/** Asks, and looks at the answer as a program would that trusts the table of problems. */
async function ask(method: string, path: string, body?: string): Promise<Answered> {
  const answer = await house.request(path, {
    method,
    headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json' },
    ...(body === undefined || method === 'GET' ? {} : { body }),
  });
  // An export is no JSON; what refuses it is.
  const isCsv = answer.headers.get('content-type')?.startsWith('text/csv') === true;
  const said: Answered = isCsv ? await answer.text() : await answer.json();
  if (answer.ok)
    expect(answer.headers.get('content-type')).toMatch(isCsv ? /^text\/csv/ : /^application\/json$/);
  else {
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(Object.keys(PROBLEMS)).toContain(said.code);
    expect([said.code, said.status]).not.toEqual(['bug', 500]);
    expect(answer.status).toBeLessThan(500);
  }
  return { status: answer.status, said };
}

const WITH_ID = ROUTES.filter(({ path }) => path.includes(':'));
const IDS = [
  '%00',
  '%',
  '%zz',
  '%2e%2e',
  '..',
  '.',
  '%2e%2e%2f%2e%2e%2fetc%2fpasswd',
  '%E0%A4%A',
  '%ED%A0%80',
  '%F0%9F%98%80',
  '%c0%ae',
  '__proto__',
  'constructor',
  'null',
  'undefined',
  '0',
  '-1',
  '9007199254740993',
  "'%20OR%201=1--",
  '%22',
  '*',
  '%25',
  'ord_',
  'x'.repeat(5_000),
  '%0d%0aX:%20y',
  '%E2%80%AE',
  '%EF%BB%BF',
];

test.each(WITH_ID.map(({ method, path }) => [method, path] as const))(
  '%s %s finds nothing under ids that are none',
  async (method, path) => {
    for (const id of IDS) {
      const { status } = await ask(method, path.replaceAll(/:\w+(?:\{[^}]*\})?/g, id), '{}');
      expect([id.slice(0, 40), status]).toEqual([
        id.slice(0, 40),
        expect.toBeOneOf([400, 404, 405, 409, 422]),
      ]);
    }
  },
);

describe('filters and cursors', () => {
  const lists = ROUTES.filter(({ method, path }) => method === 'GET' && !path.includes(':')).map(
    ({ path }) => path,
  );
  const names = [
    'limit',
    'cursor',
    'source',
    'external_id',
    'customer',
    'state',
    'type',
    'from',
    'to',
    'key',
    'order',
    'email',
    'nothing',
    '__proto__',
    '',
  ];
  const value = fc.oneof(
    fc.constantFrom(
      ...IDS,
      '',
      '1',
      '0',
      '1e9',
      '200',
      '201',
      '-1',
      '1.5',
      'true',
      '2026-13-01',
      '2026-11-02',
      '9999-12-31',
      '[]',
    ),
    fc.string({ unit: 'binary', maxLength: 20 }).map((it) => encodeURIComponent(it.toWellFormed())),
    fc.base64String({ maxLength: 40 }),
  );

  test(
    'every query of a list is answered, or refused as one that does not fit',
    async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...lists),
          fc.array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 3 }),
          async (path, query) => {
            const text = query.map(([name, it]) => `${name}=${it}`).join('&');
            const { status } = await ask('GET', `${path}?${text}`);
            expect([200, 422]).toContain(status);
          },
        ),
        { seed: SEED, numRuns: runs(300) },
      );
    },
    runs(20_000),
  );

  test('a cursor of one list is none of another, and one that was changed is none at all', async () => {
    const { said } = await ask('GET', '/v1/events?limit=1');
    expect(said.next_cursor).toBeTypeOf('string');
    expect((await ask('GET', `/v1/events?cursor=${said.next_cursor}`)).status).toBe(200);
    for (const path of lists.filter((it) => it !== '/v1/events'))
      expect((await ask('GET', `${path}?cursor=${said.next_cursor}`)).status).toBe(422);
    expect((await ask('GET', `/v1/events?cursor=${said.next_cursor.slice(2)}`)).status).toBe(422);
  });
});

test(
  'every body is read, or refused with its place',
  async () => {
    const body = fc.oneof(
      fc.json({ maxDepth: 4 }),
      fc.string({ unit: 'binary', maxLength: 30 }),
      fc.constantFrom(
        '',
        'null',
        '[]',
        '0',
        '1e999',
        '"',
        '{',
        '{"a":1,"a":2}',
        '{"__proto__":{"dry_run":true}}',
        '{"dry_run":"yes"}',
        '\ufeff{}',
        '{"limit":9007199254740993}',
        '{"name":"\\ud800"}',
        '{"name":"\\u0000"}',
        '{"note":"\\udc00"}',
        '['.repeat(100_000),
        `${'{"a":'.repeat(70)}1${'}'.repeat(70)}`,
        `{${'"k":1,'.repeat(50_000)}"k":1}`,
      ),
    );
    const writing = ROUTES.filter(({ method, path }) => method !== 'GET' && !path.includes('api-keys'));
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...writing), body, async ({ method, path }, text) => {
        const { status } = await ask(method, path.replaceAll(/:\w+(?:\{[^}]*\})?/g, 'stripe'), text);
        expect([200, 201, 202, 400, 404, 405, 409, 413, 422]).toContain(status);
      }),
      { seed: SEED, numRuns: runs(300) },
    );
  },
  runs(20_000),
);

test('after all of this both orders are as they were, and nothing was logged as a bug', async () => {
  const { said } = await ask('GET', '/v1/orders');
  expect(said.items.map((it: { state: string }) => it.state)).toEqual(['issued', 'issued']);
  expect(house.lines.filter(({ level }) => level === 'error')).toEqual([]);
});
