/** Part of the HTTP contract: comparing a source with its shop, as far as no shop need be asked. */
import { describe, expect, test } from 'vitest';
import type { Client, HttpDoor } from './http-house.ts';

/** @param at the house, once it is open */
export function reconciliations(at: () => { readonly api: Client; readonly door: HttpDoor }): void {
  const ask = (body: unknown) => at().api.call('POST', '/v1/reconciliations', body);
  const ago = (hours: number) => new Date(at().door.now() - hours * 3_600_000).toISOString();

  describe('POST /v1/reconciliations', () => {
    test.each(['stripe', 'shopify'])(
      '%s without its key: said at once, and no job is made',
      async (source) => {
        const jobs = await at().api.get('/v1/jobs?kind=reconcile');
        const { status, body } = await ask({ source, from: ago(24) });
        expect([status, body.code]).toEqual([422, 'api_key_needed']);
        expect(body.hint).toMatch(/API key/);
        expect(await at().api.get('/v1/jobs?kind=reconcile')).toEqual(jobs);
      },
    );

    test('a source that is closed, one that is not there, and what no shop sold', async () => {
      const told = async (source: string) => {
        const { status, body } = await ask({ source, from: ago(24) });
        return [status, body.code];
      };
      expect(await told('closed')).toEqual([409, 'source_closed']);
      expect(await told('nobody')).toEqual([404, 'source_unknown']);
      expect(await told('manual')).toEqual([404, 'source_unknown']);
    });

    test('a range that holds no time is refused with its place', async () => {
      for (const range of [
        { from: ago(1), to: ago(1) },
        { from: ago(1), to: ago(2) },
        { from: ago(-1) },
        { from: ago(-1), to: ago(-2) },
      ]) {
        const { status, body } = await ask({ source: 'stripe', ...range });
        expect([status, body.code, body.errors[0].path]).toEqual([422, 'request_invalid', 'body.from']);
      }
      expect((await ask({ source: 'stripe' })).status).toBe(422);
      expect((await ask({ source: 'stripe', from: 'yesterday' })).status).toBe(422);
      expect((await ask({ source: 'stripe', from: ago(1), more: 1 })).status).toBe(422);
    });

    test('GET /v1/reconciliations/{id}: a job of another kind is none', async () => {
      const { body } = await at().api.call('POST', '/v1/replays', { source: 'nobody' });
      const answered = await at().api.call('GET', `/v1/reconciliations/${body.id}`);
      expect([answered.status, answered.body.code]).toEqual([404, 'not_found']);
    });
  });
}
