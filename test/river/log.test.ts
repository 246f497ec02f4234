/** The wide lines of the log: one for each event at its end, with everything but what is nobody's business. */
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { integrations } from '../../integrations/index.ts';
import { jsonLog, shortLog } from '../../src/cli/log.ts';
import { plain } from '../../src/cli/text.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { saidBy, traceOf } from '../../src/core/observation.ts';
import {
  ADMIN_KEY,
  type Answered,
  CATALOG,
  client,
  ENV,
  SHOPIFY,
  STRIPE,
  send,
  sign,
} from '../contracts/http-house.ts';
import { type Furnishing, type HttpHouse, type Line, MONDAY, openHttpHouse } from '../http/setup.ts';
import { runs, SEED } from '../laws/runs.ts';

let house: HttpHouse;
afterEach(() => house?.close());

const linesOf = (message: string) => house.lines.filter((it) => it.message.startsWith(message));
const iso = (at: number) => new Date(at).toISOString();
/** As it is written: what is undefined is left out. */
const written = ({ level, message, fields }: Line) =>
  JSON.parse(JSON.stringify({ level, message, ...fields }));

/** A source whose shop is asked, and answers nothing of use, after a while. */
const ASKING: Furnishing = {
  files: { 'stripe.yaml': STRIPE.replace(' ] }', ' ], api_key: $STRIPE_API_KEY }') },
  env: { STRIPE_API_KEY: 'rk_test_KeyferryFake' },
  fetch: async () => {
    house.clock.advance(700);
    return new Response('{}', { status: 500 });
  },
};

describe('an event has one line at its end', () => {
  test('with its names, what came of it, and how long each step took', async () => {
    house = await openHttpHouse();
    const { event }: Answered = await (await send(house, 'shopify', 'paid', 'one')).json();
    house.clock.advance(40);
    await house.settle();
    const [order] = (await client(house).get('/v1/orders')).items;
    expect(linesOf('event done').map(written)).toEqual([
      {
        level: 'info',
        message: 'event done',
        event,
        source: 'shopify',
        type: 'orders/paid',
        outcome: 'done',
        order: order.id,
        external_id: order.external_id,
        version: 1,
        state: 'issued',
        changes: { issue: 4 },
        parked: 0,
        attempt: 1,
        received_at: iso(MONDAY),
        queue_ms: 40,
        gather_ms: 0,
        settle_ms: 0,
        total_ms: 40,
      },
    ]);
  });

  test('whose gathering is told apart from its queue and its settling', async () => {
    house = await openHttpHouse(undefined, ASKING);
    await send(house, 'stripe', 'one-time', 'asked');
    house.clock.advance(5);
    await house.bridge.work();
    const [line] = linesOf('event waiting').map(written);
    expect(line).toMatchObject({ problem: 'shop_unavailable', attempt: 1, queue_ms: 5, settle_ms: 0 });
    expect(line.gather_ms).toBeGreaterThanOrEqual(700);
    expect(Date.parse(line.due_at)).toBeGreaterThan(house.now() - 1);
    expect(line.total_ms).toBe(line.queue_ms + line.gather_ms);
  });

  test('also when nothing changes by it, when it waits, is ignored, or parks a line', async () => {
    house = await openHttpHouse();
    for (const name of ['paid', 'unmapped', 'refund-unit', 'unknown-topic']) {
      await send(house, 'shopify', name, name === 'refund-unit' ? 'nobody' : 'one');
      house.clock.advance(1);
    }
    await house.settle();
    const ends = linesOf('event ')
      .map(written)
      .filter(({ outcome }) => outcome)
      .sort((a, b) => (a.event < b.event ? -1 : 1));
    expect(
      ends.map(({ level, outcome, problem, changes, parked }) => [level, outcome, problem, changes, parked]),
    ).toEqual([
      ['info', 'done', undefined, { issue: 4 }, 0],
      ['warn', 'done', 'unmapped', {}, 1],
      ['info', 'waiting', 'sale_unknown', undefined, undefined],
      ['info', 'ignored', 'type_unknown', undefined, undefined],
    ]);
    expect(ends.map(({ due_at }) => due_at)).toEqual([
      undefined,
      undefined,
      iso(MONDAY + 2 + LIMITS.wait_for_sale_alarm_ms),
      undefined,
    ]);
  });

  test('one for each of those that were settled together, which says so', async () => {
    house = await openHttpHouse();
    await send(house, 'shopify', 'refund-unit', 'one');
    await house.settle();
    await send(house, 'shopify', 'paid', 'one');
    await house.settle();
    const done = linesOf('event done').map(written);
    expect(done.map(({ type, together }) => [type, together])).toEqual([
      ['orders/paid', 2],
      ['refunds/create', 2],
    ]);
    expect(new Set(done.map(({ order }) => order)).size).toBe(1);
  });

  test('and one more for each replay', async () => {
    house = await openHttpHouse();
    const { event }: Answered = await (await send(house, 'shopify', 'paid', 'one')).json();
    await house.settle();
    await client(house).call('POST', `/v1/events/${event}/replay`, {});
    await client(house).call('POST', `/v1/events/${event}/replay`, { remap: true });
    expect(
      linesOf('event done').map(({ fields }) => [fields.event, fields.changes, fields.replayed]),
    ).toEqual([
      [event, { issue: 4 }, undefined],
      [event, {}, true],
      [event, {}, true],
    ]);
  });

  test('that is told only to who debugs, and counted nowhere, while its shop rests and nothing is tried', async () => {
    house = await openHttpHouse(undefined, ASKING);
    for (let sale = 0; sale < 2 * LIMITS.shop_failures; sale++) {
      await send(house, 'stripe', 'one-time', `sale${sale}`);
      await house.settle();
    }
    const levels = Map.groupBy(linesOf('event waiting'), ({ level }) => level);
    expect(levels.get('info')).toHaveLength(LIMITS.shop_failures);
    expect(levels.get('debug')?.length).toBeGreaterThanOrEqual(LIMITS.shop_failures);
    const metrics = await (await house.request('/metrics')).text();
    expect(metrics).toContain(
      `keyferry_event_retries_total{source="stripe",code="shop_unavailable"} ${LIMITS.shop_failures}\n`,
    );
    expect(metrics).toContain('keyferry_shop_breaker{source="stripe",state="open"} 1\n');
  });

  test('what kills its workers is parked with a warning', async () => {
    house = await openHttpHouse();
    await send(house, 'shopify', 'paid', 'killer');
    await house.db.batch([{ sql: 'UPDATE events SET deaths = ?', params: [LIMITS.deaths] }]);
    await house.settle();
    expect(linesOf('event parked').map(written)).toEqual([
      expect.objectContaining({ level: 'warn', problem: 'bug', deaths: LIMITS.deaths }),
    ]);
  });
});

