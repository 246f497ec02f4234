/** What GET /metrics tells, to whom, and at what cost. */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { afterEach, describe, expect, test } from 'vitest';
import { type Family, makeCounts, OTHER } from '../../src/core/counts.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { problem } from '../../src/core/problem.ts';
import { makeApp } from '../../src/http/app.ts';
import { exposition } from '../../src/http/exposition.ts';
import type { AppPorts } from '../../src/http/ports.ts';
import { makeVitals } from '../../src/node/vitals.ts';
import { ADMIN_KEY, type Answered, client, send, sign } from '../contracts/http-house.ts';
import { type HttpHouse, openHttpHouse } from './setup.ts';

let house: HttpHouse;
afterEach(() => house?.close());

/** Every number by its name with labels, read as strictly as the format is written. */
function numbersIn(text: string): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>();
  const told = new Set<string>();
  expect(text.endsWith('\n')).toBe(true);
  for (const line of text.split('\n')) {
    const said = /^# (HELP|TYPE) ([a-z0-9_]+) .+$/.exec(line);
    const read = /^([a-z][a-z0-9_]*)(\{(?:[a-z]+="(?:[^"\\\n]|\\["\\n])*",?)+\})? (\S+)$/.exec(line);
    if (said) told.add(String(said[2]));
    else if (read) {
      const [, name = '', labels = '', value = ''] = read;
      expect([...told].some((it) => name === it || name.startsWith(`${it}_`))).toBe(true);
      expect(numbers.has(name + labels)).toBe(false);
      numbers.set(name + labels, value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value));
    } else expect(line).toBe('');
  }
  return numbers;
}

async function look(headers: Readonly<Record<string, string>> = {}) {
  const answer = await house.request('/metrics', { headers });
  return { status: answer.status, type: answer.headers.get('content-type'), text: await answer.text() };
}
const metrics = async () => numbersIn((await look()).text);

