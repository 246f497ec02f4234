/**
 * The checker of the long runs can fail: it is given logs that were tampered with, and answers of the API that were
 * doctored, and says of each what is wrong. Without them it has nothing to say.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADMIN_KEY } from '../contracts/http-house.ts';
import { type HttpHouse, MONDAY, openHttpHouse } from '../http/setup.ts';
import { makeChance } from './chance.ts';
import { type Ask, complaintsAbout, missing, readLog } from './checker.ts';
import { FILES, makePurchases, SECRETS, signed, type Telling, webhookFor } from './purchases.ts';
import { type Answer, makeSender, type Sent } from './sender.ts';
import { answerIn } from './wire.ts';

const EVENTS = 80;

let house: HttpHouse;
let log: readonly Sent[];

const deliver = async (telling: Telling): Promise<Answer | null> => {
  const { source } = telling.purchase;
  const { body, headers } = await signed(source, webhookFor(telling), house.clock.now());
  // Of a body the request takes the bytes.
  const answer = await house.app.request(`/webhooks/${source}`, {
    method: 'POST',
    body: body.slice(),
    headers,
  });
  const text = await answer.text();
  return answerIn({ status: answer.status, text });
};
const ask: Ask = async (path) => {
  const answer = await house.app.request(path, { headers: { authorization: `Bearer ${ADMIN_KEY}` } });
  return answer.status === 404 ? null : answer.json();
};

beforeAll(async () => {
  const env = { STRIPE_WEBHOOK_SECRET: SECRETS.stripe, SHOPIFY_WEBHOOK_SECRET: SECRETS.shopify };
  house = await openHttpHouse(() => ({}), { files: FILES, env });
  const chance = makeChance(5);
  const sender = makeSender(makePurchases('c', MONDAY, chance), deliver, chance, EVENTS);
  sender.allow(Number.POSITIVE_INFINITY);
  await sender.finish();
  await house.settle();
  log = sender.log;
});
afterAll(() => house.close());

test('where all is right it says nothing', async () => {
  expect(log.length).toBeGreaterThan(EVENTS);
  expect(await complaintsAbout(log, ask)).toEqual([]);
});

describe('a log that was tampered with', () => {
  const complaints = async (tamper: (it: Sent[]) => Sent[]) =>
    (await complaintsAbout(tamper([...log]), ask)).join('\n');
  const first = () => {
    const found = log.find(({ answer }) => answer?.duplicate === false);
    if (!found?.answer) throw new Error('nothing was new');
    return { ...found, answer: found.answer };
  };
  const answered = (sent: Sent, change: Partial<Answer>): Sent => ({
    ...sent,
    answer: { status: 200, event: null, duplicate: null, ...sent.answer, ...change },
  });
  const others = (all: readonly Sent[]) => all.filter(({ telling }) => telling !== first().telling);

  test('an acknowledgment of an event that is not there', async () => {
    const said = await complaints((all) => [...others(all), answered(first(), { event: 'evt_gone' })]);
    expect(said).toMatch(/^lost: .* was acknowledged as evt_gone and is not there$/m);
    expect(said).toMatch(/^lost: .* was acknowledged as evt_gone, and no list has it$/m);
  });

  test('one event that was acknowledged as two', async () => {
    const said = await complaints((all) => [...all, answered(first(), { event: 'evt_other' })]);
    expect(said).toMatch(/^doubled: .* is 2 events: /m);
    expect(said).toMatch(/^doubled: .* was called new 2 times$/m);
  });

  test('two events under one id', async () => {
    const other = log.find(({ telling, answer }) => telling !== first().telling && answer?.status === 200);
    const said = await complaints((all) => [
      ...all,
      answered(first(), { event: other?.answer?.event ?? null }),
    ]);
    expect(said).toMatch(/^swallowed: .* are both evt_/m);
  });

  test('a first delivery that was called a duplicate', async () => {
    const said = await complaints((all) => [...others(all), answered(first(), { duplicate: true })]);
    expect(said).toMatch(/^swallowed: .* was called a duplicate, and never new$/m);
  });

  test('the same, where an answer before it was lost, is right', async () => {
    const lost: Sent = { ...first(), answer: null };
    expect(await complaints((all) => [...others(all), lost, answered(first(), { duplicate: true })])).toBe(
      '',
    );
  });

  test('a delivery that was never acknowledged', async () => {
    const said = await complaints((all) => [...others(all), { ...first(), answer: null }]);
    expect(said).toMatch(/^not delivered: /m);
    expect(said).toMatch(/^stray: event evt_\w+ was never sent, or never acknowledged$/m);
  });

  test('a sale that was never sent', async () => {
    const said = await complaints((all) =>
      all.filter((it) => it.telling.purchase !== first().telling.purchase),
    );
    expect(said).toMatch(/^stray: (nobody bought|event evt_)/m);
  });
});

describe('answers that were doctored', () => {
  /** Changes the lists of this name, item by item. */
  const doctored =
    (name: string, change: (items: readonly Json[]) => readonly Json[]): Ask =>
    async (path) => {
      const answer = await ask(path);
      if (!path.startsWith(`/v1/${name}?`)) return answer;
      // A list of the API, whose items this test knows.
      const { items, ...rest } = answer as { readonly items: readonly Json[] };
      return { ...rest, items: change(items) };
    };
  // biome-ignore lint/suspicious/noExplicitAny: whatever the API answers is bent here
  type Json = any;
  const complaints = async (name: string, change: (items: readonly Json[]) => readonly Json[]) =>
    (await complaintsAbout(log, doctored(name, change))).join('\n');
  /** Changes the licenses of the first order that has any. */
  const licensesOfOne =
    (change: (licenses: readonly Json[]) => readonly Json[]) => (orders: readonly Json[]) => {
      const one = orders.find((it) => it.items.some((item: Json) => item.licenses.some(isActive)));
      const item = one?.items.find((it: Json) => it.licenses.some(isActive));
      return orders.map((it) =>
        it === one
          ? {
              ...it,
              items: it.items.map((of: Json) =>
                of === item ? { ...of, licenses: change(of.licenses) } : of,
              ),
            }
          : it,
      );
    };
  const isActive = (it: Json) => it.state === 'active';

  test.each<[string, string, (items: readonly Json[]) => readonly Json[], RegExp]>([
    ['an event is missing', 'events', (all) => all.slice(1), /^lost: .*, and no list has it$/m],
    [
      'an event comes twice',
      'events',
      (all) => [...all, all[0]],
      /^doubled: event evt_\w+ is listed 2 times$/m,
    ],
    [
      'an event is parked',
      'events',
      (all) => all.map((it, i) => (i === 0 ? { ...it, state: 'parked' } : it)),
      /^stuck: .* is parked: /m,
    ],
    [
      'nobody sent an event',
      'events',
      (all) => [...all, { ...all[0], id: 'evt_x' }],
      /^stray: event evt_x /m,
    ],
    ['an order is missing', 'orders', (all) => all.slice(1), /^lost: the sale .* has no order$/m],
    [
      'a sale has two orders',
      'orders',
      (all) => [...all, { ...all[0], id: 'ord_x' }],
      /^doubled: the sale .* has 2 orders$/m,
    ],
    [
      'nobody bought an order',
      'orders',
      (all) => [...all, { ...all[0], id: 'ord_x', external_id: 'x' }],
      /^stray: nobody bought \w+ x$/m,
    ],
    [
      'a license is missing',
      'orders',
      licensesOfOne((all) => all.slice(1)),
      /^lost: .* in force where .* was bought$/m,
    ],
    [
      'a license was issued twice',
      'orders',
      licensesOfOne((all) => [...all, { ...all[0], id: 'lic_x' }]),
      /^doubled: .* in force where .* was bought$/m,
    ],
    [
      'two licenses fill one slot',
      'orders',
      licensesOfOne((all) => [...all, { ...all[0], id: 'lic_x' }]),
      /^doubled: .* has 2 licenses for /m,
    ],
    [
      'a license is of another product',
      'orders',
      licensesOfOne((all) => all.map((it) => ({ ...it, product: 'acmeother' }))),
      /^wrong: .* has \[.*acmeother.*\] in force where /m,
    ],
    [
      'a license is suspended',
      'orders',
      licensesOfOne((all) => all.map((it) => ({ ...it, state: 'suspended' }))),
      /^wrong: license lic_\w+ of .* is suspended$/m,
    ],
    [
      'a license ended, and one that nothing was taken back of',
      'orders',
      licensesOfOne((all) => [...all, ...Array.from({ length: 4 }, () => ({ ...all[0], state: 'revoked' }))]),
      /^doubled: .* ended \w+, \d could be$/m,
    ],
    [
      'a license stands alone',
      'licenses',
      (all) => [...all, { ...all[0], id: 'lic_x', order_id: 'ord_x' }],
      /^stray: license lic_x stands alone: no order ord_x shows it$/m,
    ],
    [
      'no list has a license',
      'licenses',
      (all) => all.slice(1),
      /^lost: license lic_\w+ of order .* is in no list$/m,
    ],
    [
      'two licenses have one key',
      'licenses',
      (all) => all.map((it) => ({ ...it, key: all[0].key })),
      /^doubled: .* have one key, /m,
    ],
  ])('%s', async (_, list, change, complaint) => {
    expect(await complaints(list, change)).toMatch(complaint);
  });

  test('the event itself is gone, or is not what was sent', async () => {
    const { events } = readLog(log);
    expect(await missing(events, async () => null)).toHaveLength(events.size);
    const altered: Ask = async (path) => ({ ...Object(await ask(path)), body: '{}' });
    expect((await missing(events, altered)).every((it) => it.startsWith('altered: '))).toBe(true);
    expect(await missing(events, ask)).toEqual([]);
  });
});
