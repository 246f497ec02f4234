/** Part of the HTTP contract: jobs, and the replay of many events as one. */
import { describe, expect, test } from 'vitest';
import { type Answered, type Client, client, type HttpDoor, send } from './http-house.ts';

const ISO = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

/** @param at the house, once it is open */
export function jobs(at: () => { readonly api: Client; readonly door: HttpDoor }): void {
  const replay = (body: unknown) => at().api.call('POST', '/v1/replays', body);
  const get = (path: string) => at().api.get(path);

  /** Events of sales of their own, taken to their end. */
  async function sold(...seeds: string[]): Promise<string[]> {
    const ids: string[] = [];
    for (const seed of seeds) {
      const { event }: Answered = await (await send(at().door, 'stripe', 'one-time', seed)).json();
      ids.push(event);
    }
    await at().door.settle();
    return ids;
  }
  async function ended(body: unknown): Promise<Answered> {
    const asked = await replay(body);
    expect(asked.status).toBe(202);
    await at().door.settle();
    return get(`/v1/jobs/${asked.body.id}`);
  }
  /** Its rules are those of the house, but for the number of activations. */
  async function withActivations<T>(max_activations: number, run: () => Promise<T>): Promise<T> {
    const { mapping } = await get('/v1/mappings/stripe');
    const grant = mapping.rules[0].grant.map((it: Answered) => ({ ...it, values: { max_activations } }));
    await at().api.call('PUT', '/v1/mappings/stripe', {
      mapping: { ...mapping, rules: [{ ...mapping.rules[0], grant }] },
    });
    await at().door.settle();
    try {
      return await run();
    } finally {
      await at().api.call('PUT', '/v1/mappings/stripe', { mapping });
      await at().door.settle();
    }
  }

  describe('POST /v1/replays', () => {
    test('it is a job that goes on by itself; what is right already is changed by none', async () => {
      const ids = await sold('jobs-1', 'jobs-2', 'jobs-3');
      const asked = await replay({ ids });
      expect([asked.status, asked.headers.get('location')]).toEqual([202, `/v1/jobs/${asked.body.id}`]);
      expect(asked.body).toEqual({
        id: expect.stringMatching(/^job_/),
        kind: 'replay',
        state: 'queued',
        asked: { ids, dry_run: false, remap: false, refresh: false },
        progress: { done: 0, total: 3, share: 0 },
        counts: {},
        problem: null,
        created_at: ISO,
        created_by: 'environment',
        started_at: null,
        ended_at: null,
        eta: null,
      });
      await at().door.settle();
      const job = await get(`/v1/jobs/${asked.body.id}`);
      expect(job).toEqual({
        ...asked.body,
        state: 'done',
        progress: { done: 3, total: 3, share: 1 },
        counts: { events_unchanged: 3 },
        started_at: ISO,
        ended_at: ISO,
      });
      expect(await get(`/v1/replays/${job.id}`)).toEqual(job);
      expect(await get(`/v1/jobs/${job.id}/findings`)).toEqual({ items: [], next_cursor: null });
    });

    test('a dry run lists and counts what it would change, and changes nothing', async () => {
      const ids = await sold('jobs-dry-1', 'jobs-dry-2');
      await withActivations(7, async () => {
        const before = await get('/v1/licenses?limit=200');
        const job = await ended({ ids, remap: true, dry_run: true });
        expect(job).toMatchObject({ state: 'done', counts: { events_changed: 2, alter: 2 } });
        const { items } = await get(`/v1/jobs/${job.id}/findings`);
        expect(items).toEqual(
          [...ids].sort().map((event_id) => ({
            event_id,
            order_id: expect.stringMatching(/^ord_/),
            state: 'done',
            changes: [expect.objectContaining({ change: 'alter', fields: { max_activations: 7 } })],
            change_count: 1,
            problem: null,
          })),
        );
        expect(JSON.stringify(items)).not.toMatch(/"key":/);
        expect(await get('/v1/licenses?limit=200')).toEqual(before);

        const wet = await ended({ ids, remap: true });
        expect(wet.counts).toEqual({ events_changed: 2, alter: 2 });
        const changed = await get(`/v1/licenses?order=${items[0].order_id}`);
        expect(changed.items).toMatchObject([{ max_activations: 7 }]);
        // What it made agree, another finds so.
        expect((await ended({ ids, remap: true })).counts).toEqual({ events_unchanged: 2 });
      });
    });

    test('what several events of one order would change is told once', async () => {
      const { event: paid }: Answered = await (await send(at().door, 'shopify', 'paid', 'jobs-one')).json();
      await at().door.settle();
      const { event: refund }: Answered = await (
        await send(at().door, 'shopify', 'refund-unit', 'jobs-one')
      ).json();
      await at().door.settle();
      const { order_id } = await get(`/v1/events/${paid}`);
      const job = await ended({ order: order_id, dry_run: true });
      expect(job.progress).toEqual({ done: 2, total: 2, share: 1 });
      expect(job.counts).toEqual({ events_unchanged: 1, events_same_order: 1 });
      expect((await ended({ ids: [paid, refund] })).counts).toEqual({ events_unchanged: 2 });
    });

    test('the filter says which: source, type, state and time', async () => {
      const [first = '', second = ''] = await sold('jobs-filter-1', 'jobs-filter-2');
      const { type, received_at } = await get(`/v1/events/${second}`);
      const total = async (body: object) => (await ended({ ...body, dry_run: true })).progress.total;
      const ids = [first, second];
      expect(await total({ ids, source: 'stripe', type, state: 'done' })).toBe(2);
      expect(await total({ ids, source: 'shopify' })).toBe(0);
      expect(await total({ ids, type: 'no.such.type' })).toBe(0);
      expect(await total({ ids, state: 'parked' })).toBe(0);
      expect(await total({ ids, to: '2020-01-01' })).toBe(0);
      expect(
        await total({ ids, from: '2020-01-01', to: new Date(Date.parse(received_at) + 1).toISOString() }),
      ).toBe(2);
    });

    test('a filter that nothing fits is a job that has ended', async () => {
      const { status, body } = await replay({ source: 'stripe', to: '2020-01-01' });
      expect([status, body]).toEqual([
        202,
        expect.objectContaining({
          state: 'done',
          progress: { done: 0, total: 0, share: 1 },
          counts: {},
          ended_at: body.created_at,
        }),
      ]);
    });

    test('an event that cannot be read is told with its problem, and the others go on', async () => {
      const { event }: Answered = await (await send(at().door, 'shopify', 'unmapped', 'jobs-parked')).json();
      const { event: odd }: Answered = await (
        await send(at().door, 'stripe', 'unknown-type', 'jobs-odd')
      ).json();
      await at().door.settle();
      const job = await ended({ ids: [event, odd] });
      expect(job.progress.done).toBe(2);
      expect(job.state).toBe('done');
    });

    test.each<readonly [string, object, string]>([
      ['an event that is not there', { ids: ['evt_none'] }, 'body.ids[0]'],
      ['no event', { ids: [] }, 'body.ids'],
      ['a state that is none', { state: 'lost' }, 'body.state'],
      ['a time that is none', { from: 'yesterday' }, 'body.from'],
      ['a word that nobody reads', { sauce: 'stripe' }, 'body.sauce'],
    ])('%s is refused', async (_what, body, place) => {
      const refused = await replay(body);
      expect([refused.status, refused.body.errors?.[0]?.path]).toEqual([422, place]);
    });
  });

  describe('/v1/jobs', () => {
    test('are listed newest first, by kind and state, page by page', async () => {
      await sold('jobs-listed');
      const made: string[] = [];
      for (let n = 0; n < 3; n++) made.push((await ended({ source: 'stripe', to: '2020-01-01' })).id);
      const seen: string[] = [];
      let next = '';
      do {
        const page = await get(`/v1/jobs?kind=replay&state=done&limit=2${next}`);
        seen.push(...page.items.map(({ id }: Answered) => id));
        next = page.next_cursor === null ? '' : `&cursor=${page.next_cursor}`;
      } while (next !== '');
      expect(seen).toEqual([...new Set(seen)].sort().reverse());
      expect(seen).toEqual(expect.arrayContaining(made));
      const others = async (query: string, field: string, value: string) =>
        (await get(`/v1/jobs?${query}`)).items.filter((it: Answered) => it[field] !== value);
      expect(await others('kind=import', 'kind', 'import')).toEqual([]);
      expect(await others('state=failed', 'state', 'failed')).toEqual([]);
    });

    test('one that was cancelled does nothing more, until it is resumed', async () => {
      const ids = await sold('jobs-cancelled');
      const { body } = await replay({ ids });
      const cancelled = await at().api.call('POST', `/v1/jobs/${body.id}/cancel`);
      // Where rounds go on by themselves it may have been too late.
      if (cancelled.status === 409) return expect(cancelled.body.code).toBe('job_over');
      expect(cancelled.body).toMatchObject({ state: 'cancelled', ended_at: ISO });
      expect(await at().api.call('POST', `/v1/jobs/${body.id}/cancel`)).toMatchObject({
        status: 200,
        body: cancelled.body,
      });
      await at().door.settle();
      expect(await get(`/v1/jobs/${body.id}`)).toMatchObject({ state: 'cancelled', progress: { done: 0 } });

      const resumed = await at().api.call('POST', `/v1/jobs/${body.id}/resume`);
      expect(resumed.body).toMatchObject({ state: 'running', ended_at: null });
      await at().door.settle();
      expect(await get(`/v1/jobs/${body.id}`)).toMatchObject({ state: 'done', progress: { done: 1 } });
    });

    test('one that is done can neither be cancelled nor resumed', async () => {
      const { id } = await ended({ source: 'stripe', to: '2020-01-01' });
      for (const act of ['cancel', 'resume']) {
        const { status, body } = await at().api.call('POST', `/v1/jobs/${id}/${act}`);
        expect([status, body.code, body.detail]).toEqual([409, 'job_over', `${id} is done`]);
      }
    });

    test.each(['', '/findings'])('one that is not there%s is 404', async (what) => {
      expect((await at().api.call('GET', `/v1/jobs/job_none${what}`)).status).toBe(404);
      expect((await at().api.call('POST', '/v1/jobs/job_none/cancel')).status).toBe(404);
      expect((await at().api.call('POST', '/v1/jobs/job_none/resume')).status).toBe(404);
      expect((await at().api.call('GET', '/v1/replays/job_none')).status).toBe(404);
    });

    test('looking takes the scope `read`, asking and stopping `operate`', async () => {
      const { body } = await at().api.call('POST', '/v1/api-keys', { name: 'looks', scopes: ['read'] });
      const reader = client(at().door, body.key);
      expect((await reader.call('GET', '/v1/jobs')).status).toBe(200);
      for (const path of ['/v1/replays', '/v1/jobs/job_none/cancel', '/v1/jobs/job_none/resume'])
        expect((await reader.call('POST', path)).body.detail).toContain('operate');
    });
  });
}