test('an arrival is told only to who debugs, a refusal to all', async () => {
  house = await openHttpHouse();
  const { event }: Answered = await (await send(house, 'shopify', 'paid', 'one')).json();
  await house.request('/webhooks/nobody', { method: 'POST', body: '{}' });
  const { body, headers } = await sign('shopify', 'orders/paid', '{}', house.now());
  await house.request('/webhooks/stripe', { method: 'POST', body, headers });
  expect(house.lines.map(written).filter(({ message }) => message !== 'mapping files taken')).toEqual([
    {
      level: 'debug',
      message: 'event received',
      event,
      source: 'shopify',
      type: 'orders/paid',
      duplicate: false,
      acknowledge_ms: 0,
    },
    expect.objectContaining({ level: 'info', message: 'webhook refused', problem: 'source_unknown' }),
    expect.objectContaining({ level: 'warn', message: 'webhook refused', source: 'stripe' }),
  ]);
});

test('a sale that changes without an event has a line of its own', async () => {
  house = await openHttpHouse();
  await send(house, 'shopify', 'unmapped', 'one');
  await house.settle();
  const before = house.lines.length;
  const rules = `${SHOPIFY.trim()}\n`.replace(
    'rules:',
    'rules:\n  - { when: { sku: ACME-NEW-1 }, grant: { product: acmecli } }',
  );
  await house.sources.takeFiles([
    { path: 'shopify.yaml', text: rules },
    { path: 'catalog.yaml', text: CATALOG },
  ]);
  await house.settle();
  const lines = house.lines.slice(before).map(written);
  expect(lines).toContainEqual(
    expect.objectContaining({
      level: 'info',
      message: 'order settled',
      cause: 'revision',
      changes: { issue: 1 },
      parked: 0,
    }),
  );
});

/** Stands in every name, address, word and note of a buyer, with all that could break a line. */
const MARKED = 'MARKED "x"\\\n\u2028\u001b[2J@example.com';
const PERSONAL =
  /"(email|contact_email|customer_email|name|first_name|last_name|address1|line1|city|zip|postal_code|company|business_name|title|variant_title|description|order_status_url|confirmation_number|phone|note|reason)":(\s*)"[^"]*"/g;

const marked = (body: string) =>
  body.replace(PERSONAL, (_, key, blank) => `"${key}":${blank}${JSON.stringify(MARKED)}`);

/** What else comes with a delivery: the same cut short, the same signed by somebody else, or at a source that asks. */
const MISHAPS = ['cut', 'forged', 'asked'] as const;
const GARBAGE = ['{"email":"MARKED', '"MARKED"', '<html>MARKED', '{"error":{"message":"MARKED"}}'] as const;
const DELIVERIES = integrations.flatMap((it) => it.samples.map((of) => [it.name, of] as const));
const FORGED = { 'x-shopify-hmac-sha256': 'MARKED', 'stripe-signature': 't=1,v1=MARKED' };

