/** Part of the HTTP contract: accounts and customers made, changed and deleted by hand. */
import { describe, expect, test } from 'vitest';
import { type Answered, type Client, type HttpDoor, send } from './http-house.ts';

/** @param at the house, once it is open */
export function peopleByHand(at: () => { readonly api: Client; readonly door: HttpDoor }): void {
  const call: Client['call'] = (...asked) => at().api.call(...asked);
  const get = (path: string) => at().api.get(path);
  const account = async (name: string): Promise<Answered> =>
    (await call('POST', '/v1/accounts', { name })).body;
  const told = ({ status, body }: { status: number; body: Answered }) => [status, body.code, body.detail];

  describe('accounts by hand', () => {
    test('an account is renamed by whoever read the newest version, and by nobody else', async () => {
      const made = await call('POST', '/v1/accounts', { name: 'Acme' });
      const path = `/v1/accounts/${made.body.id}`;
      expect(made.headers.get('etag')).toBe('"1"');
      expect((await call('GET', path)).headers.get('etag')).toBe('"1"');
      const changed = await call('PATCH', path, { name: 'Acme Ltd' }, { 'if-match': '"1"' });
      expect([changed.status, changed.body.name, changed.headers.get('etag')]).toEqual([
        200,
        'Acme Ltd',
        '"2"',
      ]);
      const late = await call('PATCH', path, { name: 'Acme GmbH' }, { 'if-match': '"1"' });
      expect([late.status, late.body.code]).toEqual([412, 'edited_meanwhile']);
      expect((await call('PATCH', path, { name: 'Acme AG' })).headers.get('etag')).toBe('"3"');
      // The same again is no change.
      expect(
        (await call('PATCH', path, { name: 'Acme AG' }, { 'if-match': '"3"' })).headers.get('etag'),
      ).toBe('"3"');
      expect((await call('PATCH', path, {}, { 'if-match': 'W/"3"' })).status).toBe(412);
      expect(await get(path)).toEqual({ ...made.body, name: 'Acme AG' });
    });

    test('of two who change it at once with one version, one is told to read it anew', async () => {
      const { id } = await account('Both');
      const both = await Promise.all(
        ['one', 'other'].map((name) => call('PATCH', `/v1/accounts/${id}`, { name }, { 'if-match': '"1"' })),
      );
      expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
      const winner = both.find(({ status }) => status === 200);
      expect(await get(`/v1/accounts/${id}`)).toEqual(winner?.body);
    });

    test('one that customers belong to is not deleted, and the refusal names them', async () => {
      const { id } = await account('Reseller');
      const { body: customer } = await call('POST', '/v1/customers', {
        email: 'in@example.com',
        account_id: id,
      });
      const refused = await call('DELETE', `/v1/accounts/${id}`);
      expect(told(refused)).toEqual([409, 'referenced', `1 customer: ${customer.id}`]);
      expect(refused.body.errors[0].remedy).toContain('PATCH /v1/customers/{id}');
      await call('PATCH', `/v1/customers/${customer.id}`, { account_id: null });
      expect((await call('DELETE', `/v1/accounts/${id}`, undefined, { 'if-match': '"9"' })).status).toBe(412);
      expect((await call('DELETE', `/v1/accounts/${id}`)).body).toEqual({ id, deleted: true });
      expect((await call('GET', `/v1/accounts/${id}`)).status).toBe(404);
      expect((await call('DELETE', `/v1/accounts/${id}`)).status).toBe(404);
    });
  });

  describe('customers by hand', () => {
    const email = 'Lin.Chen@example.com';
    const lin = { email, name: 'Lin Chen', company: 'Chen Ltd' };

    test('a person is made once, by their email in whatever letters', async () => {
      const made = await call('POST', '/v1/customers', lin);
      expect(made.status).toBe(201);
      expect(made.body).toMatchObject({ ...lin, phone: null, account: null, differs: [] });
      const again = await call('POST', '/v1/customers', lin);
      expect([again.status, again.body]).toEqual([200, made.body]);
      const other = await call('POST', '/v1/customers', {
        email: email.toLowerCase(),
        name: 'L. Chen',
        phone: '1',
      });
      expect([other.status, other.body]).toEqual([200, { ...made.body, differs: ['name', 'phone'] }]);
      const { items } = await get(`/v1/customers?email=${email.toUpperCase()}`);
      expect(items.map((it: Answered) => it.id)).toEqual([made.body.id]);
    });

    test('who is made by several at once is one', async () => {
      const all = await Promise.all(
        Array.from({ length: 5 }, () => call('POST', '/v1/customers', { reference: 'crm-77', name: 'Ola' })),
      );
      expect(all.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 201]);
      expect(new Set(all.map(({ body }) => body.id)).size).toBe(1);
    });

    test('an order by hand goes to the customer of its reference, who then stays', async () => {
      const { body: made } = await call('POST', '/v1/customers', { reference: 'crm-78' });
      const items = [{ product: 'acmepro' }];
      const { body: order } = await call('POST', '/v1/orders', { customer: { reference: 'crm-78' }, items });
      expect(order.customer.id).toBe(made.id);
      const refused = await call('DELETE', `/v1/customers/${made.id}`);
      expect(told(refused)).toEqual([409, 'referenced', `1 order: ${order.id}`]);
      expect(refused.body.errors[0].remedy).toContain('/v1/privacy/redactions');
      expect((await get(`/v1/customers/${made.id}`)).id).toBe(made.id);
    });

    test('they are found by their account and by their reference', async () => {
      const { id } = await account('Found');
      const { body: one } = await call('POST', '/v1/customers', { reference: 'crm-79', account_id: id });
      const { body: two } = await call('POST', '/v1/customers', { email: 'two@example.com', account_id: id });
      const found = async (query: string) =>
        (await get(`/v1/customers?${query}`)).items.map((it: Answered) => it.id);
      expect((await found(`account=${id}`)).sort()).toEqual([one.id, two.id].sort());
      expect(await found(`account=${id}&limit=1`)).toHaveLength(1);
      expect(await found('reference=crm-79')).toEqual([one.id]);
      expect(await found('account=acc_none')).toEqual([]);
    });

    test('one is changed by whoever read the newest version, and deleted while nothing was bought', async () => {
      const made = await call('POST', '/v1/customers', { email: 'gone@example.com' });
      const path = `/v1/customers/${made.body.id}`;
      expect(made.headers.get('etag')).toBe('"1"');
      const changed = await call('PATCH', path, { name: 'G' }, { 'if-match': '"1"' });
      expect([changed.status, changed.headers.get('etag')]).toEqual([200, '"2"']);
      expect((await call('PATCH', path, { name: 'H' }, { 'if-match': '"1"' })).status).toBe(412);
      expect((await call('GET', path)).headers.get('etag')).toBe('"2"');
      expect((await call('DELETE', path, undefined, { 'if-match': '"2"' })).body).toEqual({
        id: made.body.id,
        deleted: true,
      });
      expect((await call('GET', path)).status).toBe(404);
      expect((await call('POST', '/v1/customers', { email: 'gone@example.com' })).status).toBe(201);
    });

    test('whoever is forgotten loses the name here, too, and is not made again', async () => {
      const { body: made } = await call('POST', '/v1/customers', { email: 'forget@example.com', name: 'F' });
      const path = `/v1/customers/${made.id}`;
      await call('POST', '/v1/privacy/redactions', { source: 'manual', email: 'forget@example.com' });
      await at().door.settle();
      expect(await get(path)).toMatchObject({ email: null, name: null });
      // Whoever had read the name writes nothing of it back.
      expect((await call('PATCH', path, { name: 'F.' }, { 'if-match': '"1"' })).status).toBe(412);
      expect(told(await call('POST', '/v1/customers', { email: 'FORGET@example.com' })).slice(0, 2)).toEqual([
        409,
        'person_forgotten',
      ]);
    });

    test('a customer whom a shop named is found, and is not made again', async () => {
      await send(at().door, 'stripe', 'one-time', 'named');
      await at().door.settle();
      const [known] = (await get('/v1/customers?email=noor.veerman@example.com')).items;
      const { status, body } = await call('POST', '/v1/customers', { email: known.email });
      expect([status, body]).toEqual([200, { ...known, differs: [] }]);
    });

    const refusals: readonly (readonly [string, unknown, string])[] = [
      ['nobody', {}, 'body'],
      ['no email', { email: 'no one' }, 'body.email'],
      ['an account that is not there', { email: 'a@example.com', account_id: 'acc_none' }, 'body.account_id'],
      ['an unknown field', { email: 'a@example.com', nmae: 'A' }, 'body.nmae'],
      ['half a letter', { email: 'a@example.com', name: '\ud800' }, 'body.name'],
    ]; // biome-ignore format: a table

    test.each(refusals)('%s is refused', async (_what, body, path) => {
      const answer = await call('POST', '/v1/customers', body);
      expect([answer.status, answer.body.errors?.[0].path]).toEqual([422, path]);
      expect((await get('/v1/customers?email=a@example.com')).items).toEqual([]);
    });
  });
}
