/**
 * Fifteen hundred events, shuffled, late and twice, through a proxy that cuts connections: nothing is lost, and nothing
 * doubled. `npm run torture -- load` does it with two hundred thousand.
 */
import { expect, test } from 'vitest';
import { loadAndCheck } from './loading.ts';

test('what the shop hears no answer to, it sends again: every event is there once, every sale has its licenses', {
  timeout: 90_000,
}, async () => {
  const seed = Math.floor(Math.random() * 1_000_000_000);
  const { complaints, ...numbers } = await loadAndCheck({ events: 1_500, seed });
  expect(complaints, `seed ${seed}`).toEqual([]);
  expect(numbers.deliveries).toBeGreaterThan(1_500);
  for (const [cut, count] of numbers.cuts) expect(count, cut).toBeGreaterThan(10);
  expect(numbers.cuts.size).toBe(4);
  expect(numbers.unanswered).toBeGreaterThan(100);
});