describe('tells', () => {
  test('events by source, type and how they ended, and what became of their licenses', async () => {
    house = await openHttpHouse();
    await send(house, 'shopify', 'paid', 'one');
    await send(house, 'shopify', 'paid', 'one');
    house.clock.advance(40);
    await house.settle();
    const told = await metrics();
    expect(
      Object.fromEntries(
        [...told].filter(([name]) => /_(total|sum|count)\b/.test(name) && !/refused/.test(name)),
      ),
    ).toEqual({
      'keyferry_events_received_total{source="shopify",type="orders/paid",duplicate="false"}': 1,
      'keyferry_events_received_total{source="shopify",type="orders/paid",duplicate="true"}': 1,
      'keyferry_events_ended_total{source="shopify",type="orders/paid",outcome="done"}': 1,
      'keyferry_orders_settled_total{source="shopify",cause="events"}': 1,
      'keyferry_licenses_changed_total{source="shopify",change="issue"}': 4,
      'keyferry_acknowledge_seconds_sum{source="shopify"}': 0,
      'keyferry_acknowledge_seconds_count{source="shopify"}': 2,
      'keyferry_settle_seconds_sum{source="shopify"}': 0.04,
      'keyferry_settle_seconds_count{source="shopify"}': 1,
    });
    expect(told.get('keyferry_settle_seconds_bucket{le="0.025",source="shopify"}')).toBe(0);
    expect(told.get('keyferry_settle_seconds_bucket{le="0.05",source="shopify"}')).toBe(1);
    expect(told.get('keyferry_settle_seconds_bucket{le="+Inf",source="shopify"}')).toBe(1);
  });

  test('how long the queue is, and for how long its oldest event has been waiting', async () => {
    house = await openHttpHouse();
    for (const seed of ['a', 'b', 'c']) await send(house, 'shopify', 'paid', seed);
    house.clock.advance(2_500);
    const before = await metrics();
    expect([before.get('keyferry_queue_depth'), before.get('keyferry_lag_seconds')]).toEqual([3, 2.5]);
    await house.settle();
    const after = await metrics();
    expect([after.get('keyferry_queue_depth'), after.get('keyferry_lag_seconds')]).toEqual([0, 0]);
  });

  test('how quick the house is, and nothing of that by what is replayed long after', async () => {
    house = await openHttpHouse();
    const { event }: Answered = await (await send(house, 'shopify', 'paid', 'one')).json();
    const other: Answered = await (await send(house, 'shopify', 'unknown-topic', 'two')).json();
    await house.settle();
    house.clock.advance(30 * 24 * 3_600_000);
    for (const id of [event, other.event])
      expect((await client(house).call('POST', `/v1/events/${id}/replay`, {})).status).toBe(200);
    const told = await metrics();
    expect(told.get('keyferry_settle_seconds_count{source="shopify"}')).toBe(2);
    expect(told.get('keyferry_settle_seconds_sum{source="shopify"}')).toBe(0);
    expect(told.get('keyferry_events_ended_total{source="shopify",type="orders/paid",outcome="done"}')).toBe(
      2,
    );
  });

  test('what waits for a person, by source', async () => {
    house = await openHttpHouse();
    await send(house, 'shopify', 'unmapped', 'no rule');
    // Of a sale that nobody knows.
    await send(house, 'shopify', 'refund-unit', 'unknown');
    await house.settle();
    const told = await metrics();
    expect(told.get('keyferry_parked_lines{source="shopify"}')).toBe(1);
    expect(told.get('keyferry_parked_lines{source="stripe"}')).toBe(0);
    expect(told.get('keyferry_waiting_events')).toBe(1);
    expect(told.get('keyferry_event_retries_total{source="shopify",code="sale_unknown"}')).toBe(1);
  });

  test('what was refused, with no word of strangers', async () => {
    house = await openHttpHouse();
    const { body, headers } = await sign('stripe', 'x', '{}', house.now() - 3_600_000);
    await house.request('/webhooks/stripe', { method: 'POST', body, headers });
    for (const path of ['a', 'b'])
      await house.request(`/webhooks/stranger-${path}`, { method: 'POST', body, headers });
    await house.request('/webhooks/closed', { method: 'POST', body, headers });
    const { text } = await look();
    const all = [...numbersIn(text)].filter(([name]) => name.startsWith('keyferry_webhooks_refused'));
    const told = all.filter(([, value]) => value > 0);
    expect(Object.fromEntries(told)).toEqual({
      'keyferry_webhooks_refused_total{source="stripe",code="signature_stale"}': 1,
      'keyferry_webhooks_refused_total{source="",code="source_unknown"}': 2,
      'keyferry_webhooks_refused_total{source="closed",code="source_closed"}': 1,
    });
    expect(text).not.toContain('stranger');
  });

  test('what alarms watch for from the start: a number that comes from nothing shows no increase', async () => {
    house = await openHttpHouse();
    const told = await metrics();
    for (const code of ['not_stored', 'signature_wrong'])
      expect(told.get(`keyferry_webhooks_refused_total{source="shopify",code="${code}"}`)).toBe(0);
    expect([...told.values()].every(Number.isFinite)).toBe(true);
  });

  test('which sources are open, when they spoke last, and how their shops answer', async () => {
    house = await openHttpHouse();
    await send(house, 'shopify', 'paid', 'one');
    const told = await metrics();
    expect(told.get('keyferry_source_open{source="shopify"}')).toBe(1);
    expect(told.get('keyferry_source_open{source="closed"}')).toBe(0);
    expect(told.get('keyferry_last_event_timestamp_seconds{source="shopify"}')).toBe(house.now() / 1000);
    expect(told.has('keyferry_last_event_timestamp_seconds{source="stripe"}')).toBe(false);
    expect(told.get('keyferry_source_silent{source="shopify"}')).toBe(0);
    expect(told.get('keyferry_shop_breaker{source="shopify",state="closed"}')).toBe(1);
    expect(told.get('keyferry_shop_breaker{source="shopify",state="open"}')).toBe(0);
  });

  test('the version, and on Node the process itself', async () => {
    const vitals = makeVitals();
    house = await openHttpHouse(() => ({ vitals }));
    await look();
    const told = await metrics();
    expect([...told.keys()].filter((it) => it.startsWith('keyferry_build_info'))).toEqual([
      expect.stringMatching(/^keyferry_build_info\{version="\d+\.\d+\.\d+"\}$/),
    ]);
    expect(told.get('process_resident_memory_bytes')).toBeGreaterThan(1e6);
    expect(told.get('process_cpu_seconds_total')).toBeGreaterThan(0);
    // Known from the second look on.
    expect(told.get('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThanOrEqual(0);
  });

  test('its own numbers when the database is out of reach', async () => {
    house = await openHttpHouse();
    await send(house, 'shopify', 'paid', 'one');
    await house.db.close();
    const told = await metrics();
    expect(told.get('keyferry_database_up')).toBe(0);
    expect(told.has('keyferry_queue_depth')).toBe(false);
    expect(told.get('keyferry_acknowledge_seconds_count{source="shopify"}')).toBe(1);
  });

  test('how things stand, and no counters, where a house is made for each call', async () => {
    let ports: AppPorts | undefined;
    house = await openHttpHouse((those) => {
      ports = those;
      return {};
    });
    if (!ports) throw new Error('the house has no ports');
    const { counts, ...rest } = ports;
    expect(counts).toBeDefined();
    await send(house, 'shopify', 'paid', 'one');
    const told = numbersIn(await (await makeApp(rest).app.request('/metrics')).text());
    expect(told.get('keyferry_queue_depth')).toBe(1);
    expect([...told.keys()].filter((it) => it.includes('_total'))).toEqual([]);
  });
});

describe('costs', () => {
  test('no more than a look at so many rows of a kind', async () => {
    house = await openHttpHouse();
    const columns =
      'id, source, key, account, type, received_at, headers, state, attempts, deaths, due_at, refresh';
    const more = LIMITS.counted_rows + 10;
    await house.db.batch([
      {
        sql: `INSERT INTO events (${columns}) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
          SELECT 'evt_' || i, 'shopify', 'key' || i, '', 'orders/paid', 1, '{}', 'received', 0, 0, 1, 0 FROM n`,
        params: [more],
      },
    ]);
    expect((await metrics()).get('keyferry_queue_depth')).toBe(LIMITS.counted_rows);
  });

  test('one look at the database for all who ask at once', async () => {
    let looks = 0;
    house = await openHttpHouse(({ records }) => ({
      records: {
        ...records,
        pulse: (...it) => {
          looks++;
          return records.pulse(...it);
        },
      },
    }));
    const answers = await Promise.all(Array.from({ length: 20 }, () => look()));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(looks).toBe(1);
  });

  test('a bounded number of series, whatever types of events come', () => {
    const counts = makeCounts();
    for (let i = 0; i < 10 * LIMITS.counted_types; i++)
      counts.take({
        is: 'received',
        event_id: `evt_${i}`,
        source: 'shop',
        type: `type-${i}`,
        duplicate: false,
        acknowledge_ms: 1,
        at: i,
      });
    const received = counts.families().find(({ name }) => name === 'keyferry_events_received_total');
    const others = received?.samples.find(({ labels }) => labels.type === OTHER);
    expect([received?.samples.length, others?.value]).toEqual([
      LIMITS.counted_types + 1,
      9 * LIMITS.counted_types,
    ]);
  });

  test('one series for all paths that no source has', () => {
    const counts = makeCounts();
    for (let i = 0; i < 1_000; i++)
      counts.take({ is: 'refused', source: `s${i}`, known: false, problem: problem('source_unknown') });
    const refused = counts.families().find(({ name }) => name === 'keyferry_webhooks_refused_total');
    expect(refused?.samples).toEqual([{ labels: { source: '', code: 'source_unknown' }, value: 1_000 }]);
  });
});

describe('is for', () => {
  test('whoever asks from beside the house, without a key', async () => {
    house = await openHttpHouse();
    expect(await look()).toMatchObject({ status: 200, type: 'text/plain; version=0.0.4; charset=utf-8' });
    expect((await house.request('/metrics', { method: 'HEAD' })).status).toBe(200);
    const posted = await house.request('/metrics', { method: 'POST' });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  test.each(['x-forwarded-for', 'forwarded', 'via', 'cf-connecting-ip'])(
    'whoever comes through a proxy (%s) only with a key that may read',
    async (header) => {
      house = await openHttpHouse();
      const through = { [header]: '203.0.113.9' };
      const { status, text } = await look(through);
      expect([status, JSON.parse(text).code]).toEqual([401, 'key_missing']);
      expect(text).not.toContain('keyferry_');
      expect((await look({ ...through, authorization: `Bearer ${ADMIN_KEY}` })).status).toBe(200);
      const made = await client(house).call('POST', '/v1/api-keys', { name: 'scraper', scopes: ['read'] });
      expect((await look({ ...through, authorization: `Bearer ${made.body.key}` })).status).toBe(200);
    },
  );
});

test('the text is the one that the reference client writes', async () => {
  const labels = { source: 'a "quoted"\\name\nin two lines', type: 'ü' };
  const registers = [new Registry()];
  const help = 'Told \\ in\ntwo lines.';
  new Counter({ name: 'a_total', help, labelNames: ['source', 'type'], registers }).inc(labels, 3);
  new Gauge({ name: 'b', help: 'B.', registers }).set(0.000_001_5);
  const waits = new Histogram({
    name: 'c',
    help: 'C.',
    labelNames: ['source'],
    buckets: [0.1, 5],
    registers,
  });
  for (const seconds of [0.05, 1, 7]) waits.observe({ source: 's' }, seconds);
  const of = { source: 's' };
  const ours: readonly Family[] = [
    { name: 'a_total', help, type: 'counter', samples: [{ labels, value: 3 }] },
    { name: 'b', help: 'B.', type: 'gauge', samples: [{ labels: {}, value: 0.000_001_5 }] },
    {
      name: 'c',
      help: 'C.',
      type: 'histogram',
      samples: [
        { suffix: '_bucket', labels: { le: '0.1', ...of }, value: 1 },
        { suffix: '_bucket', labels: { le: '5', ...of }, value: 2 },
        { suffix: '_bucket', labels: { le: '+Inf', ...of }, value: 3 },
        { suffix: '_sum', labels: of, value: 8.05 },
        { suffix: '_count', labels: of, value: 3 },
      ],
    },
  ];
  expect(exposition(ours)).toBe(await registers[0]?.metrics());
});
