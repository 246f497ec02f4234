/** Part of the HTTP contract: lines that wait, resolved by a person for one order or by a rule for all that are like it. */
import { describe, expect, test } from 'vitest';
import {
  ADMIN_KEY,
  type Answered,
  type Client,
  client,
  type HttpDoor,
  sample,
  send,
  sign,
} from './http-house.ts';

interface Order {
  readonly seed: string;
  readonly line: Answered;
  /** The shop tells of the order again, with so many units. */
  readonly tell: (quantity: number) => Promise<void>;
}

/** @param at the house, once it is open */
export function parkedLines(at: () => { readonly api: Client; readonly door: HttpDoor }): void {
  let orders = 0;

  /** A paid order of Shopify with one line that no rule knows. */
  async function waiting(sku = `NOBODY-KNOWS-${orders}`, quantity = 1): Promise<Order> {
    const { door, api } = at();
    const n = orders++;
    const seed = `waits${n}`;
    const later = [0];
    const tell = async (units: number) => {
      const when = door.now() + 1_000 * later.push(0);
      const { body } = await sample('shopify', 'unmapped', seed, when);
      const text = new TextDecoder()
        .decode(body)
        .replaceAll('ACME-NEW-1', sku)
        .replace(/"variant_id":\d+/g, `"variant_id":${44_000_000_001_000 + n}`)
        .replace(/"(quantity|current_quantity|fulfillable_quantity)":1\b/g, `"$1":${units}`);
      const signed = await sign('shopify', 'orders/paid', text, door.now());
      await door.request('/webhooks/shopify', { method: 'POST', headers: signed.headers, body: signed.body });
      await door.settle();
    };
    await tell(quantity);
    const { items } = await api.get('/v1/parked?source=shopify&limit=200');
    const line = items.find((it: Answered) => it.refs.variant === String(44_000_000_001_000 + n));
    return { seed, line, tell };
  }

  const resolve = (line: Answered, body: unknown) =>
    at().api.call('POST', `/v1/parked/${line.id}/resolve`, body);
  const unresolve = (line: Answered, body?: unknown) =>
    at().api.call('POST', `/v1/parked/${line.id}/unresolve`, body);
  const shown = (line: Answered) => at().api.get(`/v1/parked/${line.id}`);
  const orderOf = (line: Answered) => at().api.get(`/v1/orders/${line.order_id}`);
  const licensesOf = async (line: Answered): Promise<Answered[]> =>
    (await orderOf(line)).items.flatMap((it: Answered) => it.licenses);
  const standing = async (line: Answered) =>
    (await licensesOf(line)).map((it) => `${it.unit} ${it.product} ${it.policy} ${it.state}`).sort();
  const rules = async (): Promise<Answered[]> => (await at().api.get('/v1/mappings/shopify')).mapping.rules;
  const replayed = async (line: Answered) => {
    const { items } = await at().api.get(`/v1/events?order=${line.order_id}`);
    for (const { id } of items)
      for (const how of [{}, { remap: true }])
        expect((await at().api.call('POST', `/v1/events/${id}/replay`, how)).body).toMatchObject({
          changes: [],
        });
  };

  describe('parked lines', () => {
    test('a line is resolved for its order alone, told before and done once, and keeps to it', async () => {
      const { line, tell } = await waiting();
      expect(line).toMatchObject({
        id: expect.stringMatching(/^ord_\w+\.[\w-]+$/),
        problem: { code: 'unmapped' },
      });
      const before = await shown(line);
      expect(before).toEqual({ ...line, state: 'parked', rule: null, reason: null, choice: null });

      const gives = { product: 'acmepro', policy: 'yearly', values: { max_activations: 7 } };
      const told = await resolve(line, { ...gives, dry_run: true });
      expect([told.status, told.body]).toEqual([
        200,
        {
          dry_run: true,
          changes: [
            expect.objectContaining({ change: 'issue', product: 'acmepro', unit: 0, rule: 'by hand' }),
          ],
          line: { ...before, state: 'issued', rule: 'by hand', problem: null },
          rule: null,
          rule_yaml: null,
          revision: null,
          also: null,
        },
      ]);
      expect(told.body.changes[0].key).toBeUndefined();
      expect(await shown(line)).toEqual(before);

      const done = await resolve(line, { ...gives, note: 'asked by phone' });
      expect([done.status, done.body.line]).toEqual([200, await shown(line)]);
      expect(done.body.line).toMatchObject({
        state: 'issued',
        rule: 'by hand',
        problem: null,
        choice: {
          product: 'acmepro',
          policy: 'yearly',
          per: 'unit',
          values: { max_activations: 7 },
          ignore: null,
        },
      });
      const order = await orderOf(line);
      expect(order).toMatchObject({
        state: 'issued',
        items: [
          { rule: 'by hand', licenses: [{ product: 'acmepro', policy: 'yearly', max_activations: 7 }] },
        ],
      });
      expect(order.timeline.at(-1)).toMatchObject({
        cause: {
          by: 'person',
          act: `choose acmepro, yearly for line ${line.line_id}`,
          note: 'asked by phone',
        },
        changes: [{ change: 'issue', rule: 'by hand' }],
      });

      const again = await resolve(line, gives);
      expect([again.status, again.body]).toEqual([200, { ...done.body, changes: [] }]);
      expect((await orderOf(line)).timeline).toHaveLength(order.timeline.length);
      const other = await resolve(line, { product: 'acmecli' });
      expect([other.status, other.body.code, other.body.detail]).toEqual([
        409,
        'line_not_parked',
        'it is issued, as a person chose before',
      ]);

      await replayed(line);
      await tell(2);
      expect(await standing(line)).toEqual(['0 acmepro yearly active', '1 acmepro yearly active']);
      await tell(1);
      expect(await standing(line)).toEqual(['0 acmepro yearly active', '1 acmepro yearly revoked']);
      await replayed(line);
      expect((await rules()).some((it) => it.name === line.title)).toBe(false);
    });

    test('a refund takes what was chosen by hand, like all else', async () => {
      const { seed, line } = await waiting();
      await resolve(line, { bundle: 'acmesuite' });
      expect(await standing(line)).toEqual(['0 acmecli perpetual active', '0 acmepro perpetual active']);
      const { door } = at();
      const { body } = await sample('shopify', 'unmapped', seed, door.now() + 60_000);
      const text = new TextDecoder()
        .decode(body)
        .replaceAll('"financial_status":"paid"', '"financial_status":"voided"');
      const cancelled = text.replace(
        '"cancelled_at":null',
        `"cancelled_at":"${new Date(door.now()).toISOString()}"`,
      );
      const signed = await sign('shopify', 'orders/cancelled', cancelled, door.now());
      await door.request('/webhooks/shopify', { method: 'POST', headers: signed.headers, body: signed.body });
      await door.settle();
      expect(await standing(line)).toEqual(['0 acmecli perpetual revoked', '0 acmepro perpetual revoked']);
      expect((await resolve(line, { product: 'acmecli' })).body).toMatchObject({
        code: 'line_not_parked',
        detail: expect.stringMatching(/^it is over/),
      });
    });

    test('a line is set aside, and taken back; what it had stays until it is resolved anew', async () => {
      const { line } = await waiting();
      const aside = await resolve(line, { ignore: 'a gift to the press' });
      expect(aside.body).toMatchObject({
        changes: [],
        line: {
          state: 'ignored',
          rule: 'by hand',
          reason: 'a gift to the press',
          choice: { ignore: 'a gift to the press' },
        },
      });
      await replayed(line);
      expect((await unresolve(line, { dry_run: true })).body.line.state).toBe('parked');
      expect((await unresolve(line)).body).toMatchObject({
        changes: [],
        line: { state: 'parked', choice: null },
      });
      expect((await unresolve(line)).status).toBe(200);

      await resolve(line, { product: 'acmepro' });
      const [license] = await licensesOf(line);
      expect((await unresolve(line)).body).toMatchObject({ changes: [], line: { state: 'parked' } });
      await replayed(line);
      expect(await licensesOf(line)).toEqual([license]);
      // The same product keeps its key; another one ends it.
      const same = await resolve(line, { product: 'acmepro', values: { max_activations: 9 } });
      expect(same.body.changes).toMatchObject([{ change: 'alter', license_id: license.id }]);
      await unresolve(line);
      const other = await resolve(line, { product: 'acmecli' });
      expect(other.body.changes.map((it: Answered) => it.change).sort()).toEqual(['issue', 'revoke']);
      expect(await standing(line)).toEqual(['0 acmecli perpetual active', '0 acmepro perpetual revoked']);
    });

    test('one license for the line whatever its quantity is, where more units park', async () => {
      const { line } = await waiting(undefined, 5_000);
      const many = await resolve(line, { product: 'acmepro' });
      expect([many.status, many.body.code]).toEqual([409, 'line_stays_parked']);
      expect(many.body.detail).toContain('5000');
      expect((await shown(line)).choice).toBeNull();
      const asRule = await resolve(line, { product: 'acmepro', as: 'rule' });
      expect([asRule.status, asRule.body.code]).toEqual([409, 'line_stays_parked']);
      const one = await resolve(line, { product: 'acmepro', per: 'line' });
      expect(one.body.line).toMatchObject({ state: 'issued', choice: { per: 'line' } });
      expect(await standing(line)).toEqual(['0 acmepro perpetual active']);
    });

    test.each([
      [{}, 'body', 'says nothing to give'],
      [{ product: 'acmepro', bundle: 'acmesuite' }, 'body', 'says several things'],
      [{ product: 'acmepor' }, 'body.product', 'there is no product'],
      [{ product: 'acmepro', policy: 'annual' }, 'body.policy', 'has no policy'],
      [{ bundle: 'acmesuite', policy: 'yearly' }, 'body.policy', 'takes no policy'],
      [{ product: 'acmepro', values: { features: ['fly'] } }, 'body.values.features[0]', 'has no feature'],
      [
        { product: 'acmepro', values: { max_activation: 1 } },
        'body.values.max_activation',
        'there is no key',
      ],
      [{ ignore: 'x', values: {} }, 'body.values', 'nothing is given'],
      [{ product: 'acmepro', quantity: 2 }, 'body.quantity', 'there is no key'],
      [{ product: 'acmepro', name: 'x' }, 'body.name', 'is of a rule'],
      [{ product: 'acmepro', as: 'rule', note: 'x' }, 'body.note', 'keeps no note'],
      [{ product: 'acmepor', as: 'rule' }, 'body.product', 'there is no product'],
      [{ product: 'acmepro', as: 'rule', when: { sku: 'OTHER' } }, 'body.when', 'does not fit this line'],
      [{ product: 'acmepro', as: 'rule', when: { skew: 'x' } }, 'body.when', 'does not fit this line'],
      [{ product: 'acmepro', as: 'rule', name: 'Pro' }, 'body.name', 'is the name of another rule'],
    ] as const)('%j is refused with its place, and changes nothing', async (body, path, message) => {
      const { line } = await waiting('REFUSED');
      const { status, body: said } = await resolve(line, body);
      expect([status, said.code]).toEqual([422, 'request_invalid']);
      expect(said.errors[0]).toMatchObject({
        path,
        message: expect.stringContaining(message),
        remedy: expect.any(String),
      });
      expect(await shown(line)).toMatchObject({ state: 'parked', choice: null });
    });

    test('braces that a person typed are no template', async () => {
      const { line } = await waiting();
      await resolve(line, { product: 'acmepro', values: { note: 'for {{line.title}}' } });
      expect((await licensesOf(line))[0].note).toBe('for {{line.title}}');
    });

    test('a rule resolves its line and the others like it, and tells before which those are', async () => {
      const sku = 'LIKE-EACH-OTHER';
      const [first, second, other] = [await waiting(sku, 2), await waiting(sku), await waiting()];
      const asked = {
        product: 'acmepro',
        policy: 'yearly',
        as: 'rule',
        when: { sku },
        name: 'Like each other',
      };
      const before = await at().api.get('/v1/mappings/shopify');
      const told = await resolve(first.line, { ...asked, dry_run: true });
      expect(told.status).toBe(200);
      expect(told.body).toMatchObject({
        dry_run: true,
        changes: [
          { change: 'issue', unit: 0 },
          { change: 'issue', unit: 1 },
        ],
        line: { state: 'issued', rule: 'Like each other' },
        rule: {
          name: 'Like each other',
          when: { sku: [sku] },
          grant: [{ product: 'acmepro', policy: 'yearly' }],
        },
        revision: before.revision,
        also: { count: 1, more: false, items: [{ id: second.line.id }] },
      });
      expect(told.body.rule_yaml).toMatch(/^- \{"name":"Like each other"/);
      expect(await at().api.get('/v1/mappings/shopify')).toEqual(before);
      expect((await shown(first.line)).state).toBe('parked');

      const stale = await resolve(first.line, { ...asked, revision: before.revision + 1 });
      expect([stale.status, stale.body.code]).toEqual([412, 'edited_meanwhile']);
      const done = await resolve(first.line, { ...asked, revision: before.revision });
      expect(done.body).toMatchObject({
        changes: [{ change: 'issue' }, { change: 'issue' }],
        line: { state: 'issued', rule: 'Like each other', choice: null },
        revision: before.revision + 1,
      });
      expect((await rules()).at(-1)).toMatchObject(done.body.rule);
      const again = await resolve(first.line, asked);
      expect([again.status, again.body.changes, again.body.revision]).toEqual([200, [], before.revision + 1]);
      await at().door.settle();
      expect((await shown(second.line)).state).toBe('issued');
      expect((await shown(other.line)).state).toBe('parked');
      await replayed(first.line);
    });

    test('a rule asks for what says most of the line, unless it is told otherwise, and is named by its title', async () => {
      const { line } = await waiting();
      const { body } = await resolve(line, { ignore: 'a sticker', as: 'rule' });
      expect(body.rule).toEqual({
        name: line.title,
        when: { variant: [line.refs.variant] },
        ignore: 'a sticker',
      });
      expect(body.line).toMatchObject({ state: 'ignored', rule: line.title, reason: 'a sticker' });
      const next = await waiting();
      const named = await resolve(next.line, { ignore: 'a sticker', as: 'rule' });
      expect(named.body.rule.name).toBe(`${line.title} (variant ${next.line.refs.variant})`);
    });

    test('the same rule asked for twice at once is one rule', async () => {
      const { line } = await waiting();
      const asked = { product: 'acmecli', as: 'rule', name: `At once ${line.refs.variant}` };
      const both = await Promise.all([resolve(line, asked), resolve(line, asked)]);
      expect(both.map(({ status }) => status)).toEqual([200, 200]);
      expect((await rules()).filter((it) => it.name === asked.name)).toHaveLength(1);
      expect(await standing(line)).toEqual(['0 acmecli perpetual active']);
    });

    test('of two rules at once for lines that are alike one is made, and its lines are what it says', async () => {
      const sku = `ALIKE-${orders}`;
      const [first, second] = [await waiting(sku), await waiting(sku)];
      const when = { sku };
      const both = await Promise.all([
        resolve(first.line, { product: 'acmecli', as: 'rule', name: `${sku} a`, when }),
        resolve(second.line, { product: 'acmepro', as: 'rule', name: `${sku} b`, when }),
      ]);
      expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
      expect(both.find(({ status }) => status === 409)?.body).toMatchObject({ code: 'line_not_parked' });
      await at().door.settle();
      const made = (await rules()).filter((it) => it.when.sku?.[0] === sku);
      expect(made).toHaveLength(1);
      const gives = `0 ${made[0].grant[0].product} perpetual active`;
      for (const { line } of [first, second]) expect(await standing(line)).toEqual([gives]);
    });

    test('two different choices at once: one is done, the other is refused', async () => {
      const { line } = await waiting();
      const both = await Promise.all([
        resolve(line, { product: 'acmecli' }),
        resolve(line, { product: 'acmepro' }),
      ]);
      expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
      expect(await licensesOf(line)).toHaveLength(1);
    });

    test('no line is not found; a rule takes the scope `admin`', async () => {
      const { api, door } = at();
      const { line } = await waiting();
      for (const id of [
        'none',
        'ord_none.MQ',
        `${line.order_id}.MQ`,
        `${line.order_id}.%F0`,
        `.${line.id}`,
      ]) {
        expect((await api.call('GET', `/v1/parked/${id}`)).status).toBe(404);
        expect((await api.call('POST', `/v1/parked/${id}/resolve`, { product: 'acmepro' })).status).toBe(404);
        expect(
          (await api.call('POST', `/v1/parked/${id}/resolve`, { product: 'acmepro', as: 'rule' })).status,
        ).toBe(404);
        expect((await api.call('POST', `/v1/parked/${id}/unresolve`)).status).toBe(404);
      }
      const made = await api.call('POST', '/v1/api-keys', { name: 'the desk', scopes: ['issue'] });
      const desk = client(door, made.body.key);
      const path = `/v1/parked/${line.id}/resolve`;
      const rule = await desk.call('POST', path, { product: 'acmepro', as: 'rule' });
      expect([rule.status, rule.body.code]).toEqual([403, 'scope_missing']);
      const done = await desk.call('POST', path, { product: 'acmepro' });
      expect([done.status, done.body.line.choice.by]).toEqual([200, made.body.id]);
    });
  });

  describe('If-Match', () => {
    async function asked(method: string, path: string, version: string, body: unknown = {}) {
      const answer = await at().door.request(path, {
        method,
        headers: {
          authorization: `Bearer ${ADMIN_KEY}`,
          'content-type': 'application/json',
          'if-match': version,
        },
        body: JSON.stringify(body),
      });
      const said: Answered = await answer.json();
      return { status: answer.status, body: said, etag: answer.headers.get('etag') ?? '' };
    }
    const versionAt = async (path: string) =>
      (await at().api.call('GET', path)).headers.get('etag') ?? 'none';

    test('an act is done to the version that was read, and to no other', async () => {
      const made = await at().api.call('POST', '/v1/orders', { items: [{ product: 'acmepro' }] });
      const [license] = made.body.items[0].licenses;
      const path = `/v1/licenses/${license.id}`;
      const first = await versionAt(path);
      expect(first).toMatch(/^"\d+"$/);
      expect([made.headers.get('etag'), await versionAt(`/v1/orders/${made.body.id}`)]).toEqual([
        first,
        first,
      ]);
      const changed = await asked('PATCH', path, first, { max_activations: 5 });
      expect([changed.status, changed.body.max_activations, changed.etag]).toEqual([
        200,
        5,
        await versionAt(path),
      ]);
      expect(changed.etag).not.toBe(first);
      for (const verb of ['suspend', 'reinstate', 'revoke', 'reissue', 'reset_activations']) {
        const late = await asked('POST', `${path}/${verb}`, first);
        expect([late.status, late.body.code]).toEqual([412, 'edited_meanwhile']);
      }
      const late = await asked('PATCH', path, first, { max_activations: 6 });
      expect([late.status, late.body.code]).toEqual([412, 'edited_meanwhile']);
      expect((await asked('PATCH', path, '"x"', { max_activations: 6 })).status).toBe(412);
      expect((await asked('PATCH', path, '*', { max_activations: 6 })).status).toBe(200);
      const now = await versionAt(path);
      expect((await asked('POST', `${path}/suspend`, `"1", ${now}`)).status).toBe(200);
    });

    test('of two at once one is done', async () => {
      const made = await at().api.call('POST', '/v1/orders', { items: [{ product: 'acmepro' }] });
      const path = `/v1/licenses/${made.body.items[0].licenses[0].id}`;
      const version = await versionAt(path);
      const both = await Promise.all(
        [5, 6, 7].map((max_activations) => asked('PATCH', path, version, { max_activations })),
      );
      expect(both.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
      const won = both.find(({ status }) => status === 200);
      expect((await at().api.get(path)).max_activations).toBe(won?.body.max_activations);
    });

    test('holds for lines that wait, and for reviews', async () => {
      const { line, tell } = await waiting();
      const path = `/v1/parked/${line.id}`;
      const first = await versionAt(path);
      await tell(2);
      for (const as of ['order', 'rule']) {
        const late = await asked('POST', `${path}/resolve`, first, { product: 'acmepro', as });
        expect([late.status, late.body.code]).toEqual([412, 'edited_meanwhile']);
      }
      const done = await asked('POST', `${path}/resolve`, await versionAt(path), { product: 'acmepro' });
      expect([done.status, done.etag]).toEqual([200, await versionAt(path)]);
      expect((await asked('POST', `${path}/unresolve`, first)).status).toBe(412);

      const { door, api } = at();
      await send(door, 'shopify', 'paid', 'if-match');
      await send(door, 'shopify', 'refund-unit', 'if-match');
      await door.settle();
      const [review] = (await api.get('/v1/reviews?source=shopify')).items;
      expect((await asked('POST', `/v1/reviews/${review.id}/accept`, '"99"')).status).toBe(412);
      const version = await versionAt(`/v1/orders/${review.order_id}`);
      const accepted = await asked('POST', `/v1/reviews/${review.id}/accept`, version);
      expect([accepted.status, accepted.body.made]).toEqual([200, accepted.body.changes]);
    });
  });

  describe('what persons gave a license', () => {
    test('is shown with whose act it was last, and nothing once it is taken back', async () => {
      const { api } = at();
      const made = await api.call('POST', '/v1/orders', {
        items: [{ product: 'acmepro', policy: 'yearly' }],
      });
      const path = `/v1/licenses/${made.body.items[0].licenses[0].id}`;
      expect((await api.get(path)).overrides).toBeNull();
      await api.call('POST', `${path}/suspend`);
      const asked = { max_activations: 9, custom_fields: { team: 'x' }, extend_to: '2099-01-01' };
      const { body } = await api.call('PATCH', path, asked);
      expect(body.overrides).toEqual({
        hold: 'suspend',
        valid_until: null,
        extend_to: '2099-01-01T00:00:00.000Z',
        fields: { max_activations: 9, custom_fields: { team: 'x' } },
        by: expect.any(String),
        at: expect.stringMatching(/^\d{4}-.*Z$/),
      });
      expect(await api.get(path)).toMatchObject({ overrides: body.overrides });
      expect((await api.call('PATCH', path, { valid_until: 'never' })).body.overrides.valid_until).toBe(
        'never',
      );
      await api.call('POST', `${path}/reinstate`);
      const none = { max_activations: null, custom_fields: null, extend_to: null, valid_until: null };
      expect((await api.call('PATCH', path, none)).body.overrides).toBeNull();
    });

    test('its activations are reset by a moment that its app reads; each time is another moment', async () => {
      const { line, tell } = await waiting();
      const resolved = await resolve(line, { product: 'acmepro' });
      const path = `/v1/licenses/${resolved.body.changes[0].license_id}`;
      const { api } = at();
      const before = await api.get(path);
      expect(before.activations_reset_at).toBeNull();
      const first = await api.call('POST', `${path}/reset_activations`, { note: 'a new laptop' });
      const { activations_reset_at: when } = first.body;
      expect([first.status, when]).toEqual([200, expect.stringMatching(/^\d{4}-.*Z$/)]);
      expect(first.body).toMatchObject({ key: before.key, state: 'active', overrides: null });
      expect(first.body.timeline.at(-1)).toMatchObject({
        cause: { by: 'person', act: `reset activations of license ${before.id}`, note: 'a new laptop' },
        changes: [
          {
            change: 'alter',
            fields: { activations_reset_at: when },
            from: { fields: { activations_reset_at: null } },
          },
        ],
      });
      await tell(1);
      await replayed(line);
      expect((await api.get(path)).activations_reset_at).toBe(when);
      const second = await api.call('POST', `${path}/reset_activations`);
      expect(Date.parse(second.body.activations_reset_at)).toBeGreaterThan(Date.parse(when));
      const leaked = await api.call('POST', `${path}/reissue`);
      expect([leaked.status, leaked.body.key === before.key]).toEqual([200, false]);
      expect((await api.call('POST', `${path}/reset_activations`)).body).toMatchObject({
        code: 'license_replaced',
      });
    });
  });
}
