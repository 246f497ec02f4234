/**
 * Part of the HTTP contract: the catalog part by part, and the revisions of mappings. It comes last: what it makes is
 * sold from then on.
 */
import { describe, expect, test } from 'vitest';
import { type Answered, type Client, type HttpDoor, send } from './http-house.ts';

/** @param at the house, once it is open */
export function catalogByHand(at: () => { readonly api: Client; readonly door: HttpDoor }): void {
  const call: Client['call'] = (...asked) => at().api.call(...asked);
  const get = (path: string) => at().api.get(path);
  const post = (path: string, body: unknown, headers?: Readonly<Record<string, string>>) =>
    call('POST', path, body, headers);
  const patch = (path: string, body: unknown, headers?: Readonly<Record<string, string>>) =>
    call('PATCH', path, body, headers);
  const numberOf = async (source: string): Promise<number> => (await get(`/v1/mappings/${source}`)).revision;
  const placesOf = ({ errors }: Answered) => errors.map((it: Answered) => [it.file, it.path]);
  const product = (code: string, over: Record<string, unknown> = {}) => ({
    code,
    policies: [{ code: 'basic', license_type: 'perpetual' }],
    ...over,
  });
  const whole = (code: string) => ({
    code,
    name: code,
    authorization: 'key',
    features: [],
    custom_fields: [],
    policies: [{ code: 'basic', name: 'basic', default: true, license_type: 'perpetual' }],
  });

  describe('the catalog', () => {
    test('is read part by part, as the file says it, by the number of its revision', async () => {
      const { status, body, headers } = await call('GET', '/v1/products');
      expect([status, headers.get('etag')]).toEqual([200, `"${await numberOf('manual')}"`]);
      expect(body.items.map((it: Answered) => it.code)).toEqual(['acmecli', 'acmepro']);
      const pro = await get('/v1/products/acmepro');
      expect(pro).toEqual(body.items[1]);
      expect(pro.policies.map((it: Answered) => it.code)).toEqual(['perpetual', 'yearly']);
      expect((await get('/v1/products/acmepro/policies')).items).toEqual(pro.policies);
      expect(await get('/v1/products/acmepro/policies/yearly')).toEqual(pro.policies[1]);
      expect(await get('/v1/products/acmepro/features/export')).toEqual(pro.features[0]);
      expect(await get('/v1/products/acmepro/custom_fields/team')).toEqual({ name: 'team', type: 'text' });
      const suite = {
        code: 'acmesuite',
        name: 'acmesuite',
        products: [{ product: 'acmepro' }, { product: 'acmecli' }],
      };
      expect(await get('/v1/bundles/acmesuite')).toEqual(suite);
      expect((await get('/v1/bundles')).items).toEqual([suite]);
      const first = await get('/v1/products?limit=1');
      expect((await get(`/v1/products?limit=1&cursor=${first.next_cursor}`)).items).toEqual([pro]);
      for (const path of [
        'products/none',
        'products/none/policies',
        'products/acmepro/policies/none',
        'bundles/__proto__',
      ])
        expect((await call('GET', `/v1/${path}`)).status).toBe(404);
    });

    test('a product is made once, and every source that sells by this catalog sells it', async () => {
      const [hand, stripe] = [await numberOf('manual'), await numberOf('stripe')];
      const made = await post('/v1/products', product('hat'));
      expect([made.status, made.headers.get('etag')]).toEqual([201, `"${hand + 1}"`]);
      const { revisions, left, ...rest } = made.body;
      expect([rest, left]).toEqual([whole('hat'), []]);
      expect(revisions).toContainEqual({ source: 'manual', revision: hand + 1 });
      expect(revisions).toContainEqual({ source: 'stripe', revision: stripe + 1 });
      expect(await get('/v1/products/hat')).toEqual(whole('hat'));
      expect(await get('/v1/mappings/stripe')).toMatchObject({ origin: 'api', revision: stripe + 1 });

      const again = await post('/v1/products', product('hat'));
      expect([again.status, again.body.revisions]).toEqual([200, []]);
      const other = await post('/v1/products', product('hat', { name: 'A hat' }));
      expect([other.status, other.body.code]).toEqual([409, 'code_taken']);
      expect(await numberOf('manual')).toBe(hand + 1);

      // By hand at once, and by whatever shop.
      const { body: order } = await post('/v1/orders', { items: [{ product: 'hat' }] });
      expect(order.items[0]).toMatchObject({ product: 'hat', state: 'issued' });
    });

    test('what is inside of a product is made, changed and taken out, each at its own address', async () => {
      await post('/v1/products', product('box'));
      const inside = '/v1/products/box';
      expect((await post(`${inside}/features`, { code: 'lid' })).body).toMatchObject({ code: 'lid', name: 'lid', type: 'activation' });
      expect((await post(`${inside}/custom_fields`, { name: 'color', type: 'text' })).status).toBe(201);
      const policy = { code: 'big', license_type: 'time-limited', valid_duration: '1y', features: ['lid'], custom_fields: { color: 'red' }, metadata: { a: { b: 1, c: 2 } } };
      expect((await post(`${inside}/policies`, policy)).body).toMatchObject({ ...policy, default: false });

      const changed = await patch(`${inside}/policies/big`, { max_activations: 3, valid_duration: '2y', metadata: { a: { b: null } }, default: true });
      expect(changed.body).toMatchObject({ max_activations: 3, valid_duration: '2y', metadata: { a: { c: 2 } }, default: true });
      const policies = (await get(inside)).policies.map((it: Answered) => [it.code, it.default]);
      expect(policies).toEqual([['basic', false], ['big', true]]);
      expect((await patch(`${inside}/policies/big`, { max_activations: null })).body).not.toHaveProperty('max_activations');
      // Nothing said, nothing changed: no default is filled in either.
      expect((await patch(`${inside}/policies/big`, {})).body).toMatchObject({ default: true, revisions: [] });
      expect((await patch(inside, { name: 'A box' })).body).toMatchObject({ code: 'box', name: 'A box' });
      expect((await patch(inside, { name: null })).body.name).toBe('box');
      expect((await patch(`${inside}/features/lid`, { name: 'Lid', type: 'consumption', max_consumption: 5 })).body).toMatchObject({ name: 'Lid', type: 'consumption' });

      const needed = await call('DELETE', `${inside}/features/lid`);
      expect([needed.status, needed.body.code]).toEqual([409, 'referenced']);
      expect(placesOf(needed.body)).toEqual([['catalog', 'products.box.policies.big.features[0]']]);
      await patch(`${inside}/policies/big`, { features: [], custom_fields: null });
      for (const path of ['features/lid', 'custom_fields/color'])
        expect((await call('DELETE', `${inside}/${path}`)).body).toMatchObject({ deleted: true });
      // Of three, the default one stands for the others until another does.
      await post(`${inside}/policies`, { code: 'spare', license_type: 'perpetual' });
      const standing = await call('DELETE', `${inside}/policies/big`);
      expect([standing.status, standing.body.errors[0].remedy]).toEqual([
        422,
        expect.stringContaining('{"default": true}'),
      ]);
      await patch(`${inside}/policies/basic`, { default: true });
      for (const code of ['big', 'basic'])
        expect((await call('DELETE', `${inside}/policies/${code}`)).status).toBe(200);
      expect(await get(`${inside}/policies/spare`)).toMatchObject({ default: true });
      expect((await call('DELETE', `${inside}/policies/spare`)).status).toBe(422);
      const { revisions, left, ...rest } = (await call('DELETE', inside)).body;
      expect([rest, left, revisions.length > 1]).toEqual([{ code: 'box', deleted: true }, [], true]);
      expect((await call('GET', inside)).status).toBe(404);
    }); // biome-ignore format: a story

    const fixed: readonly (readonly [string, Record<string, unknown>, string])[] = [
      ['/v1/products/acmepro', { code: 'acme' }, 'body.code'],
      ['/v1/products/acmepro', { policies: [] }, 'body.policies'],
      ['/v1/products/acmepro/policies/yearly', { code: 'annual' }, 'body.code'],
      ['/v1/products/acmepro/policies/yearly', { license_type: 'subscription' }, 'body.license_type'],
      ['/v1/products/acmepro/policies/perpetual', { default: false }, 'body.default'],
      ['/v1/products/acmepro/policies/yearly', { valid_duration: null }, 'body.valid_duration'],
      ['/v1/products/acmepro/policies/yearly', { features: ['exprt'] }, 'body.features[0]'],
      ['/v1/products/acmepro/policies/yearly', { max_activations: -1 }, 'body.max_activations'],
      ['/v1/products/acmepro/features/export', { code: 'import' }, 'body.code'],
      ['/v1/products/acmepro/custom_fields/team', { name: 'crew' }, 'body.name'],
      ['/v1/bundles/acmesuite', { code: 'suite' }, 'body.code'],
      ['/v1/bundles/acmesuite', { products: [{ product: 'none' }] }, 'body.products[0].product'],
    ]; // biome-ignore format: a table

    test.each(fixed)('%s does not take %j', async (path, body, place) => {
      const before = await numberOf('manual');
      const answer = await patch(path, body);
      expect([answer.status, answer.body.code, answer.body.errors[0].path]).toEqual([
        422,
        'request_invalid',
        place,
      ]);
      expect(answer.body.errors[0].remedy).not.toBe('');
      expect(await numberOf('manual')).toBe(before);
      // The code that it has may be said.
      const { code, name } = await get(path);
      expect((await patch(path, code === undefined ? { name } : { code })).status).toBe(200);
    });

    test('a new product is judged whole, every error with its place', async () => {
      const { status, body } = await post('/v1/products', {
        code: 'A hat',
        policies: [{ code: 'a', license_type: 'time-limited' }],
        colour: 'red',
      });
      expect([status, body.errors.map((it: Answered) => it.path).sort()]).toEqual([
        422,
        ['body.code', 'body.colour'],
      ]);
      const [long] = (await post('/v1/products', product('x'.repeat(201)))).body.errors;
      expect([long.path, long.message]).toEqual(['body.code', 'is longer than 200 letters']);
      const twice = product('cap', { features: [{ code: 'a' }, { code: 'a' }] });
      expect((await post('/v1/products', twice)).body.errors[0].path).toBe('body.features[1].code');
      expect(
        (await post('/v1/bundles', { code: 'acmepro', products: [{ product: 'acmepro' }] })).body.errors[0]
          .path,
      ).toBe('body.code');
      expect(
        (await post('/v1/products/none/policies', { code: 'a', license_type: 'perpetual' })).status,
      ).toBe(404);
    });

    test('what a rule, a bundle or a license names is not taken away', async () => {
      await send(at().door, 'stripe', 'one-time', 'sold');
      await at().door.settle();
      const before = await numberOf('manual');
      const refused = await call('DELETE', '/v1/products/acmepro');
      expect([refused.status, refused.body.code]).toEqual([409, 'referenced']);
      // What cannot be helped is told first, then what the catalog itself says; of rules no word until then.
      expect(placesOf(refused.body)).toEqual([
        ['records', 'licenses'],
        ['catalog', 'bundles.acmesuite.products.acmepro.product'],
      ]);
      const bundle = await call('DELETE', '/v1/bundles/acmesuite');
      expect([bundle.status, placesOf(bundle.body)]).toEqual([
        409,
        [['mappings/shopify', 'rules.Suite.grant.acmesuite.bundle']],
      ]);
      expect(bundle.body.errors[0].remedy).toContain('PUT /v1/mappings/shopify');
      const yearly = await call('DELETE', '/v1/products/acmepro/policies/yearly');
      expect(yearly.status).toBe(409);
      expect(placesOf(yearly.body)).toContainEqual(['mappings/shopify', 'rules.Pro.grant.acmepro.policy']);
      const hat = await call('DELETE', '/v1/products/hat');
      expect([hat.status, placesOf(hat.body)]).toEqual([409, [['records', 'licenses']]]);
      expect(hat.body.errors[0].message).toMatch(/^1 license was issued of it: lic_/);
      expect(await numberOf('manual')).toBe(before);
    });

    test('of two edits of one version, one is told to read anew; without a version both are made', async () => {
      const tag = { 'if-match': `"${await numberOf('manual')}"` };
      const both = await Promise.all(['one', 'two'].map((name) => patch('/v1/products/hat', { name }, tag)));
      expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
      const free = await Promise.all(
        ['red', 'blue', 'green'].map((code) => post('/v1/products/hat/features', { code })),
      );
      expect(free.map(({ status }) => status)).toEqual([201, 201, 201]);
      const features = (await get('/v1/products/hat')).features.map((it: Answered) => it.code);
      expect(features.sort()).toEqual(['blue', 'green', 'red']);
    });

    test('a source with a catalog of its own stays as it is, and the answer says so', async () => {
      const { mapping, catalog } = await get('/v1/mappings/closed');
      // What is put is sold by hand: the others are left from now on, until all have one again.
      const own = { ...catalog, products: [...catalog.products, product('scarf')] };
      const put = await call('PUT', '/v1/mappings/closed', { mapping, catalog: own });
      expect(put.body.changes).toMatchObject({
        mapping: [],
        catalog: [{ path: ['products', 'scarf'], kind: 'added' }],
      });
      const { body } = await patch('/v1/products/scarf', { name: 'A scarf' });
      expect(body.revisions.map((it: Answered) => it.source)).toEqual(['manual', 'closed']);
      expect(body.left).toEqual([
        { source: 'shopify', because: 'own_catalog' },
        { source: 'stripe', because: 'own_catalog' },
      ]);
      // Back: for all of them.
      const number = await numberOf('closed');
      const back = await call('POST', '/v1/mappings/closed/rollback', { revision: number - 2 });
      expect([back.status, back.body.changes.catalog[0]]).toMatchObject([
        200,
        { kind: 'removed', path: ['products', 'scarf'] },
      ]);
      const hand = await numberOf('manual');
      expect((await call('POST', '/v1/mappings/manual/rollback', { revision: hand - 2 })).status).toBe(200);
      expect((await patch('/v1/products/hat', { name: 'Hat' })).body.left).toEqual([]);
    });
  });

  describe('revisions of a mapping', () => {
    test('one is read by its number, and two are compared by what stands in them', async () => {
      const { mapping, revision } = await get('/v1/mappings/shopify');
      const [pro, suite, ...rest] = mapping.rules;
      const cap = { name: 'Cap', when: { sku: ['CAP'] }, ignore: 'a cap' };
      const rules = [suite, cap, { ...pro, grant: [{ ...pro.grant[0], policy: 'perpetual' }] }, ...rest];
      const tag = { 'if-match': `"${revision}"` };
      const put = await call('PUT', '/v1/mappings/shopify', { mapping: { ...mapping, rules } }, tag);
      expect([put.status, put.headers.get('etag')]).toEqual([200, `"${revision + 1}"`]);
      const late = await call('PUT', '/v1/mappings/shopify', { mapping }, tag);
      expect([late.status, late.body.code]).toEqual([412, 'edited_meanwhile']);
      const diff = await get(`/v1/mappings/shopify/diff?from=${revision}&to=${revision + 1}`);
      expect(diff).toMatchObject({ source: 'shopify', from: revision, to: revision + 1, catalog: [] });
      expect(diff.mapping).toEqual(put.body.changes.mapping);
      expect(diff.mapping).toContainEqual({
        path: ['rules', 'Pro', 'grant', 'acmepro', 'policy'],
        kind: 'changed',
        before: 'yearly',
        after: 'perpetual',
      });
      expect(diff.mapping).toContainEqual({ path: ['rules', 'Cap'], kind: 'added', after: cap, at: 1 });
      expect(diff.mapping).toContainEqual(expect.objectContaining({ path: ['rules'], kind: 'moved' }));
      expect(await get('/v1/mappings/shopify/diff')).toEqual(diff);
      const same = await get(`/v1/mappings/shopify/diff?from=${revision}&to=${revision}`);
      expect([same.mapping, same.catalog]).toEqual([[], []]);
      expect((await get(`/v1/mappings/shopify/revisions/${revision}`)).mapping).toEqual(mapping);
      for (const path of ['revisions/9999', 'revisions/0', 'revisions/one', 'diff?from=9999'])
        expect((await call('GET', `/v1/mappings/shopify/${path}`)).status).toBe(404);
      expect((await call('GET', '/v1/mappings/shopify/diff?to=x')).status).toBe(422);
    });

    test('a roll back makes a new revision with the old content, once', async () => {
      const { revision, mapping, catalog } = await get('/v1/mappings/shopify');
      const before = await get(`/v1/mappings/shopify/revisions/${revision - 1}`);
      const path = '/v1/mappings/shopify/rollback';
      const tried = await post(path, { revision: revision - 1, dry_run: true });
      expect(tried.body).toMatchObject({ dry_run: true, revision: revision + 1, mapping: before.mapping });
      expect(await numberOf('shopify')).toBe(revision);
      expect((await post(path, { revision: revision - 1 }, { 'if-match': '"1"' })).status).toBe(412);
      const back = await post(
        path,
        { revision: revision - 1, note: 'a mistake' },
        { 'if-match': `"${revision}"` },
      );
      expect([back.status, back.headers.get('etag')]).toEqual([200, `"${revision + 1}"`]);
      expect(back.body).toMatchObject({ origin: 'api', mapping: before.mapping, catalog: before.catalog });
      expect(back.body.changes).toEqual(tried.body.changes);
      // Asked again: that is what runs already.
      const again = await post(path, { revision: revision - 1 });
      expect([again.body.revision, again.body.changes]).toEqual([revision + 1, { mapping: [], catalog: [] }]);
      await post(path, { revision });
      expect(await get('/v1/mappings/shopify')).toMatchObject({ revision: revision + 2, mapping, catalog });
      expect((await post(path, { revision: 9999 })).status).toBe(404);
      expect((await post('/v1/mappings/nobody/rollback', { revision: 1 })).status).toBe(404);
      expect((await post(path, { revision: 0 })).status).toBe(422);
    });

    test('a revision whose products are gone is refused, unless with the catalog that it needs', async () => {
      await post('/v1/products', product('glove'));
      const { mapping, revision } = await get('/v1/mappings/shopify');
      const rules = [
        ...mapping.rules,
        { name: 'Glove', when: { sku: 'GLOVE' }, grant: { product: 'glove' } },
      ];
      await call('PUT', '/v1/mappings/shopify', { mapping: { ...mapping, rules } });
      await call('PUT', '/v1/mappings/shopify', { mapping });
      expect((await call('DELETE', '/v1/products/glove')).status).toBe(200);
      const path = '/v1/mappings/shopify/rollback';
      const now = await post(path, { revision: revision + 1, catalog: 'now' });
      expect([now.status, now.body.code]).toEqual([422, 'config_invalid']);
      expect(now.body.errors[0].path).toContain('grant');
      expect((await post(path, { revision: revision + 1, dry_run: true })).status).toBe(200);
    });

    test('a mapping is tried before it is put', async () => {
      const { mapping, revision } = await get('/v1/mappings/stripe');
      const { status, body, headers } = await call('PUT', '/v1/mappings/stripe', {
        mapping: { ...mapping, unmapped: 'ignore' },
        dry_run: true,
      });
      expect([status, headers.get('etag'), body.dry_run, body.revision]).toEqual([
        200,
        null,
        true,
        revision + 1,
      ]);
      expect(body.changes.mapping).toEqual([
        { path: ['unmapped'], kind: 'changed', before: 'park', after: 'ignore' },
      ]);
      expect(await numberOf('stripe')).toBe(revision);
      const faulty = await call('PUT', '/v1/mappings/stripe', {
        mapping: { ...mapping, mode: 'x' },
        dry_run: true,
      });
      expect([faulty.status, faulty.body.code]).toEqual([422, 'config_invalid']);
    });

    test('parked lines are looked at again when what they need is made, or rolled back to', async () => {
      const { mapping, revision } = await get('/v1/mappings/shopify');
      await call('PUT', '/v1/mappings/shopify', { mapping: { ...mapping, rules: [] } });
      const before = (await get('/v1/parked?source=shopify&limit=200')).items.length;
      await send(at().door, 'shopify', 'paid', 'parked by a mistake');
      await at().door.settle();
      expect((await get('/v1/parked?source=shopify&limit=200')).items.length).toBeGreaterThan(before);
      await post('/v1/mappings/shopify/rollback', { revision });
      await at().door.settle();
      expect((await get('/v1/parked?source=shopify&limit=200')).items.length).toBe(before);
    });
  });
}
