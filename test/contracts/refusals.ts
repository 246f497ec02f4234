/** What the list of refusals promises. */
import { describe, expect, test } from 'vitest';
import { LIMITS } from '../../src/core/limits.ts';
import { problem } from '../../src/core/problem.ts';
import type { Refusal } from '../../src/core/refusals.ts';
import { makeRecords } from '../../src/store/records.ts';
import { count, NOON } from '../fakes/settlements.ts';
import type { Current } from './store.ts';

const EVERY = LIMITS.refusal_every_ms;
const KEPT = LIMITS.refusals_kept;

const refusal = (at: number, over: Partial<Refusal> = {}): Refusal => ({
  source: 'shop',
  known: true,
  at: NOON + at,
  problem: problem('signature_wrong', `it's "quoted" \0`),
  diagnosis: { code: 'other_mode_secret', certain: true, detail: 'of the source shop-live' },
  ...over,
});

export function refusalsContract(current: Current): void {
  const refuse = (at: number, over?: Partial<Refusal>) => current().store.refuse(refusal(at, over));
  const list = async (source?: string) =>
    (await makeRecords(current().db).refusals({ source }, { limit: 2 * KEPT, after: null })).items;
  const times = async (source?: string) => (await list(source)).map((it) => it.at - NOON);

  test('a refusal comes back as it went in', async () => {
    await refuse(0);
    const told = problem('signature_wrong', `it's "quoted" \0`);
    expect(await list()).toEqual([{ ...refusal(0), id: expect.stringMatching(/^ref_/), problem: told }]);
  });

  test('they run newest first, for one source or for all, those of unknown paths among them', async () => {
    await refuse(0);
    await refuse(EVERY, { source: 'other' });
    await refuse(2 * EVERY, { source: 'shop', known: false });
    await refuse(3 * EVERY, { source: '__proto__', known: false });
    expect((await list()).map((it) => [it.source, it.known])).toEqual([
      ['__proto__', false],
      ['shop', false],
      ['other', true],
      ['shop', true],
    ]);
    expect(await times('shop')).toEqual([2 * EVERY, 0]);
    expect(await times('nobody')).toEqual([]);
    const since = await makeRecords(current().db).refusals(
      { from: NOON + 2 * EVERY },
      { limit: 9, after: null },
    );
    expect(since.items).toHaveLength(2);
  });

  describe('of one source and reason', () => {
    test('one is kept in a while, whoever writes it', async () => {
      await Promise.all([0, 1, 2, 3].map((at) => refuse(at)));
      await refuse(EVERY - 1);
      expect(await list()).toHaveLength(1);
      const [first] = await times();
      await refuse((first ?? 0) + EVERY);
      expect(await list()).toHaveLength(2);
    });

    test('another reason or another source is kept all the same', async () => {
      await refuse(0);
      await refuse(0, { problem: problem('signature_stale') });
      await refuse(0, { source: 'other' });
      await refuse(0, { source: 'nobody', known: false });
      // All unknown paths are one list.
      await refuse(0, { source: 'somebody', known: false });
      expect(await list()).toHaveLength(4);
    });

    test('a clock that was set back keeps on', async () => {
      await refuse(3_600_000);
      await refuse(0);
      expect(await times()).toEqual([3_600_000, 0]);
    });
  });

  test('the newest of each list are kept, the oldest forgotten', async () => {
    await refuse(0, { source: 'quiet' });
    for (let i = 0; i < KEPT + 5; i++) {
      await refuse(i * EVERY);
      await refuse(i * EVERY, { source: `path${i}`, known: false });
    }
    expect(await count(current().db, 'refusals')).toBe(1 + 2 * KEPT);
    const newest = Array.from({ length: KEPT }, (_, i) => (KEPT + 4 - i) * EVERY);
    expect(await times('shop')).toEqual(newest);
    expect(await times('quiet')).toEqual([0]);
    expect(await times('path4')).toEqual([]);
    expect(await times(`path${KEPT + 4}`)).toHaveLength(1);
  });

  test('what is only supposed drives out nothing that was proved', async () => {
    await refuse(0);
    const supposed = { diagnosis: { code: 'secret_unknown', certain: false, detail: '' } } as const;
    for (let i = 1; i <= KEPT + 5; i++) await refuse(i * EVERY, supposed);
    expect(await list()).toHaveLength(1 + KEPT);
    expect((await times()).at(-1)).toBe(0);
  });
}