async function post(
  source: string,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array<ArrayBuffer>,
) {
  await house.request(`/webhooks/${source}`, { method: 'POST', headers, body });
}

/** Sends one delivery, then its mishap. @returns the signatures */
async function deliver(
  [shop, { make }]: (typeof DELIVERIES)[number],
  mishap: (typeof MISHAPS)[number],
): Promise<readonly string[]> {
  const { type, body } = make(house.now(), 'one', 'test');
  const text = marked(body);
  const whole = await sign(shop, type, text, house.now());
  const cut = await sign(shop, type, text.slice(0, -20), house.now());
  await post(shop, whole.headers, whole.body);
  if (mishap === 'cut') await post(shop, cut.headers, cut.body);
  else if (mishap === 'forged') await post(shop, { ...whole.headers, ...FORGED }, whole.body);
  else if (shop === 'stripe') await post('asked', whole.headers, whole.body);
  return [whole, cut].flatMap(({ headers }) => Object.values(headers).filter((it) => it.length > 30));
}

/** All lines as they are printed, for programs and for people, debugging ones too. */
function printed(): readonly string[] {
  const texts: string[] = [];
  const logs = [jsonLog((it) => texts.push(it), true), shortLog((it) => texts.push(it), plain, true)];
  for (const { level, message, fields } of house.lines) for (const log of logs) log(level, message, fields);
  return texts;
}

describe('nothing of it is a secret, a key, a signature or a word of a body', () => {
  test('whatever the shops send, in whatever order, and however their answers break', async () => {
    const orders = fc.shuffledSubarray(DELIVERIES, { minLength: DELIVERIES.length });
    const chance = fc.infiniteStream(fc.tuple(fc.constantFrom(...MISHAPS), fc.constantFrom(...GARBAGE)));
    const property = fc.asyncProperty(orders, chance, async (order, drawn) => {
      let answer = '';
      house = await openHttpHouse(undefined, {
        files: { 'asked.yaml': STRIPE.replace(' ] }', ' ], api_key: $STRIPE_API_KEY }') },
        env: { STRIPE_API_KEY: 'rk_test_MARKED' },
        fetch: async () => new Response(answer),
      });
      const signatures: string[] = [];
      for (const delivery of order) {
        const [mishap, garbage] = drawn.next().value;
        answer = garbage;
        signatures.push(...(await deliver(delivery, mishap)));
        await house.settle();
        house.clock.advance(3 * 3_600_000);
      }
      const licenses: readonly { readonly key: string }[] = (
        await client(house).get('/v1/licenses?limit=200')
      ).items;
      const texts = printed();
      const metrics = await (await house.request('/metrics')).text();
      const secrets = [...Object.values(ENV), ADMIN_KEY, ...signatures, ...licenses.map(({ key }) => key)];
      expect([...texts, metrics].filter((it) => it.includes('MARKED'))).toEqual([]);
      expect(secrets.filter((it) => metrics.includes(it) || texts.some((text) => text.includes(it)))).toEqual(
        [],
      );
      expect(texts.filter((it) => /\p{Cc}/u.test(it))).toEqual([]);
      // It was no quiet life.
      expect([
        licenses.length > 5,
        linesOf('event done').length > 10,
        linesOf('webhook refused').length > 5,
      ]).toEqual([true, true, true]);
      await house.close();
    });
    await fc.assert(property, { seed: SEED, numRuns: runs(1) });
  });

  test('a thrown error says where it arose, and its words unless they quote what was read', () => {
    const quoting = () => JSON.parse('{"email":"MARKED');
    const thrown = (run: () => unknown): unknown => {
      try {
        run();
      } catch (error) {
        return error;
      }
      throw new Error('nothing was thrown');
    };
    const quiet = traceOf(thrown(quoting));
    expect(quiet).toMatch(/^SyntaxError\n\s+at /);
    expect(quiet).not.toContain('MARKED');
    expect(traceOf(thrown(() => BigInt('MARKED')))).not.toContain('MARKED');
    const marked: unknown = ['MARKED'];
    for (const run of [
      () => Reflect.apply(Object.fromEntries, Object, [marked]),
      () => new Headers({ authorization: 'Bearer MARKED\n2' }),
      () => Reflect.apply(new Function('it', "return 'email' in it"), null, ['MARKED']),
      () => Reflect.apply(new Function('it', "'use strict'; it.email = 1"), null, ['MARKED']),
    ]) {
      expect(thrown(run)).toMatchObject({ name: 'TypeError', message: expect.stringContaining('MARKED') });
      expect(traceOf(thrown(run))).toMatch(/^TypeError\n\s+at /);
      expect(traceOf(thrown(run)) + saidBy(thrown(run))).not.toContain('MARKED');
    }
    expect(saidBy(new Error('the writer thread failed'))).toBe('the writer thread failed');
    expect(traceOf(new Error('the writer thread failed'))).toContain('the writer thread failed');
    expect(traceOf({ body: 'MARKED' })).toBe('object');
  });
});
