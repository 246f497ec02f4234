/** What the stored pace of a source promises. */
import { expect, test } from 'vitest';
import { DAY_MS, PACE_DAYS } from '../../src/core/pace.ts';
import { makePaces } from '../../src/store/paces.ts';
import { makeRecords } from '../../src/store/records.ts';
import { NOON } from '../fakes/settlements.ts';
import type { Current } from './store.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export function pacesContract(current: Current): void {
  const paces = () => makePaces(current().db);
  const hear = (...times: readonly number[]) =>
    times.reduce(
      (before, at) => before.then(() => paces().hear([{ source: 'shop', at: NOON + at }])),
      Promise.resolve(),
    );
  const pace = async () => (await paces().of(['shop'])).get('shop');
  const flag = async (now: number) => {
    const known = await pace();
    return known !== undefined && paces().flag('shop', known, 'nothing', NOON + now);
  };
  const flags = async () => (await makeRecords(current().db).notes(['shop'])).get('shop')?.alarms ?? [];

  test('is the longest of the gaps between what was heard, whatever day they end on', async () => {
    expect(await pace()).toBeUndefined();
    await hear(0, 1_000, 5 * MINUTE, 20 * HOUR, 21 * HOUR);
    expect(await pace()).toEqual({
      since: NOON,
      last_at: NOON + 21 * HOUR,
      // Within a minute there is none.
      gaps: 3,
      longest_ms: 20 * HOUR - 5 * MINUTE,
    });
  });

  test('is each source’s own', async () => {
    await paces().hear([
      { source: 'shop', at: NOON },
      { source: `it's "quoted"`, at: NOON + HOUR },
    ]);
    const all = await paces().of(['shop', `it's "quoted"`, 'another']);
    expect([...all].map(([name, { last_at }]) => [name, last_at])).toEqual(
      expect.arrayContaining([
        ['shop', NOON],
        [`it's "quoted"`, NOON + HOUR],
      ]),
    );
    expect(all.size).toBe(2);
  });

  test('does not go back with a clock that is set back, nor stay in the future with one that was ahead', async () => {
    await hear(0, 10 * MINUTE, 5 * MINUTE);
    expect(await pace()).toMatchObject({ last_at: NOON + 10 * MINUTE, gaps: 1, longest_ms: 10 * MINUTE });
    await hear(400 * DAY_MS);
    await hear(20 * MINUTE);
    expect(await pace()).toMatchObject({ last_at: NOON + 20 * MINUTE });
  });

  test('forgets what is older than four weeks', async () => {
    await hear(0, 9 * HOUR, 10 * HOUR);
    for (let day = 1; day <= PACE_DAYS; day++) await hear(10 * HOUR + day * DAY_MS);
    expect(await pace()).toMatchObject({ gaps: PACE_DAYS, longest_ms: DAY_MS });
  });

  test('a silence is flagged once, and the flag goes when something is heard again', async () => {
    await hear(0, HOUR);
    expect([await flag(9 * HOUR), await flag(10 * HOUR)]).toEqual([true, false]);
    expect(await flags()).toEqual([
      { code: 'source_silent', count: 1, last_at: NOON + 9 * HOUR, detail: 'nothing' },
    ]);
    await hear(11 * HOUR);
    expect(await flags()).toEqual([]);
    // It was not usual: the next one is flagged as soon as this one was.
    expect(await pace()).toMatchObject({ last_at: NOON + 11 * HOUR, longest_ms: HOUR });
    expect(await flag(20 * HOUR)).toBe(true);
  });

  test('a silence that ended while somebody looked is not flagged', async () => {
    await hear(0);
    const seen = await pace();
    await hear(HOUR);
    expect(seen && (await paces().flag('shop', seen, 'nothing', NOON + HOUR))).toBe(false);
    expect(await flags()).toEqual([]);
  });
}
