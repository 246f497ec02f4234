/** The HTTP contract of who changed what, and of lists by their filters: the same on every kind of database. */
import { describe, expect, test } from 'vitest';
import { type Answered, type Client, client, type HttpDoor, send } from './http-house.ts';

/** @param current the house that the contract runs on */
export function auditAndLists(current: () => { readonly door: HttpDoor; readonly api: Client }): void {
  let orders = 0;

  async function bought(): Promise<Answered> {
    const { door, api } = current();
    const before = new Set((await api.get('/v1/orders?limit=200')).items.map((it: Answered) => it.id));
    await send(door, 'shopify', 'paid', `audited${orders++}`);
    await door.settle();
    return (await api.get('/v1/orders?limit=200')).items.find((it: Answered) => !before.has(it.id));
  }

  describe('the audit log', () => {
    test('tells who changed what, from what to what, and says it once', async () => {
      const { door, api } = current();
      const order = await bought();
      const [license] = (await api.get(`/v1/licenses?order=${order.id}`)).items;
      const made = (await api.call('POST', '/v1/api-keys', { name: 'ann', scopes: ['admin'] })).body;
      const ann = client(door, made.key);
      for (const _twice of [1, 2])
        await ann.call('POST', `/v1/licenses/${license.id}/suspend`, { note: 'lost' });
      const { items, next_cursor } = await api.get(`/v1/audit?actor=${made.id}&action=license.suspend`);
      expect([items, next_cursor]).toEqual([
        [
          {
            id: expect.stringMatching(/^aud_/),
            at: expect.any(String),
            actor: { id: made.id, name: 'ann' },
            action: 'license.suspend',
            subject: license.id,
            before: { licenses: [{ license_id: license.id, state: 'active', reasons: [] }] },
            after: {
              order_id: order.id,
              version: 2,
              licenses: [
                {
                  change: 'suspend',
                  license_id: license.id,
                  state: 'suspended',
                  reasons: [{ name: 'hold', act: 'suspend', cause: expect.any(String) }],
                  replaced: false,
                },
              ],
            },
            note: 'lost',
          },
        ],
        null,
      ]);
      expect((await ann.call('PATCH', `/v1/api-keys/${made.id}`, { name: 'anne' })).status).toBe(200);
      expect((await api.get(`/v1/audit?subject=${made.id}&action=api_key.change`)).items).toMatchObject([
        { actor: { name: 'anne' }, before: { name: 'ann' }, after: { name: 'anne' } },
      ]);
    });

    test('tells of imports what they changed, and of the same once more, or at the same time, nothing', async () => {
      const { door, api } = current();
      const { id, key } = (await api.call('POST', '/v1/api-keys', { name: 'importer', scopes: ['issue'] }))
        .body;
      const importer = client(door, key);
      const csv = 'email,name,account\nb1@example.com,B,Importers\nb2@example.com,B,Importers';
      const send = (text: string) =>
        importer.call('POST', '/v1/imports/customers', text, { 'content-type': 'text/csv' });
      await Promise.all([send(csv), send(csv)]);
      await door.settle();
      await send(csv);
      await door.settle();
      await send(`${csv}\nb3@example.com,B,Importers`);
      await door.settle();
      const { items } = await api.get(`/v1/audit?actor=${id}`);
      const told = items.filter(({ action }: Answered) => action !== 'job.create');
      // At one time, which a house of the contract stands at, they come in any order.
      const said = told.map(({ action, after }: Answered) => `${action} ${after.name ?? after.customers}`);
      expect(said.sort()).toEqual(['account.create Importers', 'customer.import 1', 'customer.import 2']);
    });

    test('forgets the names of a person with the person', async () => {
      const { api } = current();
      const order = await bought();
      const [license] = (await api.get(`/v1/licenses?order=${order.id}`)).items;
      const values = { metadata: { whom: 'Grace' }, change_note: 'Grace asked' };
      await api.call('PATCH', `/v1/licenses/${license.id}`, values);
      const told = async () => JSON.stringify((await api.get(`/v1/audit?subject=${license.id}`)).items);
      expect(await told()).toContain('Grace');
      await api.call('POST', '/v1/privacy/redactions', { source: 'shopify', order: order.id });
      await current().door.settle();
      expect(await told()).not.toContain('Grace');
      expect(await told()).toContain('license.change');
    });
  });

  describe('lists by their filters', () => {
    test('hold what fits and nothing else, a row at a time as all at once', async () => {
      const { api } = current();
      const order = await bought();
      const all: Answered[] = (await api.get('/v1/orders?limit=200')).items;
      const fits = (query: string, it: Answered) =>
        [...new URLSearchParams(query)].every(([name, value]) => String(it[name]) === value);
      for (const query of [
        'source=shopify',
        'state=issued',
        'test=true',
        'source=stripe&state=issued',
        'source=shopify&state=issued&test=true',
      ]) {
        const expected = all.filter((it) => fits(query, it)).map((it) => it.id);
        expect((await api.get(`/v1/orders?${query}&limit=200`)).items.map((it: Answered) => it.id)).toEqual(
          expected,
        );
        const turned: string[] = [];
        for (let cursor = ''; ; ) {
          const page = await api.get(`/v1/orders?${query}&limit=2${cursor && `&cursor=${cursor}`}`);
          turned.push(...page.items.map((it: Answered) => it.id));
          if (page.next_cursor === null) break;
          cursor = page.next_cursor;
        }
        expect(turned).toEqual(expected);
      }
      const events: Answered[] = (await api.get(`/v1/events?order=${order.id}`)).items;
      const [event] = events;
      const found = await api.get(`/v1/events?source=shopify&type=${event.type}&state=done&limit=200`);
      expect(found.items.map((it: Answered) => it.id)).toContain(event.id);
      const licenses: Answered[] = (await api.get('/v1/licenses?product=acmepro&state=active&limit=200'))
        .items;
      expect(licenses.length).toBeGreaterThan(0);
      expect(licenses.every((it) => it.product === 'acmepro' && it.state === 'active')).toBe(true);
      expect((await api.get('/v1/licenses?state=expired')).next_cursor).toBeNull();
      expect(
        (await api.get('/v1/parked?source=shopify')).items.every((it: Answered) => it.source === 'shopify'),
      ).toBe(true);
    });
  });
}
