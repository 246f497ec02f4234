/** What is left to a person: proposed in sight with its changes, decided with one call, once and for all. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeHouse } from '../../src/house.ts';
import {
  ADMIN_KEY,
  type Answered,
  type Client,
  client,
  ENV,
  MAX_BODY_BYTES,
  sample,
  send,
  sign,
} from '../contracts/http-house.ts';
import { digest, seededRandom } from '../house.ts';
import { type HttpHouse, openHttpHouse } from './setup.ts';

let house: HttpHouse;
let api: Client;
beforeEach(async () => {
  house = await openHttpHouse();
  api = client(house);
});
afterEach(() => house.close());

/** A second later, sends samples of one order and settles each. @returns the newest review that is open then */
async function proposed(seed: string): Promise<Answered> {
  house.clock.advance(1_000);
  for (const name of ['paid', 'refund-unit']) {
    await send(house, 'shopify', name, seed);
    await house.settle();
  }
  return (await api.get('/v1/reviews')).items[0];
}

const decide = (id: string, how: 'accept' | 'decline', body?: unknown, by: Client = api) =>
  by.call('POST', `/v1/reviews/${id}/${how}`, body);
const statesOf = async (order: string): Promise<string[]> => {
  const { items } = await api.get(`/v1/licenses?order=${order}`);
  return items.map((it: Answered) => `${it.product} ${it.unit} ${it.state}`).sort();
};
const UNTOUCHED = ['acmecli 0 active', 'acmepro 0 active', 'acmepro 0 active', 'acmepro 1 active'];
const TAKEN = ['acmecli 0 active', 'acmepro 0 active', 'acmepro 0 active', 'acmepro 1 revoked'];

describe('a proposal', () => {
  test('says what it is about, and what accepting it would change', async () => {
    const review = await proposed('seen');
    expect(review).toEqual({
      id: `${review.order_id}.${Buffer.from(review.name).toString('base64url')}`,
      order_id: expect.stringMatching(/^ord_/),
      external_id: expect.any(String),
      source: 'shopify',
      account: expect.any(String),
      name: `${review.cause}/${review.line_id}:take_units`,
      state: 'open',
      act: 'take_units',
      title: '1 × Acme Pro refunded.',
      cause: expect.stringMatching(/^\d+$/),
      line_id: expect.any(String),
      changes: [
        {
          change: 'revoke',
          license_id: expect.stringMatching(/^lic_/),
          line_id: review.line_id,
          unit: 1,
          part: 'acmepro.0',
          rule: 'Pro',
          state: 'revoked',
          reasons: [{ name: 'refund', act: 'revoke', cause: expect.any(String) }],
          replaced: false,
          from: { state: 'active', reasons: [] },
        },
      ],
      change_count: 1,
      since: '2026-11-02T10:00:01.000Z',
      decided_at: null,
      decided_by: null,
    });
    expect(await statesOf(review.order_id)).toEqual(UNTOUCHED);
    expect(await api.get(`/v1/reviews/${review.id}`)).toEqual(review);
  });

  test('follows the sale: its changes are those of the newest version', async () => {
    const review = await proposed('newer');
    // As a version before this one left it.
    await house.db.batch([{ sql: `UPDATE reviews SET changes = '[]', title = ''`, params: [] }]);
    const old = await api.get(`/v1/reviews/${review.id}`);
    expect([old.changes, old.change_count, old.title]).toEqual([[], 0, '']);
    await send(house, 'shopify', 'edited', 'newer');
    await house.settle();
    expect(await api.get(`/v1/reviews/${review.id}`)).toEqual(review);
  });

  test('of very many units counts them all, and shows the first', async () => {
    const many = async (name: string, type: string, quantity: number) => {
      const { body } = await sample('shopify', name, 'many', house.now());
      const text = new TextDecoder()
        .decode(body)
        .replace(/("(?:current_)?quantity"): ?[12]\b/g, `$1:${quantity}`);
      const signed = await sign('shopify', type, text, house.now());
      await house.request('/webhooks/shopify', { method: 'POST', ...signed });
      await house.settle();
    };
    await many('paid', 'orders/paid', 90);
    await many('refund-unit', 'refunds/create', 80);
    const [review] = (await api.get('/v1/reviews')).items;
    expect([review.change_count, review.changes.length]).toEqual([80, 50]);
    const { body } = await decide(review.id, 'accept');
    expect([body.state, body.change_count, body.made.length]).toEqual(['accepted', 80, 50]);
    expect(
      (await api.get(`/v1/licenses?order=${review.order_id}&state=revoked&limit=200`)).items,
    ).toHaveLength(80);
    const { timeline } = await api.get(`/v1/orders/${review.order_id}`);
    expect(timeline.at(-1)).toMatchObject({ change_count: 80, cause: { by: 'person' } });
  });

  test('goes when the shop itself settles what it was about', async () => {
    const { name } = await proposed('over');
    await send(house, 'shopify', 'cancelled', 'over');
    await house.settle();
    expect((await api.get('/v1/reviews')).items).toEqual([]);
    const [order] = (await api.get('/v1/orders')).items;
    const id = `${order.id}.${Buffer.from(name).toString('base64url')}`;
    for (const how of ['accept', 'decline'] as const) {
      const { status, body } = await decide(id, how);
      expect([status, body.code, body.hint]).toEqual([
        404,
        'review_gone',
        expect.stringContaining('timeline'),
      ]);
    }
  });
});

