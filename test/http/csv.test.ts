/**
 * Exports and imports on Node: how much is held, what happens when something breaks midway, and the law that an export
 * is an import of the same.
 */

import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { serve } from '@hono/node-server';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { readCsv } from '../../src/core/csv.ts';
import { CSV_COLUMNS, type CsvTable } from '../../src/core/csv-columns.ts';
import { changedInReading } from '../../src/core/json.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { BatchError, statement } from '../../src/store/database.ts';
import { ADMIN_KEY, type Answered } from '../contracts/http-house.ts';
import { type HttpHouse, MONDAY, openHttpHouse } from './setup.ts';

const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'text/csv' };
let houses: HttpHouse[] = [];
afterEach(async () => {
  for (const it of houses) await it.close();
  houses = [];
});
async function house(...furnishing: Parameters<typeof openHttpHouse>): Promise<HttpHouse> {
  const it = await openHttpHouse(...furnishing);
  houses.push(it);
  return it;
}

/** Customers as shops may have left them. */
async function addCustomers(it: HttpHouse, count: number, first = 0): Promise<void> {
  const rows = Array.from({ length: count }, (_, n) => first + n);
  for (let at = 0; at < rows.length; at += 10_000) {
    const json = JSON.stringify(rows.slice(at, at + 10_000));
    const insert = `INSERT INTO customers (id, identity, email, name, created_at, version)
      SELECT 'cus_' || printf('%012d', value), 'email:c' || value || '@many.test', 'c' || value || '@many.test',
        'Customer no. ' || value, ?2, 1 FROM json_each(?1)`;
    await it.db.batch([statement(insert, json, MONDAY)]);
  }
}

/** A file of so many rows, made while it is sent. */
function streamed(header: string, rows: number, row: (n: number) => string): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let n = 0;
  return new ReadableStream({
    pull: (sink) => {
      const lines = n === 0 ? [header] : [];
      for (const end = Math.min(rows, n + 1_000); n < end; n++) lines.push(row(n));
      sink.enqueue(encoder.encode(`${lines.join('\r\n')}\r\n`));
      if (n >= rows) sink.close();
    },
  });
}

async function send(it: HttpHouse, table: CsvTable, body: ReadableStream<Uint8Array> | string, query = '') {
  const answer = await it.request(`/v1/imports/${table}${query}`, {
    method: 'POST',
    headers,
    body,
    duplex: 'half',
  });
  const job: Answered = await answer.json();
  if (answer.status !== 202) throw new Error(JSON.stringify(job));
  return String(job.id);
}

async function jobOf(it: HttpHouse, id: string): Promise<Answered> {
  return (await it.request(`/v1/jobs/${id}`, { headers })).json();
}

async function exported(it: HttpHouse, table: CsvTable): Promise<string> {
  const answer = await it.request(`/v1/exports/${table}.csv`, { headers });
  return answer.text();
}

setFlagsFromString('--expose_gc');
const collect: () => void = runInNewContext('gc');

