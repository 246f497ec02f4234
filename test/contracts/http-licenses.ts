/** The HTTP contract of what a person does to a license: each act down the river, said once or twice, kept until lifted. */
import { describe, expect, test } from 'vitest';
import { HOSTILE } from '../fakes/settlements.ts';
import { type Answered, type Client, client, type HttpDoor, send } from './http-house.ts';

/** @param current the house that the contract runs on */
export function licenseActs(current: () => { readonly door: HttpDoor; readonly api: Client }): void {
  let orders = 0;

  /** A paid order of Shopify with a yearly license for each of two units; the first of them. */
  async function bought(): Promise<{ readonly seed: string; readonly license: Answered }> {
    const { door, api } = current();
    const seed = `acts${orders++}`;
    const before = new Set((await api.get('/v1/orders?limit=200')).items.map((it: Answered) => it.id));
    await send(door, 'shopify', 'paid', seed);
    await door.settle();
    const { items } = await api.get('/v1/orders?limit=200');
    const order = items.find((it: Answered) => !before.has(it.id));
    const [license] = (
      await api.get(`/v1/licenses?order=${order.id}&product=acmepro&limit=200`)
    ).items.filter((it: Answered) => it.policy === 'yearly' && it.unit === 0);
    return { seed, license };
  }

  const post = (license: Answered, verb: string, body?: unknown) =>
    current().api.call('POST', `/v1/licenses/${license.id}/${verb}`, body);
  const patch = (license: Answered, values: unknown) =>
    current().api.call('PATCH', `/v1/licenses/${license.id}`, values);
  const shown = (license: Answered) => current().api.get(`/v1/licenses/${license.id}`);
  const version = async (license: Answered) =>
    (await current().api.get(`/v1/orders/${license.order_id}`)).timeline.length;
  /** Everything the shop ever said, said again. */
  const replayed = async (license: Answered) => {
    const { items } = await current().api.get(`/v1/events?order=${license.order_id}`);
    for (const { id } of items)
      expect(
        (await current().api.call('POST', `/v1/events/${id}/replay`, { remap: true })).body,
      ).toMatchObject({
        changes: [],
      });
  };

  describe('acts on licenses', () => {
    test('a license is suspended and reinstated by hand; the story tells who, what and why; no event undoes it', async () => {
      const { seed, license } = await bought();
      const suspended = await post(license, 'suspend', { note: 'chargeback feared' });
      expect(suspended.status).toBe(200);
      expect(suspended.body).toEqual({ ...(await shown(license)), remark: null });
      expect(suspended.body).toMatchObject({
        id: license.id,
        key: license.key,
        state: 'suspended',
        reasons: [{ name: 'hold', act: 'suspend', cause: expect.any(String) }],
      });
      expect(suspended.body.timeline.at(-1)).toMatchObject({
        cause: {
          by: 'person',
          actor: expect.any(String),
          act: `suspend license ${license.id}`,
          note: 'chargeback feared',
        },
        changes: [{ change: 'suspend', license_id: license.id, from: { state: 'active' } }],
      });
      const versions = await version(license);
      expect((await post(license, 'suspend', { note: 'once more' })).body).toEqual(suspended.body);
      expect(await version(license)).toBe(versions);
      await send(current().door, 'shopify', 'edited', seed);
      await current().door.settle();
      await replayed(license);
      expect((await shown(license)).state).toBe('suspended');

      const back = await post(license, 'reinstate');
      expect(back.body).toMatchObject({ state: 'active', reasons: [], key: license.key, remark: null });
      expect((await post(license, 'reinstate')).body).toEqual(back.body);
      await replayed(license);
      expect((await shown(license)).state).toBe('active');
    });

    test('what a person revoked comes back by a person, and is not made a mere suspension meanwhile', async () => {
      const { license } = await bought();
      expect((await post(license, 'suspend')).body.state).toBe('suspended');
      const revoked = await post(license, 'revoke');
      expect(revoked.body).toMatchObject({ state: 'revoked', reasons: [{ name: 'hold', act: 'revoke' }] });
      const weaker = await post(license, 'suspend');
      expect([weaker.status, weaker.body.code, weaker.body.detail]).toEqual([
        409,
        'license_revoked',
        'a person revoked it',
      ]);
      expect((await post(license, 'reissue')).body).toMatchObject({ status: 409, code: 'license_revoked' });
      expect((await post(license, 'reinstate')).body).toMatchObject({ state: 'active', key: license.key });
    });

    test('reinstating lifts the hold of a person and no other reason, and says so', async () => {
      const { seed, license } = await bought();
      await post(license, 'suspend');
      await send(current().door, 'shopify', 'cancelled', seed);
      await current().door.settle();
      const { status, body } = await post(license, 'reinstate');
      expect([status, body.state, body.reasons.map((it: Answered) => it.name)]).toEqual([
        200,
        'revoked',
        [expect.not.stringMatching('hold')],
      ]);
      expect(body.remark).toMatch(/^It stays revoked: \w+ \(.+\)\.$/);
      expect((await post(license, 'reinstate')).body).toEqual(body);
      const held = await post(license, 'suspend');
      expect(held.body).toMatchObject({ state: 'revoked', remark: expect.stringContaining('stays revoked') });
    });

    test('values are given by hand within the model, one by one, and taken back with null', async () => {
      const { seed, license } = await bought();
      const changed = await patch(license, {
        max_activations: 25,
        features: ['export'],
        custom_fields: { team: 'blue' },
        metadata: { crm: 7 },
        note: 'a partner',
        change_note: 'agreed by phone',
      });
      expect([changed.status, changed.body]).toEqual([200, { ...(await shown(license)), remark: null }]);
      expect(changed.body).toMatchObject({
        max_activations: 25,
        features: ['export'],
        custom_fields: { team: 'blue' },
        metadata: { crm: 7 },
        note: 'a partner',
        valid_until: license.valid_until,
        key: license.key,
      });
      expect(changed.body.timeline.at(-1)).toMatchObject({
        cause: {
          act: `change license ${license.id}: max_activations, features, custom_fields, note, metadata`,
          note: 'agreed by phone',
        },
        changes: [
          { change: 'alter', fields: { max_activations: 25 }, from: { fields: { max_activations: null } } },
        ],
      });
      await patch(license, { metadata: { desk: 'x' } });
      await send(current().door, 'shopify', 'edited', seed);
      await current().door.settle();
      await replayed(license);
      expect(await shown(license)).toMatchObject({ max_activations: 25, metadata: { crm: 7, desk: 'x' } });

      const some = await patch(license, { max_activations: null, metadata: { crm: null }, note: null });
      expect(some.body).toMatchObject({
        max_activations: license.max_activations,
        metadata: { desk: 'x' },
        note: null,
        custom_fields: { team: 'blue' },
      });
      const versions = await version(license);
      expect((await patch(license, { max_activations: null })).body).toEqual(some.body);
      expect((await patch(license, {})).body).toEqual(some.body);
      expect(await version(license)).toBe(versions);
      const none = await patch(license, { features: null, custom_fields: null, metadata: null });
      const { timeline: _story, timeline_truncated: _all, updated_at: _when, ...as } = await shown(license);
      expect({ ...as, updated_at: license.updated_at }).toEqual({ ...license, overrides: null });
      expect(none.status).toBe(200);
    });

    test('its end is moved, taken away, extended and given back', async () => {
      const { license } = await bought();
      const until = async (values: unknown) => (await patch(license, values)).body.valid_until;
      expect(await until({ valid_until: '2031-05-01' })).toBe('2031-05-01T00:00:00.000Z');
      expect(await until({ valid_until: 'never' })).toBeNull();
      expect(await until({ valid_until: null })).toBe(license.valid_until);
      expect(await until({ extend_to: '2030-01-01T12:00:00+01:00' })).toBe('2030-01-01T11:00:00.000Z');
      expect(await until({ extend_to: '2020-01-01' })).toBe(license.valid_until);
      expect(await until({ extend_to: null })).toBe(license.valid_until);
      await replayed(license);
      expect((await shown(license)).valid_until).toBe(license.valid_until);
    });

    test.each([
      [{ license_type: 'perpetual' }, 'body.license_type', 'never changes'],
      [{ product: 'acmecli' }, 'body.product', 'never changes'],
      [{ policy: 'perpetual' }, 'body.policy', 'never changes'],
      [{ key: 'MINE' }, 'body.key', 'never changes'],
      [{ state: 'revoked' }, 'body.state', 'never changes'],
      [{ max_activation: 3 }, 'body.max_activation', 'there is no key'],
      [{ max_activations: -1 }, 'body.max_activations', 'less than 0'],
      [{ max_activations: '3' }, 'body.max_activations', 'not a number'],
      [{ features: ['exprot'] }, 'body.features[0]', 'has no feature'],
      [{ custom_fields: { teem: 'x' } }, 'body.custom_fields.teem', 'has no custom field'],
      [{ custom_fields: { team: 7 } }, 'body.custom_fields.team', 'is not text'],
      [{ valid_until: 'tomorrow' }, 'body.valid_until', ''],
      [{ extend_to: '9999-12-31T23:59:59-14:00' }, 'body.extend_to', 'year 9999'],
      [{ valid_duration: '1w' }, 'body.valid_duration', 'is not a duration'],
      [{ reason: 'x' }, 'body.reason', 'there is no key'],
    ] as const)('%j is refused with its place, and changes nothing', async (values, path, message) => {
      const { items } = await current().api.get('/v1/licenses?product=acmepro&limit=200');
      const license = items.find((it: Answered) => it.policy === 'yearly') ?? (await bought()).license;
      const before = await shown(license);
      const { status, body } = await patch(license, values);
      expect([status, body.code, body.errors?.[0].path], JSON.stringify(body)).toEqual([
        422,
        'request_invalid',
        path,
      ]);
      expect(body.errors[0].message).toContain(message);
      expect(body.errors[0].remedy).not.toBe('');
      expect(await shown(license)).toEqual(before);
    });

    test('values longer than a license may keep are refused', async () => {
      const { license } = await bought();
      const { status, body } = await patch(license, { metadata: { long: 'x'.repeat(17_000) } });
      expect([status, body.errors[0].path]).toEqual([422, 'body']);
      expect(body.errors[0].message).toContain('longer than');
    });

    test('whatever text is given is at rest: no event moves it, and said again it changes nothing', async () => {
      const { license } = await bought();
      const texts = HOSTILE.map(([, text]) => text).filter((text) => text.length < 1_000);
      for (const text of texts) {
        const { status, body } = await patch(license, { note: text, metadata: { [text]: text } });
        expect([status, body.note], text).toEqual([200, expect.any(String)]);
        const versions = await version(license);
        await replayed(license);
        await patch(license, { note: text, metadata: { [text]: text } });
        expect(await version(license), JSON.stringify(text)).toBe(versions);
      }
    });

    test('a perpetual license is given no end', async () => {
      const { license } = await bought();
      const { items } = await current().api.get(`/v1/licenses?order=${license.order_id}&product=acmecli`);
      for (const values of [
        { valid_until: '2030-01-01' },
        { extend_to: '2030-01-01' },
        { valid_duration: '1y' },
      ]) {
        const { status, body } = await patch(items[0], values);
        expect([status, body.errors[0].path]).toEqual([422, `body.${Object.keys(values)[0]}`]);
      }
    });

    test('a leaked key is reissued once: the same license under another key, and both tell of it', async () => {
      const { license } = await bought();
      await patch(license, { max_activations: 9, extend_to: '2030-01-01' });
      await post(license, 'suspend');
      const old = await shown(license);
      const { status, body } = await post(license, 'reissue', { note: 'posted in a forum' });
      expect(status).toBe(200);
      const { id, key, timeline, generation, created_at, updated_at, remark, ...same } = body;
      expect([generation, remark]).toEqual([1, null]);
      expect(id).not.toBe(license.id);
      expect(key).not.toBe(license.key);
      // Its last act is another one now.
      const overrides = { ...same.overrides, at: expect.any(String) };
      expect(old).toMatchObject({ ...same, overrides });
      expect([created_at, updated_at]).toEqual([expect.any(String), expect.any(String)]);
      const cause = { by: 'person', act: `reissue license ${license.id}`, note: 'posted in a forum' };
      expect(timeline).toMatchObject([{ cause, changes: [{ change: 'issue', generation: 1 }] }]);
      const gone = await shown(license);
      expect(gone).toMatchObject({ state: 'revoked', replaced: true, reasons: [{ name: 'reissued' }] });
      expect(gone.timeline.at(-1)).toMatchObject({ cause, changes: [{ change: 'revoke', replaced: true }] });
      const order = await current().api.get(`/v1/orders/${license.order_id}`);
      expect(order.timeline.at(-1).changes.map((it: Answered) => it.change)).toEqual(['revoke', 'issue']);
      expect(JSON.stringify(order.timeline)).not.toContain(key);

      // The answer was lost, and it is asked again: the same key, no third.
      expect((await post(license, 'reissue')).body).toEqual(body);
      await replayed(license);
      expect((await post(license, 'reissue')).body).toEqual(body);
      const late = await post(license, 'suspend');
      expect([late.status, late.body.code, late.body.detail]).toEqual([
        409,
        'license_replaced',
        `${id} stands in its place`,
      ]);
      expect((await patch(license, { max_activations: 1 })).body.code).toBe('license_replaced');
      // What a person gave stays with the slot.
      expect((await post(body, 'reinstate')).body).toMatchObject({ id, state: 'active', max_activations: 9 });
      expect((await patch(body, { max_activations: null, extend_to: null })).body).toMatchObject({
        id,
        max_activations: license.max_activations,
        starts_at: license.starts_at,
        valid_until: license.valid_until,
      });
      const third = await post(body, 'reissue');
      expect(third.body.generation).toBe(2);
      expect((await post(license, 'reissue')).body).toMatchObject({
        code: 'license_replaced',
        detail: `${third.body.id} stands in its place`,
      });
    });

    test('the shop acts on a reissued license as on the one before', async () => {
      const { seed, license } = await bought();
      const { body } = await post(license, 'reissue');
      await send(current().door, 'shopify', 'cancelled', seed);
      await current().door.settle();
      expect((await shown(body)).state).toBe('revoked');
      expect((await post(body, 'reissue')).body).toMatchObject({
        status: 409,
        code: 'license_revoked',
        detail: expect.stringMatching(/^\w+ \(.+\)$/),
      });
    });

    test('it takes a key of the scope `issue`; a license that is not there is not found', async () => {
      const { door, api } = current();
      const { license } = await bought();
      const reads = await api.call('POST', '/v1/api-keys', { name: 'reads', scopes: ['read'] });
      const issues = await api.call('POST', '/v1/api-keys', { name: 'the desk', scopes: ['issue'] });
      const [reader, desk] = [client(door, reads.body.key), client(door, issues.body.key)];
      for (const verb of ['suspend', 'reinstate', 'revoke', 'reissue']) {
        const path = `/v1/licenses/${license.id}/${verb}`;
        expect((await reader.call('POST', path)).status).toBe(403);
        expect((await api.call('POST', `/v1/licenses/lic_none/${verb}`)).status).toBe(404);
        expect((await api.call('POST', path, { reason: 'x' })).body.errors[0].path).toBe('body.reason');
      }
      expect((await reader.call('PATCH', `/v1/licenses/${license.id}`, {})).status).toBe(403);
      expect((await api.call('PATCH', '/v1/licenses/lic_none', {})).status).toBe(404);
      const { body } = await desk.call('POST', `/v1/licenses/${license.id}/suspend`);
      expect(body.timeline.at(-1).cause).toMatchObject({ actor: issues.body.id, actor_name: 'the desk' });
    });
  });
}