describe('accepting', () => {
  test('changes the licenses before it answers, and the answer says how', async () => {
    const review = await proposed('accepted');
    const before = house.notified();
    house.clock.advance(60_000);
    const { status, body } = await decide(review.id, 'accept', { note: 'agreed with the buyer by mail' });
    expect(status).toBe(200);
    expect(body).toEqual({
      ...review,
      state: 'accepted',
      decided_at: '2026-11-02T10:01:01.000Z',
      decided_by: expect.any(String),
      made: review.changes,
    });
    expect(await statesOf(review.order_id)).toEqual(TAKEN);
    expect(house.notified()).toBeGreaterThan(before);
    const { timeline } = await api.get(`/v1/orders/${review.order_id}`);
    expect(timeline.at(-1)).toMatchObject({
      at: '2026-11-02T10:01:01.000Z',
      cause: {
        by: 'person',
        act: `accept review ${review.name}`,
        note: 'agreed with the buyer by mail',
        actor: body.decided_by,
      },
      changes: review.changes,
    });
  });

  test('again says the same and does nothing; declining afterwards is refused, for good', async () => {
    const review = await proposed('final');
    const first = await decide(review.id, 'accept', { note: 'once' });
    house.clock.advance(60_000);
    const versions = async () => (await api.get(`/v1/orders/${review.order_id}`)).timeline.length;
    const before = await versions();
    expect((await decide(review.id, 'accept', { note: 'twice' })).body).toEqual(first.body);
    const { status, body } = await decide(review.id, 'decline');
    expect([status, body.code, body.detail]).toEqual([409, 'review_decided', 'it was accepted']);
    expect([await versions(), await statesOf(review.order_id)]).toEqual([before, TAKEN]);
  });
});

describe('declining', () => {
  test('changes nothing, now and whenever the shop says the same again', async () => {
    const review = await proposed('declined');
    const { body } = await decide(review.id, 'decline');
    expect(body).toEqual({
      ...review,
      state: 'declined',
      decided_at: expect.any(String),
      decided_by: expect.any(String),
      made: [],
    });
    expect((await decide(review.id, 'decline')).body).toEqual(body);
    const { items } = await api.get('/v1/events');
    for (const { id } of items) {
      const replayed = await api.call('POST', `/v1/events/${id}/replay`, { remap: true });
      expect(replayed.body).toMatchObject({ changes: [] });
    }
    expect(await statesOf(review.order_id)).toEqual(UNTOUCHED);
    expect((await api.get('/v1/reviews')).items).toEqual([]);
    expect((await decide(review.id, 'accept')).body).toMatchObject({ code: 'review_decided' });
  });
});

test('reviews are listed by state, source and order', async () => {
  const one = await proposed('listed1');
  const two = await proposed('listed2');
  const three = await proposed('listed3');
  await decide(one.id, 'accept');
  await decide(two.id, 'decline');
  const ids = async (query: string) =>
    (await api.get(`/v1/reviews${query}`)).items.map((it: Answered) => it.id);
  expect(await ids('')).toEqual([three.id]);
  expect(await ids('?state=open')).toEqual([three.id]);
  expect(await ids('?state=accepted')).toEqual([one.id]);
  expect(await ids('?state=declined')).toEqual([two.id]);
  expect(await ids(`?state=declined&order=${two.order_id}`)).toEqual([two.id]);
  expect(await ids(`?order=${two.order_id}`)).toEqual([]);
  expect(await ids(`?order=${three.order_id}&source=shopify`)).toEqual([three.id]);
  expect(await ids('?state=accepted&source=stripe')).toEqual([]);
  expect((await api.call('GET', '/v1/reviews?state=closed')).body.errors[0].path).toBe('query.state');
});

