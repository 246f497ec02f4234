/** Part of the HTTP contract: POST /v1/orders, orders by hand and by API. */
import { describe, expect, test } from 'vitest';
import { type Answered, type Client, client, type HttpDoor } from './http-house.ts';

const PRO = { product: 'acmepro' };
const DAY_MS = 24 * 3_600_000;

/** @param at the house, once it is open */
export function ordersByHand(at: () => { readonly api: Client; readonly door: HttpDoor }): void {
  const post = (body: unknown) => at().api.call('POST', '/v1/orders', body);
  const get = (path: string) => at().api.get(path);
  const licensesOf = ({ items }: Answered): Answered[] => items.flatMap((it: Answered) => it.licenses);
  const keysOf = (order: Answered): string[] => licensesOf(order).map((it) => it.key);
  const errorsOf = ({ errors }: Answered): [string, string][] =>
    errors.map((it: Answered) => [it.path, it.message]);
  const listed = async (id: string) => (await get(`/v1/orders?source=manual&external_id=${id}`)).items;

  describe('POST /v1/orders', () => {
    test('one product gives one license, and the answer is the whole order', async () => {
      const { status, body } = await post({ id: 'hand-1', items: [PRO] });
      expect(status).toBe(201);
      expect(body).toMatchObject({
        source: 'manual',
        external_id: 'hand-1',
        refs: ['hand-1'],
        state: 'issued',
        test: false,
        flags: [],
        customer: null,
        currency: null,
        total: null,
        items: [
          {
            line_id: '1',
            title: 'Acme Pro',
            quantity: 1,
            state: 'issued',
            rule: 'by hand',
            product: 'acmepro',
            policy: 'perpetual',
            refs: { product: 'acmepro' },
            licenses: [{ state: 'active', license_type: 'perpetual', max_activations: 2 }],
          },
        ],
        timeline: [{ version: 1, cause: { by: 'person', act: 'issue by hand', note: null } }],
      });
      expect(await get(`/v1/orders/${body.id}`)).toEqual(body);
      expect((await listed('hand-1')).map((it: Answered) => it.id)).toEqual([body.id]);
    });

    test('without an id it gets one of its own, so the same twice is two orders', async () => {
      const [one, other] = [await post({ items: [PRO] }), await post({ items: [PRO] })];
      expect([one.status, other.status]).toEqual([201, 201]);
      expect(one.body.external_id).toMatch(/^man_/);
      expect(other.body.external_id).not.toBe(one.body.external_id);
    });

    test('the same content again answers 200 with the same licenses, defaults written or not', async () => {
      const first = await post({ id: 'hand-again', items: [PRO] });
      const again = await post({
        id: 'hand-again',
        test: false,
        append: false,
        items: [{ id: '1', quantity: 1, values: {}, product: 'acmepro' }],
      });
      expect([first.status, again.status]).toEqual([201, 200]);
      expect(again.body).toEqual(first.body);
    });

    test('other content under the same id is refused, each difference with its place', async () => {
      const first = await post({
        id: 'hand-other',
        customer: { email: 'jo@example.com' },
        items: [PRO, { ...PRO, id: 'b', values: { max_activations: 3 } }, { product: 'acmecli' }],
      });
      const other = await post({
        id: 'hand-other',
        customer: { email: 'mo@example.com', name: 'Mo' },
        test: true,
        items: [
          { ...PRO, quantity: 2 },
          { ...PRO, id: 'b', policy: 'yearly', values: { max_activations: 4 } },
          { ...PRO, id: 'z' },
        ],
      });
      expect([other.status, other.body.code]).toEqual([409, 'exists_with_different_content']);
      expect(errorsOf(other.body)).toEqual([
        ['body.customer.email', 'is "mo@example.com", and was "jo@example.com"'],
        ['body.customer.name', 'is "Mo", and was left out'],
        ['body.test', 'is true, and was false'],
        ['body.items[0].quantity', 'is 2, and was 1'],
        ['body.items[1].values.max_activations', 'is 4, and was 3'],
        ['body.items[1].policy', 'is "yearly", and was left out'],
        ['body.items[2]', 'the item "z" was not among them'],
        ['body.items', 'the item "3" is left out'],
      ]);
      expect((await get(`/v1/orders/${first.body.id}`)).items).toEqual(first.body.items);
    });

    test('two that are the same at once are one order; of two that differ one is refused', async () => {
      const same = await Promise.all([1, 2, 3].map(() => post({ id: 'hand-race', items: [PRO] })));
      expect(same.map(({ status }) => status).sort()).toEqual([200, 200, 201]);
      expect(new Set(same.flatMap(({ body }) => keysOf(body))).size).toBe(1);

      const different = await Promise.all(
        [1, 2, 3].map((quantity) => post({ id: 'hand-rivals', items: [{ ...PRO, quantity }] })),
      );
      expect(different.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
      const won = different.find(({ status }) => status === 201)?.body;
      const [order] = await listed('hand-rivals');
      expect(keysOf(order)).toEqual(keysOf(won));
      expect(keysOf(order)).toHaveLength(won.items[0].quantity);
    });

    test('several items, several units, and a bundle: each unit of each product has a license', async () => {
      const { body } = await post({
        items: [
          { ...PRO, policy: 'yearly', quantity: 2 },
          { bundle: 'acmesuite', id: 'suite' },
        ],
      });
      expect(
        body.items.map((it: Answered) => [it.line_id, it.product, it.policy, it.licenses.length]),
      ).toEqual([
        ['1', 'acmepro', 'yearly', 2],
        ['suite', 'acmepro', 'perpetual', 1],
        ['suite', 'acmecli', 'perpetual', 1],
      ]);
      expect(new Set(keysOf(body)).size).toBe(4);
    });

    test('values win over the policy, and what they leave out is the policy’s', async () => {
      const values = {
        license_type: 'time-limited',
        valid_duration: '30d',
        max_activations: 7,
        custom_fields: { team: 'Blue {{buyer.email}}' },
        note: 'as agreed with {{Jo}}',
        metadata: { po: 17 },
      };
      const { body } = await post({ items: [{ ...PRO, values }], metadata: { po: 1, desk: 'north' } });
      expect(licensesOf(body)).toMatchObject([
        { ...values, features: ['export'], metadata: { po: 17, desk: 'north' } },
      ]);
    });

    test('ids that mean something to JavaScript are ids', async () => {
      const ids = ['__proto__', 'constructor', 'a/b"c', 'ÄÖ 7'];
      for (const id of ids) {
        const order = { id, items: ids.map((it) => ({ ...PRO, id: it })) };
        const first = await post(order);
        expect(first.body.items.map((it: Answered) => [it.line_id, it.licenses.length])).toEqual(
          ids.map((it) => [it, 1]),
        );
        const more = ids.map((it) => ({ ...PRO, id: `${it}+` }));
        const added = await post({ id, append: true, items: more });
        expect(keysOf(added.body)).toHaveLength(2 * ids.length);
        expect([(await post(order)).body, (await post({ id, append: true, items: more })).body]).toEqual([
          added.body,
          added.body,
        ]);
      }
    });

    test('a start date moves the license’s time', async () => {
      const start = new Date(at().door.now() + 10 * DAY_MS).toISOString();
      const values = { start_date: start, license_type: 'time-limited', valid_duration: '5d' };
      const { body } = await post({ items: [{ ...PRO, values }] });
      expect(licensesOf(body)[0].valid_until).toBe(new Date(Date.parse(start) + 5 * DAY_MS).toISOString());
    });

    test('a test order issues, and says that it is one', async () => {
      const { body } = await post({ test: true, items: [PRO] });
      expect([body.test, body.state, keysOf(body).length]).toEqual([true, 'issued', 1]);
    });

    test('a customer is made once and found again, by email, by reference, or by id', async () => {
      const jane = { email: 'Jane@Hand.example', name: 'Jane', company: 'Hand & Co', phone: '+49 1' };
      const first = await post({ customer: jane, items: [PRO] });
      expect(first.body.customer).toMatchObject({ name: 'Jane', company: 'Hand & Co', phone: '+49 1' });
      const { id } = first.body.customer;
      const byEmail = await post({ customer: { email: 'jane@hand.example' }, items: [PRO] });
      const byId = await post({ customer: id, items: [PRO] });
      expect([byEmail.body.customer.id, byId.body.customer.id]).toEqual([id, id]);

      const [one, two] = [
        await post({ customer: { reference: 'crm-7', name: 'Seven' }, items: [PRO] }),
        await post({ customer: { reference: 'crm-7' }, items: [PRO] }),
      ];
      expect(one.body.customer).toMatchObject({ reference: 'crm-7', name: 'Seven', email: null });
      expect(two.body.customer.id).toBe(one.body.customer.id);

      const unreachable = await post({ customer: one.body.customer.id, items: [PRO] });
      expect(errorsOf(unreachable.body)).toEqual([['body.customer', 'has no email address']]);
      const nobody = await post({ customer: 'cus_nobody', items: [PRO] });
      expect(errorsOf(nobody.body)).toEqual([['body.customer', 'there is no customer of this id']]);
    });

    test('an account takes the customer in, and no other account gets a customer that way', async () => {
      const made = async (name: string) => (await at().api.call('POST', '/v1/accounts', { name })).body;
      const [acme, other] = [await made('Acme by hand'), await made('Other by hand')];
      const whom = { customer: { email: 'member@hand.example' }, items: [PRO] };
      const { body } = await post({ ...whom, id: 'hand-account', account: acme.id });
      expect(body.customer.account).toEqual({ id: acme.id, name: 'Acme by hand' });
      const moved = await post({ ...whom, account: other.id });
      expect(errorsOf(moved.body)).toEqual([['body.account', `the customer belongs to ${acme.id}`]]);
      const nobodys = { customer: { reference: 'new' }, items: [PRO], account: 'acc_nobody' };
      expect(errorsOf((await post(nobodys)).body)).toEqual([
        ['body.account', 'there is no account of this id'],
      ]);
      expect(errorsOf((await post({ items: [PRO], account: acme.id })).body)).toEqual([
        ['body.account', 'has nobody to belong to it'],
      ]);
      // Whoever takes the customer out again is not contradicted by what was entered before.
      const { id } = body.customer;
      await at().api.call('PATCH', `/v1/customers/${id}`, { account_id: null });
      await post({ ...whom, id: 'hand-account', account: acme.id });
      await post({ id: 'hand-account', append: true, items: [{ ...PRO, id: 'more' }] });
      expect((await get(`/v1/customers/${id}`)).account).toBeNull();
    });

    test('a note stands in the timeline, with whoever entered it', async () => {
      const { body } = await post({ note: 'paid by bank transfer', items: [PRO] });
      expect(body.timeline[0].cause).toMatchObject({
        by: 'person',
        act: 'issue by hand',
        note: 'paid by bank transfer',
      });
      expect(body.timeline[0].cause.actor).toEqual(expect.any(String));
    });

    const unsound: readonly (readonly [string, unknown, readonly (readonly [string, string])[]])[] = [
      ['no items', { items: [] }, [['body.items', 'is empty']]],
      ['a product that is not sold', { items: [{ product: 'acmepo' }] }, [['body.items[0].product', 'there is no product "acmepo"']]],
      ['a bundle that is not sold', { items: [{ bundle: 'acmepro' }] }, [['body.items[0].bundle', 'there is no bundle "acmepro"']]],
      ['a policy that the product has not', { items: [PRO, { ...PRO, policy: 'yearl' }] }, [['body.items[1].policy', 'acmepro has no policy "yearl"']]],
      ['a policy of a bundle', { items: [{ bundle: 'acmesuite', policy: 'yearly' }] }, [['body.items[0].policy', 'a bundle takes no policy']]],
      ['neither product nor bundle', { items: [{}] }, [['body.items[0]', 'names neither a product nor a bundle']]],
      ['both product and bundle', { items: [{ ...PRO, bundle: 'acmesuite' }] }, [['body.items[0]', 'names both a product and a bundle']]],
      ['a field that no license has', { items: [{ ...PRO, values: { max_activation: 1 } }] }, [['body.items[0].values.max_activation', 'there is no key "max_activation" here']]],
      ['a feature that the product has not', { items: [{ ...PRO, values: { features: ['import'] } }] }, [['body.items[0].values.features[0]', 'acmepro has no feature "import"']]],
      ['a custom field that the product has not', { items: [{ ...PRO, values: { custom_fields: { tem: 'x' } } }] }, [['body.items[0].values.custom_fields.tem', 'acmepro has no custom field "tem"']]],
      ['a type without its time', { items: [{ product: 'acmecli', values: { license_type: 'time-limited' } }] }, [['body.items[0].values', 'a time-limited license needs valid_duration']]],
      ['no units', { items: [{ ...PRO, quantity: 0 }] }, [['body.items[0].quantity', 'is less than 1']]],
      ['more units than a line may have', { items: [{ ...PRO, quantity: 1001 }] }, [['body.items[0].quantity', 'is more than 1000']]],
      ['more units than an order may have', { items: Array.from({ length: 6 }, () => ({ ...PRO, quantity: 900 })) }, [['body.items', 'come to 5400 units; one order has 5000 at most']]],
      ['two items of one id', { items: [{ ...PRO, id: '2' }, PRO] }, [['body.items[1].id', '"2" is already taken']]],
      ['a customer whom nobody can find again', { customer: { name: 'Jo' }, items: [PRO] }, [['body.customer', 'has neither email nor reference']]],
      ['a key that nobody reads', { items: [PRO], custommer: 'x' }, [['body.custommer', 'there is no key "custommer" here']]],
      ['an id with a blank at its end', { id: 'a ', items: [PRO] }, [['body.id', 'is not an id: 1 to 200 letters, no blank at either end']]],
      ['a template in place of a product', { items: [{ product: '{{"acmepro"}}' }] }, [['body.items[0].values', 'there is no product "{{"acmepro"}}"']]],
      ['a template in place of a bundle', { items: [{ bundle: '{{"acmesuite"}}' }] }, [['body.items[0].values', 'there is no bundle "{{"acmesuite"}}"']]],
      ['a template in place of a policy', { items: [{ ...PRO, policy: '{{"yearly"}}' }] }, [['body.items[0].values', 'acmepro has no policy "{{"yearly"}}"']]],
      ['an id that a database keeps as another', { id: '\ud800', items: [{ ...PRO, id: '\udfff' }] }, [['body.id', 'is not an id: 1 to 200 letters, no blank at either end'], ['body.items[0].id', 'is not an id: 1 to 200 letters, no blank at either end']]],
      ['a customer whom a database keeps as another', { customer: { email: 'n\0@hand.example', reference: 'n\ud800' }, items: [PRO] }, [['body.customer.email', 'is not an email address'], ['body.customer.reference', 'holds a letter that is none']]],
      ['an addition without ids', { append: true, items: [PRO] }, [['body.id', 'is missing'], ['body.items[0].id', 'is missing']]],
    ]; // biome-ignore format: a table

    test.each(unsound)('%s is refused with its place, and nothing is stored', async (_, body, errors) => {
      const before = (await get('/v1/events?source=manual&limit=1')).items;
      const { status, body: answer } = await post(body);
      expect([status, answer.code]).toEqual([422, 'request_invalid']);
      expect(errorsOf(answer)).toEqual(errors);
      expect((await get('/v1/events?source=manual&limit=1')).items).toEqual(before);
    });

    test('whoever may only read issues nothing', async () => {
      const made = await at().api.call('POST', '/v1/api-keys', { name: 'reader', scopes: ['read'] });
      const { status } = await client(at().door, made.body.key).call('POST', '/v1/orders', { items: [PRO] });
      expect(status).toBe(403);
    });

    test('a replay of its event changes nothing, and explains itself', async () => {
      const { body } = await post({ items: [PRO] });
      const [event] = (await get(`/v1/events?order=${body.id}`)).items;
      expect([event.source, event.type, event.state]).toEqual(['manual', 'keyferry.order', 'done']);
      for (const options of [{}, { remap: true }, { refresh: true }]) {
        const replayed = await at().api.call('POST', `/v1/events/${event.id}/replay`, options);
        expect(replayed.body).toMatchObject({ changes: [], state: 'done', order_id: body.id });
      }
      const explained = await at().api.call('POST', '/v1/mappings/manual/explain', { event: event.id });
      expect(explained.body.lines).toMatchObject([{ rule: 'by hand', outcome: { is: 'granted' } }]);
    });

    test('nobody can send it webhooks, or give it rules', async () => {
      const sent = await at().door.request('/webhooks/manual', { method: 'POST', body: '{}' });
      const answer: Answered = await sent.json();
      expect([sent.status, answer.code]).toEqual([404, 'source_unknown']);
      const mapping = { integration: 'stripe', mode: 'live' };
      const put = await at().api.call('PUT', '/v1/mappings/manual', { mapping });
      expect([put.status, put.body.code]).toEqual([422, 'config_invalid']);
    });
  });

  describe('POST /v1/orders with append', () => {
    const append = (id: string, items: unknown, more: object = {}) =>
      post({ id, append: true, items, ...more });
    const lines = ({ items }: Answered) => items.map((it: Answered) => [it.line_id, it.licenses.length]);

    test('adds items to the order, each once, however often it is sent', async () => {
      const first = await post({ id: 'more', items: [PRO] });
      const added = await append('more', [{ ...PRO, id: 'x', quantity: 2 }], { note: 'two more seats' });
      expect([added.status, added.body.id]).toEqual([200, first.body.id]);
      expect(lines(added.body)).toEqual([
        ['1', 1],
        ['x', 2],
      ]);
      expect(keysOf(added.body)).toContain(keysOf(first.body)[0]);
      expect(added.body.timeline.at(-1).cause.note).toBe('two more seats');

      const again = await append('more', [
        { ...PRO, id: '1' },
        { ...PRO, id: 'x', quantity: 2 },
      ]);
      expect(again.status).toBe(200);
      expect(again.body).toEqual(added.body);
      const original = await post({ id: 'more', items: [PRO] });
      expect([original.status, original.body]).toEqual([200, added.body]);
    });

    test('an order that is not there yet begins with it', async () => {
      const { status, body } = await append('begun', [{ ...PRO, id: 'x' }]);
      expect([status, lines(body)]).toEqual([201, [['x', 1]]]);
    });

    test('where the order begins with it, an account needs its customer, as ever', async () => {
      const account = (await at().api.call('POST', '/v1/accounts', { name: 'Begun' })).body.id;
      for (const whose of [account, 'acc_nobody']) {
        const { status, body } = await append('begun-with-account', [{ ...PRO, id: 'x' }], {
          account: whose,
        });
        expect([status, errorsOf(body)]).toEqual([422, [['body.account', 'has nobody to belong to it']]]);
      }
      expect(await listed('begun-with-account')).toEqual([]);
      const customer = { email: 'begun@hand.example' };
      const begun = await append('begun-with-account', [{ ...PRO, id: 'x' }], { account, customer });
      const more = await append('begun-with-account', [{ ...PRO, id: 'y' }], { account });
      expect([begun.status, more.status]).toEqual([201, 200]);
    });

    test('an item that differs from the one of its id is refused, the order’s first ones too', async () => {
      await append('differs', [{ ...PRO, id: 'x' }], { customer: { email: 'a@b.example' } });
      await append('differs', [{ ...PRO, id: 'y' }]);
      const { status, body } = await append('differs', [
        { ...PRO, id: 'x', quantity: 2 },
        { ...PRO, id: 'z' },
      ], { customer: { email: 'c@b.example' } }); // biome-ignore format: one call
      expect([status, body.code]).toEqual([409, 'exists_with_different_content']);
      expect(errorsOf(body)).toEqual([
        ['body.customer.email', 'is "c@b.example", and was "a@b.example"'],
        ['body.items[0].quantity', 'is 2, and was 1'],
      ]);
      const later = await append('differs', [{ product: 'acmecli', id: 'y' }]);
      expect([later.status, errorsOf(later.body)]).toEqual([
        409,
        [['body.items[0].product', 'is "acmecli", and was "acmepro"']],
      ]);
      expect(lines((await listed('differs'))[0])).toEqual([
        ['x', 1],
        ['y', 1],
      ]);
    });

    test('an item that is not sold is refused, and none of the others is added', async () => {
      await post({ id: 'unsold', items: [PRO] });
      const { status, body } = await append('unsold', [
        { ...PRO, id: 'x' },
        { product: 'nothing', id: 'y' },
      ]);
      expect([status, errorsOf(body)]).toEqual([
        422,
        [['body.items[1].product', 'there is no product "nothing"']],
      ]);
      expect(lines((await listed('unsold'))[0])).toEqual([['1', 1]]);
    });

    test('several at once are all there, the one that makes the order too', async () => {
      const ids = ['a', 'b', 'c', 'd'];
      const all = await Promise.all(ids.map((id) => append('crowd', [{ ...PRO, id }])));
      expect(all.map(({ status }) => status).sort()).toEqual([200, 200, 200, 201]);
      const [order] = await listed('crowd');
      expect(lines(order).sort()).toEqual(ids.map((id) => [id, 1]));
      expect(new Set(keysOf(order)).size).toBe(4);
    });
  });
}