/** What is held, in bytes, at the most while something runs. */
async function heldDuring<T>(run: (look: () => void) => Promise<T>): Promise<{ held: number; value: T }> {
  const now = () => {
    collect();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const before = now();
  let most = before;
  const value = await run(() => {
    most = Math.max(most, now());
  });
  return { held: most - before, value };
}

const MEGABYTE = 1024 * 1024;

describe('an export', () => {
  test('of 100,000 rows holds a page of them, and has each once', { timeout: 120_000 }, async () => {
    const it = await house();
    await addCustomers(it, 100_000);
    const answer = await it.request('/v1/exports/customers.csv', { headers });
    const { held, value } = await heldDuring(async (look) => {
      let bytes = 0;
      let lines = 0;
      let pages = 0;
      for await (const piece of answer.body ?? []) {
        bytes += piece.byteLength;
        for (const byte of piece) if (byte === 10) lines++;
        if (pages++ % 50 === 0) look();
      }
      return { bytes, lines };
    });
    expect(value.lines).toBe(100_001);
    expect(value.bytes).toBeGreaterThan(7 * MEGABYTE);
    expect(held).toBeLessThan(16 * MEGABYTE);
  });

  test('reads nothing ahead of a slow reader, and stops when the reader goes away', async () => {
    let reads = 0;
    const it = await house(({ records }) => ({
      records: {
        ...records,
        customers: (...asked) => {
          reads++;
          return records.customers(...asked);
        },
      },
    }));
    await addCustomers(it, 3_000);
    const answer = await it.request('/v1/exports/customers.csv', { headers });
    const reader = answer.body?.getReader();
    expect(reads).toBe(1);
    await reader?.read();
    expect(reads).toBe(2);
    await reader?.read();
    expect(reads).toBe(3);
    await reader?.cancel();
    expect(reads).toBe(3);
  });

  test('neither repeats nor skips a row when others come meanwhile', async () => {
    const it = await house();
    await addCustomers(it, 1_000);
    const answer = await it.request('/v1/exports/customers.csv', { headers });
    const decoder = new TextDecoder();
    let text = '';
    let pages = 0;
    for await (const piece of answer.body ?? []) {
      text += decoder.decode(piece, { stream: true });
      await addCustomers(it, 10, 5_000 + 10 * pages++);
    }
    const ids = readCsv(text)
      .rows.slice(1)
      .map(({ cells }) => cells[0] ?? '');
    expect(ids).toHaveLength(1_000);
    expect(new Set(ids).size).toBe(1_000);
  });

  test('that the database fails midway breaks the connection: what came does not end as if it were whole', async () => {
    let reads = 0;
    const it = await house(({ records }) => ({
      records: {
        ...records,
        customers: async (...asked) => {
          if (++reads === 4) throw new BatchError('unavailable', 'the disk is gone');
          return records.customers(...asked);
        },
      },
    }));
    await addCustomers(it, 3_000);
    const { server, port } = await new Promise<{ server: ReturnType<typeof serve>; port: number }>(
      (resolve) => {
        const server = serve(
          { fetch: it.app.fetch, hostname: '127.0.0.1', port: 0 },
          (address: AddressInfo) => resolve({ server, port: address.port }),
        );
      },
    );
    const said = await new Promise<string>((resolve) => {
      let text = '';
      const socket = connect(port, '127.0.0.1', () => {
        socket.write(
          `GET /v1/exports/customers.csv HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${headers.authorization}\r\n\r\n`,
        );
      });
      socket.on('data', (bytes) => {
        text += bytes.toString('utf8');
      });
      socket.on('error', () => undefined);
      socket.on('close', () => resolve(text));
    });
    expect(said).toContain('200 OK');
    // The last chunk of a whole answer is empty.
    expect(said).not.toMatch(/\r\n0\r\n\r\n$/);
    expect(it.lines.map(({ message }) => message)).toContain('export broken off');
    await new Promise((closed) => server.close(closed));
  });

  test('whose first page cannot be read is answered as a problem', async () => {
    const it = await house(({ records }) => ({
      records: { ...records, customers: () => Promise.reject(new BatchError('unavailable', 'gone')) },
    }));
    const answer = await it.request('/v1/exports/customers.csv', { headers });
    expect(answer.status).toBe(503);
  });
});

describe('an import', () => {
  test('of 100,000 customers holds a few rows of them, and takes each once', {
    timeout: 240_000,
  }, async () => {
    const it = await house();
    const file = streamed(
      'email,name,company',
      100_000,
      (n) => `c${n}@many.test,"Customer, no. ${n}",Company ${n % 7}`,
    );
    const { held, value: id } = await heldDuring(async (look) => {
      const sent = await send(it, 'customers', file);
      look();
      for (let steps = 0; (await it.bridge.work()) > 0; steps++) if (steps % 20 === 0) look();
      look();
      return sent;
    });
    expect(await jobOf(it, id)).toMatchObject({
      state: 'done',
      counts: { made: 100_000 },
      progress: { done: 100_000, total: 100_000 },
    });
    expect(held).toBeLessThan(32 * MEGABYTE);
    const [row] = await it.db.read(
      'SELECT count(*) AS count, count(DISTINCT email) AS emails FROM customers',
    );
    expect(row).toEqual({ count: 100_000, emails: 100_000 });
    expect(await it.db.read('SELECT count(*) AS parts FROM job_parts')).toEqual([{ parts: 0 }]);
  });

  test('of orders holds a few of them, and says how far it is', { timeout: 240_000 }, async () => {
    const it = await house();
    const count = 3_000;
    const file = streamed(
      'order,product,customer_email',
      count,
      (n) => `many-${n},acmecli,c${n % 100}@many.test`,
    );
    const { held, value: id } = await heldDuring(async (look) => {
      const sent = await send(it, 'orders', file);
      await it.bridge.work();
      expect(await jobOf(it, sent)).toMatchObject({ state: 'running', progress: { done: 64, total: count } });
      for (let steps = 0; (await it.bridge.work()) > 0; steps++) if (steps % 20 === 0) look();
      return sent;
    });
    expect(await jobOf(it, id)).toMatchObject({ state: 'done', counts: { made: count } });
    expect(held).toBeLessThan(48 * MEGABYTE);
    const [row] = await it.db.read('SELECT count(*) AS licenses, count(DISTINCT key) AS keys FROM licenses');
    expect(row).toEqual({ licenses: count, keys: count });
  });

  test('that is cancelled midway keeps what was done, and does nothing more', async () => {
    const it = await house();
    const rows = Array.from({ length: 1_500 }, (_, n) => `c${n}@half.test`);
    const id = await send(it, 'customers', `email\n${rows.join('\n')}\n`);
    await it.bridge.work();
    await it.request(`/v1/jobs/${id}/cancel`, { method: 'POST', headers });
    await it.settle();
    expect(await jobOf(it, id)).toMatchObject({
      state: 'cancelled',
      counts: { made: LIMITS.import_step_customers },
      progress: { done: LIMITS.import_step_customers, total: 1_500 },
    });
    const [row] = await it.db.read('SELECT count(*) AS count FROM customers');
    expect(row?.count).toBe(LIMITS.import_step_customers);
  });

  test('brings nobody back who was forgotten', async () => {
    const it = await house();
    const json = { ...headers, 'content-type': 'application/json' };
    const order = {
      id: 'gone',
      customer: { email: 'gone@x.test', name: 'Gone' },
      items: [{ product: 'acmecli' }],
    };
    await it.request('/v1/orders', { method: 'POST', headers: json, body: JSON.stringify(order) });
    const forgotten = { source: 'manual', email: 'gone@x.test' };
    const redacted = await it.request('/v1/privacy/redactions', {
      method: 'POST',
      headers: json,
      body: JSON.stringify(forgotten),
    });
    expect(redacted.ok).toBe(true);
    await it.settle();
    const id = await send(it, 'customers', 'email,name\nGone@x.test,Gone\nhere@x.test,Here\n');
    await it.settle();
    expect((await jobOf(it, id)).counts).toEqual({ made: 1, refused: 1 });
    const rows = await it.db.read('SELECT email FROM customers WHERE email IS NOT NULL');
    expect(rows).toEqual([{ email: 'here@x.test' }]);
  });

  test('leaves nothing of its file behind, however it ends', async () => {
    const it = await house();
    const parts = async () => (await it.db.read('SELECT DISTINCT job_id FROM job_parts')).length;
    const ended = await send(it, 'customers', 'email\na@x.test\n');
    expect(await parts()).toBe(1);
    await it.settle();
    expect((await jobOf(it, ended)).state).toBe('done');
    expect(await parts()).toBe(0);

    const cancelled = await send(it, 'customers', 'email\nb@x.test\n');
    await it.request(`/v1/jobs/${cancelled}/cancel`, { method: 'POST', headers });
    expect(await parts()).toBe(0);
    // Whoever resumes it is told to send the file again.
    await it.request(`/v1/jobs/${cancelled}/resume`, { method: 'POST', headers });
    it.clock.advance(LIMITS.lease_ms);
    await it.settle();
    expect(await jobOf(it, cancelled)).toMatchObject({
      state: 'failed',
      problem: { code: 'import_file_gone' },
    });

    const half = new ReadableStream<Uint8Array>({
      start: (sink) => sink.enqueue(new TextEncoder().encode(`email\n${'a@x.test\n'.repeat(60_000)}`)),
      pull: (sink) => sink.error(new Error('the sender is gone')),
    });
    const broken = await it.request('/v1/imports/customers', {
      method: 'POST',
      headers,
      body: half,
      duplex: 'half',
    });
    expect(((await broken.json()) as Answered).code).toBe('body_unreadable');
    expect(await parts()).toBe(0);

    // Of an upload whose process died nobody else knows.
    const old = 'upl_00000000000000000000000000';
    await it.db.batch([statement('INSERT INTO job_parts VALUES (?, 0, ?)', old, new Uint8Array([1]))]);
    it.clock.advance(2 * LIMITS.import_upload_ms);
    await it.settle();
    expect(await parts()).toBe(0);
  });

  test('of a file over the limit is refused while it comes, and whoever sends is not heard to the end', async () => {
    const it = await house();
    const row = 'x'.repeat(1_000);
    let sent = 0;
    const file = streamed('email,name', 10_000_000, (n) => {
      sent++;
      return `c${n}@x.test,${row}`;
    });
    const answer = await it.request('/v1/imports/customers', {
      method: 'POST',
      headers,
      body: file,
      duplex: 'half',
    });
    expect([answer.status, ((await answer.json()) as Answered).code]).toEqual([413, 'body_too_large']);
    expect(sent * row.length).toBeLessThan(1.2 * LIMITS.import_bytes);
    expect(await it.db.read('SELECT count(*) AS parts FROM job_parts')).toEqual([{ parts: 0 }]);
  }, 60_000);

  test('of a row without an end is refused', async () => {
    const it = await house();
    const body = `email,name\na@x.test,"${'x'.repeat(LIMITS.import_part_bytes)}`;
    const answer = await it.request('/v1/imports/customers', { method: 'POST', headers, body });
    expect(answer.status).toBe(422);
    expect(((await answer.json()) as Answered).errors[0]).toMatchObject({ path: 'row 2' });
  });

  test('two of the same file at once issue each order and each key once', { timeout: 60_000 }, async () => {
    const it = await house();
    const orders = ['order,product', ...Array.from({ length: 200 }, (_, n) => `twin-${n},acmecli`)].join(
      '\n',
    );
    const keys = [
      'key,product,order,state',
      ...Array.from(
        { length: 200 },
        (_, n) => `TWIN-KEY-${n},acmecli,shared-${n % 50},${n % 3 ? '' : 'suspended'}`,
      ),
    ].join('\n');
    const ids = [
      await send(it, 'orders', orders),
      await send(it, 'orders', orders),
      await send(it, 'licenses', keys),
      await send(it, 'licenses', keys),
    ];
    const work = async () => {
      while ((await it.bridge.work()) > 0);
    };
    await Promise.all([work(), work(), work()]);
    it.clock.advance(60_000);
    await it.settle();
    for (const id of ids)
      expect(await jobOf(it, id)).toMatchObject({ state: 'done', progress: { done: 200 } });
    const jobs = await Promise.all(ids.map((id) => jobOf(it, id)));
    for (const { counts } of jobs) expect((counts.made ?? 0) + (counts.unchanged ?? 0)).toBe(200);
    const [row] = await it.db.read(
      `SELECT count(*) AS licenses, count(DISTINCT key) AS keys, sum(key LIKE 'TWIN-%') AS given,
        sum(state = 'suspended') AS suspended FROM licenses`,
    );
    expect(row).toEqual({ licenses: 400, keys: 400, given: 200, suspended: 67 });
  });
});

/** As hostile as a buyer, and a shop that passes on what they typed. */
const text = fc
  .string({
    unit: fc.constantFrom(
      'a', 'Ж', '😀', '"', "'", ',', ';', '\t', '\n', '\r', ' ', '=', '+', '-', '@', '\ufeff', '\u0000', '\ud800', '{', '0',
    ), // biome-ignore format: a list
    minLength: 1,
    maxLength: 10,
  })
  .filter((it) => it.trim() !== '');
const maybe = fc.option(text, { nil: null });

describe('an export is an import of the same', () => {
  const taken = (table: CsvTable, file: string): string[] => {
    const [header, ...rows] = readCsv(file).rows.map(({ cells }) => cells);
    const columns = CSV_COLUMNS[table].filter(({ way }) => way === 'both').map(({ name }) => name);
    return rows
      .map((cells) => JSON.stringify(columns.map((name) => cells[header?.indexOf(name) ?? -1])))
      .sort();
  };

  test('customers', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ name: maybe, company: maybe, phone: maybe, reference: maybe, account: maybe }), {
          minLength: 1,
          maxLength: 12,
        }),
        async (customers) => {
          const [one, other] = [await openHttpHouse(), await openHttpHouse()];
          try {
            for (const [n, it] of customers.entries()) {
              const account = it.account === null ? null : `acc_${it.account.length}${n}`;
              await one.db.batch([
                ...(account === null
                  ? []
                  : [
                      statement(
                        'INSERT INTO accounts (id, name, created_at, version) VALUES (?, ?, 0, 1)',
                        account,
                        `${n}${it.account}`,
                      ),
                    ]),
                statement(
                  `INSERT INTO customers (id, identity, email, name, company, phone, reference, account_id, created_at, version)
                   VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, 1)`,
                  `cus_${n}`, `email:c${n}@x.test`, `c${n}@x.test`, it.name, it.company, it.phone, it.reference, account,
                ), // biome-ignore format: in the order of the columns
              ]);
            }
            const before = await exported(one, 'customers');
            const id = await send(other, 'customers', before);
            await other.settle();
            expect(await jobOf(other, id)).toMatchObject({ counts: { made: customers.length } });
            expect(taken('customers', await exported(other, 'customers'))).toEqual(
              taken('customers', before),
            );
            // And again into where it came from: nothing is new.
            const again = await send(one, 'customers', before);
            await one.settle();
            expect((await jobOf(one, again)).counts).toEqual({ unchanged: customers.length });
          } finally {
            await one.close();
            await other.close();
          }
        },
      ),
      { numRuns: 15 },
    );
  });

  test('licenses', { timeout: 180_000 }, async () => {
    const plain = text.map((it) => it.trim().replace(/[\0\ud800]/g, '_')).filter((it) => it !== '');
    // An integer of more digits than a number can hold is refused in requests and files alike.
    const said = fc.jsonValue().filter((it) => changedInReading(it, []).length === 0);
    const license = fc.record({
      policy: fc.constantFrom('perpetual', 'yearly'),
      end: fc.constantFrom(null, 'never', MONDAY - 1_000, MONDAY + 86_400_000),
      act: fc.constantFrom(null, 'suspend', 'revoke'),
      values: fc.record(
        { custom_fields: fc.record({ team: plain }), metadata: fc.record({ said }), note: plain, is_floating: fc.boolean() },
        { requiredKeys: [] },
      ), // biome-ignore format: one glance
      name: fc.option(plain, { nil: undefined }),
      test: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(license, { minLength: 1, maxLength: 6 }), async (licenses) => {
        const [one, other] = [await openHttpHouse(), await openHttpHouse()];
        const call = async (it: HttpHouse, method: string, path: string, body: unknown) => {
          const json = { ...headers, 'content-type': 'application/json' };
          const answer = await it.request(path, { method, headers: json, body: JSON.stringify(body) });
          const said: Answered = await answer.json();
          if (!answer.ok) throw new Error(JSON.stringify(said));
          return said;
        };
        try {
          for (const [n, { policy, end, act, values, name, test: isTest }] of licenses.entries()) {
            const order = await call(one, 'POST', '/v1/orders', {
              id: `=order-${n}`,
              test: isTest,
              ...(name === undefined ? {} : { customer: { email: `c${n}@x.test`, name } }),
              items: [{ product: 'acmepro', policy, values, quantity: 1 + (n % 2) }],
            });
            const [first] = order.items[0].licenses;
            const valid_until = typeof end === 'number' ? new Date(end).toISOString() : end;
            if (valid_until !== null && policy === 'yearly')
              await call(one, 'PATCH', `/v1/licenses/${first.id}`, { valid_until });
            if (act) await call(one, 'POST', `/v1/licenses/${first.id}/${act}`, {});
          }
          const before = await exported(one, 'licenses');
          const id = await send(other, 'licenses', before);
          await other.settle();
          const { counts } = await jobOf(other, id);
          expect(counts).toEqual({ made: readCsv(before).rows.length - 1 });
          expect(taken('licenses', await exported(other, 'licenses'))).toEqual(taken('licenses', before));
          const again = await send(one, 'licenses', before);
          await one.settle();
          expect((await jobOf(one, again)).counts).toEqual({ unchanged: counts.made });
        } finally {
          await one.close();
          await other.close();
        }
      }),
      { numRuns: 15 },
    );
  });
});
