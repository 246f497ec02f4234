/** The story of an order and of a license: every change with its cause, its rule and what stood there before. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LIMITS } from '../../src/core/limits.ts';
import { makeRecords } from '../../src/store/records.ts';
import { type Answered, type Client, client, SHOPIFY, sample, send, sign } from '../contracts/http-house.ts';
import { type HttpHouse, openHttpHouse } from './setup.ts';

let house: HttpHouse;
let api: Client;
beforeEach(async () => {
  house = await openHttpHouse(undefined, {
    files: { 'shopify.yaml': SHOPIFY.replace('refund_partial: review', 'refund_partial: by_unit') },
  });
  api = client(house);
});
afterEach(() => house.close());

async function settled(source: string, name: string, seed: string): Promise<string> {
  const { event }: Answered = await (await send(house, source, name, seed)).json();
  await house.settle();
  house.clock.advance(60_000);
  return event;
}
const onlyOrder = async (): Promise<Answered> => {
  const [order] = (await api.get('/v1/orders')).items;
  return api.get(`/v1/orders/${order.id}`);
};

test('an order tells what each event changed, by which rule and revision, and from what', async () => {
  const paid = await settled('shopify', 'paid', 'story');
  const refunded = await settled('shopify', 'refund-unit', 'story');
  const { timeline, timeline_truncated, mapping_revision } = await onlyOrder();
  const { key } = await api.get(`/v1/events/${paid}`);
  const revision = { id: mapping_revision, number: 1 };
  expect(timeline_truncated).toBe(false);
  expect(timeline).toMatchObject([
    {
      version: 1,
      at: '2026-11-02T10:00:00.000Z',
      cause: { by: 'events', events: [{ id: paid, type: 'orders/paid', key }] },
      revision,
      change_count: 4,
    },
    {
      version: 2,
      at: '2026-11-02T10:01:00.000Z',
      cause: { by: 'events', events: [{ id: refunded, type: 'refunds/create' }] },
      revision,
      change_count: 1,
    },
  ]);
  expect(
    timeline[0].changes.map((it: Answered) => [it.change, it.product, it.unit, it.rule, it.from]),
  ).toEqual([
    ['issue', 'acmepro', 0, 'Pro', null],
    ['issue', 'acmepro', 1, 'Pro', null],
    ['issue', 'acmepro', 0, 'Suite', null],
    ['issue', 'acmecli', 0, 'Suite', null],
  ]);
  expect(timeline[0].changes[0]).toEqual({
    change: 'issue',
    license_id: expect.stringMatching(/^lic_/),
    line_id: expect.any(String),
    unit: 0,
    part: 'acmepro.0',
    generation: 0,
    product: 'acmepro',
    policy: 'yearly',
    rule: 'Pro',
    state: 'active',
    reasons: [],
    starts_at: '2026-11-02T10:00:00.000Z',
    valid_until: '2027-11-02T10:00:00.000Z',
    fields: expect.objectContaining({ license_type: 'time-limited' }),
    from: null,
  });
  expect(timeline[1].changes).toEqual([
    {
      change: 'revoke',
      license_id: timeline[0].changes[1].license_id,
      line_id: expect.any(String),
      unit: 1,
      part: 'acmepro.0',
      rule: 'Pro',
      state: 'revoked',
      reasons: [{ name: 'refund', act: 'revoke', cause: expect.any(String) }],
      replaced: false,
      from: { state: 'active', reasons: [] },
    },
  ]);
});

test('a license tells its own part of it, and no key stands in either', async () => {
  await settled('shopify', 'paid', 'own');
  await settled('shopify', 'refund-unit', 'own');
  const order = await onlyOrder();
  const licenses = (await api.get(`/v1/licenses?order=${order.id}`)).items;
  for (const license of licenses) {
    const { timeline, timeline_truncated, overrides, ...shown } = await api.get(`/v1/licenses/${license.id}`);
    expect([shown, timeline_truncated, overrides]).toEqual([license, false, null]);
    const own = order.timeline.flatMap((entry: Answered) => {
      const changes = entry.changes.filter((it: Answered) => it.license_id === license.id);
      return changes.length === 0 ? [] : [{ ...entry, changes, change_count: changes.length }];
    });
    expect(own.length).toBe(license.state === 'revoked' ? 2 : 1);
    expect(timeline).toEqual(own);
    expect(JSON.stringify([timeline, order.timeline])).not.toContain(license.key);
  }
});

test('a new mapping and a person who replays are named as causes, and only what became different is told', async () => {
  const event = await settled('stripe', 'one-time', 'remapped');
  const { mapping } = await api.get('/v1/mappings/stripe');
  const [rule] = mapping.rules;
  const grant = rule.grant.map((it: Answered) => ({ ...it, values: { max_activations: 5 } }));
  const put = await api.call('PUT', '/v1/mappings/stripe', {
    mapping: { ...mapping, rules: [{ ...rule, name: 'five seats', grant }] },
  });
  await api.call('POST', `/v1/events/${event}/replay`, { remap: true });
  const { timeline } = await onlyOrder();
  expect(timeline.at(-1)).toEqual({
    version: 2,
    at: '2026-11-02T10:01:00.000Z',
    cause: {
      by: 'replay',
      events: [{ id: event, type: 'checkout.session.completed', key: expect.any(String) }],
      actor: expect.any(String),
      actor_name: null,
    },
    revision: { id: put.body.id, number: 2 },
    changes: [
      {
        change: 'alter',
        license_id: timeline[0].changes[0].license_id,
        line_id: expect.any(String),
        unit: 0,
        part: 'acmepro.0',
        rule: 'five seats',
        fields: { max_activations: 5 },
        valid_until: null,
        from: { fields: { max_activations: 2 }, valid_until: null },
      },
    ],
    change_count: 1,
  });
});

test('a line that waited for its rule says that the revision brought it', async () => {
  await settled('shopify', 'unmapped', 'waited');
  const { mapping } = await api.get('/v1/mappings/shopify');
  const rules = [
    ...mapping.rules,
    { name: 'New', when: { sku: 'ACME-NEW-*' }, grant: { product: 'acmecli' } },
  ];
  const { body } = await api.call('PUT', '/v1/mappings/shopify', { mapping: { ...mapping, rules } });
  await house.settle();
  const revision = { id: body.id, number: 2 };
  const { timeline } = await onlyOrder();
  expect(timeline.at(-1)).toMatchObject({
    cause: { by: 'revision', revision },
    revision,
    changes: [{ change: 'issue', rule: 'New' }],
  });
});

test('a person is named as the API key that was used', async () => {
  const { body } = await api.call('POST', '/v1/api-keys', { name: 'support desk', scopes: ['operate'] });
  const { mapping } = await api.get('/v1/mappings/shopify');
  await api.call('PUT', '/v1/mappings/shopify', {
    mapping: { ...mapping, on: { refund_partial: 'review' } },
  });
  await settled('shopify', 'paid', 'named');
  await settled('shopify', 'refund-unit', 'named');
  const [review] = (await api.get('/v1/reviews')).items;
  await client(house, body.key).call('POST', `/v1/reviews/${review.id}/decline`);
  const { timeline } = await onlyOrder();
  expect(timeline.at(-1)).toMatchObject({
    cause: {
      by: 'person',
      act: `decline review ${review.name}`,
      note: null,
      actor: body.id,
      actor_name: 'support desk',
    },
    changes: [],
  });
});

describe('a timeline', () => {
  /** Entries as a version before this one wrote them: without rule, and without what was before. */
  async function older(orderId: string, licenseId: string, count: number): Promise<void> {
    const change = {
      change: 'extend',
      license_id: licenseId,
      line_id: 'l',
      unit: 0,
      part: 'p',
      fields: { a: 1 },
      valid_until: 1,
    };
    const sql = `WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i <= ?)
      INSERT INTO sale_versions (order_id, version, at, cause, revision_id, changes)
      SELECT ?, i, i, ?, 'rev_gone', ? FROM n`;
    const cause = JSON.stringify({ by: 'events', event_ids: ['evt_gone'] });
    await house.db.batch([{ sql, params: [count, orderId, cause, JSON.stringify([change])] }]);
  }

  test('of an older version is read as far as it was written down', async () => {
    await settled('stripe', 'one-time', 'old');
    const order = await onlyOrder();
    const license = order.items[0].licenses[0].id;
    await older(order.id, license, 1);
    const [, entry] = (await onlyOrder()).timeline;
    expect(entry).toEqual({
      version: 2,
      at: '1970-01-01T00:00:00.002Z',
      cause: { by: 'events', events: [{ id: 'evt_gone', type: null, key: null }] },
      revision: { id: 'rev_gone', number: null },
      changes: [
        {
          change: 'extend',
          license_id: license,
          line_id: 'l',
          unit: 0,
          part: 'p',
          rule: null,
          fields: { a: 1 },
          valid_until: '1970-01-01T00:00:00.001Z',
          from: null,
        },
      ],
      change_count: 1,
    });
    expect((await api.get(`/v1/licenses/${license}`)).timeline[1]).toEqual(entry);
  });

  test('of many years shows the newest entries, oldest of them first, and says so', async () => {
    await settled('stripe', 'one-time', 'years');
    const order = await onlyOrder();
    const license = order.items[0].licenses[0].id;
    await older(order.id, license, LIMITS.timeline_count + 5);
    for (const path of [`/v1/orders/${order.id}`, `/v1/licenses/${license}`]) {
      const { timeline, timeline_truncated } = await api.get(path);
      const versions = timeline.map((it: Answered) => it.version);
      expect([timeline_truncated, versions.length, versions[0], versions.at(-1)], path).toEqual([
        true,
        200,
        7,
        206,
      ]);
    }
  });

  test('takes the same few reads however long it is', async () => {
    await settled('stripe', 'one-time', 'reads');
    const order = await onlyOrder();
    const license = order.items[0].licenses[0].id;
    let reads = 0;
    const records = makeRecords({
      ...house.db,
      read: (sql, params) => {
        reads += 1;
        return house.db.read(sql, params);
      },
    });
    const readsOf = async (ask: () => Promise<unknown>) => {
      reads = 0;
      await ask();
      return reads;
    };
    const both = async () => [
      await readsOf(() => records.order(order.id)),
      await readsOf(() => records.license(license)),
    ];
    expect(await both()).toEqual([6, 5]);
    await older(order.id, license, 100);
    expect(await both()).toEqual([6, 5]);
  });

  test('of very many units counts them all, and shows the first without their fields', async () => {
    const { body } = await sample('shopify', 'paid', 'many', house.now());
    const text = new TextDecoder().decode(body).replace(/("(?:current_)?quantity"): ?2\b/g, '$1:400');
    const signed = await sign('shopify', 'orders/paid', text, house.now());
    await house.request('/webhooks/shopify', { method: 'POST', ...signed });
    await house.settle();
    const order = await onlyOrder();
    const [entry] = order.timeline;
    expect([entry.change_count, entry.changes.length]).toEqual([402, LIMITS.told_changes]);
    expect(entry.changes[7]).toMatchObject({ change: 'issue', unit: 7, rule: 'Pro' });
    expect(entry.changes[7]).not.toHaveProperty('fields');
    const { timeline } = await api.get(`/v1/licenses/${entry.changes[7].license_id}`);
    expect(timeline[0].changes).toMatchObject([{ fields: { license_type: 'time-limited' } }]);
    expect(timeline[0].change_count).toBe(1);
  });
});
