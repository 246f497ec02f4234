/**
 * The idea that holds Keyferry together, over whole lives: whatever becomes of a Stripe sale in years, and however its
 * webhooks arrive, its licenses are what the shop's own state says they should be.
 */
import { describe, expect, test, vi } from 'vitest';
import { huntFor, pinned, report, wordsAbout } from './life-cases.ts';

vi.setConfig({ testTimeout: 300_000 });

/** Others than these: KEYFERRY_SEED=7 npm test -- test/laws/stripe-life.test.ts. Many more: npm run torture. */
const SEED = Number(process.env.KEYFERRY_SEED ?? 20_261_102);

test.each([
  ['short', 4, 1000],
  ['long', 14, 300],
] as const)(
  'any %s life of a Stripe sale, told in any manner, leaves the licenses that are owed',
  async (_, acts, runs) => {
    const broken = await huntFor({ seed: SEED, runs, acts });
    expect(broken && report(broken, acts)).toBeNull();
  },
);

describe('lives that broke a law once', () => {
  test.each(pinned())('$name', async (it) => {
    expect((await wordsAbout(it.case)).join('\n')).toBe('');
  });
});
