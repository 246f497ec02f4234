/** What every integration promises, whatever its shop: to be run on each. */
import { describe, expect, test } from 'vitest';
import * as z from 'zod';
import type { Integration, StoredEvent } from '../../src/core/integration.ts';
import { deliveryOf, digest } from '../house.ts';

const AT = Date.UTC(2026, 10, 2, 10);
const SECRET = 'a_secret_of_the_contract';

export function integrationContract(it: Integration): void {
  const settings = it.settings.parse({ webhook_secrets: [SECRET] });

  async function signed(name: string, secret = SECRET, seed = 'contract') {
    const sample = it.samples.find((one) => one.name === name);
    if (!sample) throw new Error(`${it.name} has no sample ${name}`);
    const { type, body: text } = sample.make(AT, seed);
    const body = new TextEncoder().encode(text);
    return { body, headers: await it.sign(type, body, secret, AT, digest) };
  }
  function verify(body: Uint8Array, headers: Record<string, string>, under: unknown = settings) {
    const lower = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
    return it.verify({ header: (name) => lower.get(name), body, received_at: AT }, under, digest);
  }
  async function stored(name: string): Promise<StoredEvent> {
    const { body, headers } = await signed(name);
    const event = await verify(body, headers);
    if (!event.ok) throw new Error(event.problem.code);
    return { ...event.value, id: 'evt_1', source: 'source', received_at: AT };
  }
  const names = it.samples.map(({ name }) => name);

  describe(`the integration ${it.name}`, () => {
    test.each(names)('verifies its own sample %s, and keeps its bytes as they came', async (name) => {
      const { body, headers } = await signed(name);
      const event = await verify(body, headers);
      expect(event).toMatchObject({ ok: true, value: { type: expect.any(String), key: expect.any(String) } });
      expect(event.ok && event.value.body).toEqual(body);
    });

    test.each(names)('refuses the sample %s once a single byte differs', async (name) => {
      const { body, headers } = await signed(name);
      const altered = body.with(Math.floor(body.length / 2), (body[Math.floor(body.length / 2)] ?? 0) ^ 1);
      expect(await verify(altered, headers)).toMatchObject({
        ok: false,
        problem: { code: 'signature_wrong' },
      });
    });

    test('refuses another secret, takes any of several, and asks for a signature', async () => {
      const [name = ''] = names;
      const { body, headers } = await signed(name, 'the_secret_before');
      expect(await verify(body, headers)).toMatchObject({ problem: { code: 'signature_wrong' } });
      const both = it.settings.parse({ webhook_secrets: [SECRET, 'the_secret_before'] });
      expect((await verify(body, headers, both)).ok).toBe(true);
      expect(await verify(body, {})).toMatchObject({ problem: { code: 'signature_missing' } });
    });

    test('no refusal tells a secret', async () => {
      const { body, headers } = await signed(names[0] ?? '', 'another_secret');
      expect(JSON.stringify(await verify(body, headers))).not.toContain(SECRET);
    });

    test.each(names)('reads %s the same however often, without changing what it reads', async (name) => {
      const event = await stored(name);
      const before = JSON.stringify([...event.body]);
      const first = it.normalize(event, []);
      expect(it.normalize(event, [])).toEqual(first);
      expect(JSON.stringify([...event.body])).toBe(before);
    });

    test.each(names)(
      'claims of %s only what carries its origin, its reader and the shop’s time',
      async (name) => {
        const reading = it.normalize(await stored(name), []);
        for (const { snapshot } of reading.is === 'facts' ? reading.facts : []) {
          expect(snapshot).toMatchObject({ asked: false, origin: 'evt_1', reader: it.reader });
          expect(Number.isSafeInteger(snapshot.stamp)).toBe(true);
        }
      },
    );

    test('the same delivery has the same key, another sale another', async () => {
      const [name = ''] = names;
      const key = async (seed: string) => {
        const { body, headers } = await signed(name, SECRET, seed);
        const event = await verify(body, headers);
        return event.ok ? event.value.key : event.problem.code;
      };
      expect(await key('one')).toBe(await key('one'));
      expect(await key('one')).not.toBe(await key('two'));
    });

    test('an event of a type that nobody reads is ignored, not an error', async () => {
      const unknown = names.find((name) => name.startsWith('unknown')) ?? '';
      expect(it.normalize(await stored(unknown), [])).toMatchObject({
        is: 'ignored',
        problem: { code: 'type_unknown' },
      });
    });

    test('bytes that are no JSON are parked, whatever their type says', async () => {
      const event = { ...(await stored(names[0] ?? '')), body: new TextEncoder().encode('{"a":') };
      expect(it.normalize(event, []).is).toBe('parked');
    });

    test('without an API key nobody is asked', async () => {
      const fetch = () => Promise.reject(new Error('somebody was asked'));
      const ports = { fetch, clock: { now: () => AT } };
      for (const name of names) {
        expect(await it.gather(await stored(name), settings, ports, 0)).toEqual({ ok: true, value: [] });
      }
    });

    describe('its own list of sales', () => {
      const range = { from: AT - 86_400_000, to: AT, mode: 'test', account: '', limit: 10 } as const;

      test.each(['sales', 'changes'] as const)('without an API key nobody is asked for %s', async (of) => {
        const fetch = () => Promise.reject(new Error('somebody was asked'));
        const ports = { fetch, clock: { now: () => AT } };
        const needed = { ok: false, problem: { code: 'api_key_needed', detail: expect.any(String) } };
        expect(await it.list({ ...range, of, cursor: null }, settings, ports)).toEqual(needed);
        const sales = [{ name: '1', bought_at: AT }];
        expect(await it.gone({ sales, account: '' }, settings, ports)).toEqual(needed);
      });

      test.each(['sales', 'changes'] as const)(
        'a cursor of %s that was never given asks nobody',
        async (of) => {
          const fetch = () => Promise.reject(new Error('somebody was asked'));
          const ports = { fetch, clock: { now: () => AT } };
          for (const cursor of ['', 'nowhere:1', '../1', 'sessions', '\u0000', 'x'.repeat(5000)]) {
            const asked = await it.list({ ...range, of, cursor }, keyed(), ports);
            expect(asked, cursor).toMatchObject({ problem: { code: 'cursor_unknown' } });
          }
        },
      );

      test.each(['sales', 'changes'] as const)(
        'a shop that does not answer: %s are asked for later',
        async (of) => {
          const fetch = () => Promise.reject(new TypeError('fetch failed'));
          const ports = { fetch, clock: { now: () => AT } };
          const away = { ok: false, problem: { code: 'shop_unavailable' }, trouble: { rest_ms: null } };
          expect(await it.list({ ...range, of, cursor: null }, keyed(), ports)).toMatchObject(away);
        },
      );

      test.each([
        ['no JSON', '<html>'],
        ['JSON of another shape', '{"data": 7}'],
        ['nothing', ''],
      ])('an answer that is %s is no empty list', async (_what, body) => {
        const ports = { fetch: async () => new Response(body), clock: { now: () => AT } };
        const asked = await it.list({ ...range, of: 'changes', cursor: null }, keyed(), ports);
        expect(asked.ok).toBe(false);
      });

      /** With whatever its settings call the key. */
      function keyed(): unknown {
        const named: Readonly<Record<string, object>> = {
          stripe: { api_key: 'rk_test_1' },
          shopify: { admin_token: 'shpat_1', shop_domain: 'acme.myshopify.com' },
        };
        return it.settings.parse({ webhook_secrets: [SECRET], ...named[it.name] });
      }
    });

    describe('says of a refused delivery what was wrong', () => {
      const other = it.settings.parse({ webhook_secrets: ['a_secret_of_the_other_mode'] });
      const neighbors = [{ source: 'its-live-twin', mode: 'live' as const, settings: other }];

      async function diagnosed(secret: string, change = (body: Uint8Array) => body) {
        const { body, headers } = await signed(names[0] ?? '', secret);
        const changed = change(body);
        const refused = await verify(changed, headers);
        if (refused.ok) throw new Error('this delivery was not refused');
        const delivery = deliveryOf(headers, changed, AT);
        return it.diagnose({ delivery, problem: refused.problem, settings, mode: 'test', neighbors }, digest);
      }

      test("a neighbor's secret of the other mode, for certain, with the neighbor's name", async () => {
        expect(await diagnosed('a_secret_of_the_other_mode')).toMatchObject({
          code: 'other_mode_secret',
          certain: true,
          detail: expect.stringContaining('its-live-twin'),
        });
      });

      test('a body altered on the way, for certain', async () => {
        const added = (body: Uint8Array) => Uint8Array.from([...body, 10]);
        expect(await diagnosed(SECRET, added)).toMatchObject({ code: 'body_altered', certain: true });
      });

      test('a secret that nobody knows is never certain', async () => {
        expect(await diagnosed('a_secret_of_a_stranger')).toMatchObject({ certain: false });
      });
    });

    test('an empty secret opens nothing, and unknown settings are errors', () => {
      for (const wrong of [
        {},
        { webhook_secrets: [] },
        { webhook_secrets: [' '] },
        { webhook_secrets: [SECRET], more: 1 },
      ]) {
        expect(it.settings.safeParse(wrong).success).toBe(false);
      }
    });

    test('its set-up text names the address, and every setting explains itself', () => {
      expect(it.setup('https://shop.example/webhooks/x').join('\n')).toContain(
        'https://shop.example/webhooks/x',
      );
      const schema = z.toJSONSchema(it.settings, { io: 'input', unrepresentable: 'any' });
      for (const [name, field] of Object.entries(schema.properties ?? {})) {
        expect(field, name).toMatchObject({ description: expect.any(String) });
      }
    });
  });
}