test('pages of decided reviews hold together', async () => {
  for (const seed of ['p1', 'p2', 'p3']) await decide((await proposed(seed)).id, 'decline');
  const whole = (await api.get('/v1/reviews?state=declined')).items;
  const turned: Answered[] = [];
  for (let cursor = ''; cursor !== null; ) {
    const page: Answered = await api.get(`/v1/reviews?state=declined&limit=1${cursor}`);
    turned.push(...page.items);
    cursor = page.next_cursor && `&cursor=${page.next_cursor}`;
  }
  expect([turned.length, turned]).toEqual([3, whole]);
});

test.each([
  ['that never was', 'ord_nobody.bm9uZQ'],
  ['without a name', 'ord_nobody'],
  ['of no order', '.bm9uZQ'],
  ['that is no base64', 'ord_nobody.%25%25'],
  ['of bytes that are no text', 'ord_nobody._w'],
])('a review %s is not found', async (_what, id) => {
  expect((await api.call('GET', `/v1/reviews/${id}`)).body).toMatchObject({
    status: 404,
    code: 'review_gone',
  });
  expect((await decide(id, 'accept')).body).toMatchObject({ status: 404, code: 'review_gone' });
});

test.each([
  [{ note: 7 }, 'body.note'],
  [{ note: 'x'.repeat(1_001) }, 'body.note'],
  [{ reason: 'x' }, 'body.reason'],
])('a decision with %j is refused, and decides nothing', async (said, path) => {
  const review = await proposed('faulty');
  const { status, body } = await decide(review.id, 'accept', said);
  expect([status, body.errors[0].path]).toEqual([422, path]);
  expect((await api.get(`/v1/reviews/${review.id}`)).state).toBe('open');
});

test('a source that no longer runs leaves its reviews in sight, and undecided', async () => {
  const review = await proposed('gone');
  await house.db.batch([{ sql: 'DELETE FROM mapping_revisions', params: [] }]);
  await house.sources.takeFiles([{ path: 'catalog.yaml', text: 'products: []' }]);
  const { status, body } = await decide(review.id, 'accept');
  expect([status, body.code]).toEqual([409, 'source_unknown']);
  expect(await api.get(`/v1/reviews/${review.id}`)).toEqual(review);
});

describe('several at once', () => {
  test('who say the same hear the same, and it is done once', async () => {
    const review = await proposed('chorus');
    const answers = await Promise.all(Array.from({ length: 12 }, () => decide(review.id, 'accept')));
    expect(answers.map((it) => it.status)).toEqual(Array.from({ length: 12 }, () => 200));
    for (const { body } of answers) expect(body).toEqual(answers[0]?.body);
    expect(await statesOf(review.order_id)).toEqual(TAKEN);
    const { timeline } = await api.get(`/v1/orders/${review.order_id}`);
    expect(timeline.filter((it: Answered) => it.cause.by === 'person')).toHaveLength(1);
  });

  test('of two processes that decide against each other, beside webhooks of the same order, one is heard', async () => {
    const other = await beside(house);
    for (let i = 0; i < 6; i++) {
      const review = await proposed(`rivals${i}`);
      await send(house, 'shopify', 'edited', `rivals${i}`);
      const [accepted, declined] = await Promise.all([
        decide(review.id, 'accept'),
        decide(review.id, 'decline', undefined, other),
        house.settle(),
      ]);
      const won = accepted.status === 200 ? 'accepted' : 'declined';
      expect([accepted.status, declined.status].sort()).toEqual([200, 409]);
      expect((await api.get(`/v1/reviews/${review.id}`)).state).toBe(won);
      expect(await statesOf(review.order_id)).toEqual(won === 'accepted' ? TAKEN : UNTOUCHED);
    }
  });
});

/** A second process over the same database: it knows nothing of the first one's turns. */
async function beside({ db, clock }: HttpHouse): Promise<Client> {
  const second = makeHouse({
    db,
    env: ENV,
    environment: { maxBodyBytes: MAX_BODY_BYTES, maxUnitsPerLine: 1000 },
    clock,
    random: seededRandom('beside'),
    digest,
    fetch: () => Promise.reject(new Error('this house asks nobody')),
    log: () => {},
    notify: () => {},
  });
  await second.keys.ensureAdmin(ADMIN_KEY);
  return client({
    request: async (path, init) => second.app.request(path, init),
    now: clock.now,
    settle: second.drain,
    close: async () => {},
  });
}
