/**
 * The idea that holds Keyferry together, over whole lives: whatever becomes of a Stripe sale in years, and however its
 * webhooks arrive, its licenses are what the shop's own state says they should be.
 */
import { describe, expect, test, vi } from 'vitest';
import { huntFor, pinned, report, wordsAbout } from './life-cases.ts';
import { runs, SEED } from './runs.ts';

vi.setConfig({ testTimeout: 300_000 });

test.each([
  ['short', 4, 1000],
  ['long', 14, 200],
] as const)(
  'any %s life of a Stripe sale, told in any manner, leaves the licenses that are owed',
  async (_, acts, usual) => {
    const broken = await huntFor({ seed: SEED, runs: runs(usual), acts });
    expect(broken && report(broken, acts)).toBeNull();
  },
);

describe('lives that broke a law once', () => {
  test.each(pinned())('$name', async (it) => {
    expect((await wordsAbout(it.case)).join('\n')).toBe('');
  });
});
