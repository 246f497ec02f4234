/**
 * Real processes under load, killed with SIGKILL again and again, while two shops go on sending: what was acknowledged
 * is there, and in the end exactly the licenses are that were bought. `npm run torture -- kill` does it hundreds of times.
 */
import { expect, test } from 'vitest';
import { killAtRandom } from './killing.ts';

const seed = () => Math.floor(Math.random() * 1_000_000_000);

test.each([
  ['one process after the other', 1, 3],
  ['two processes on one file', 2, 3],
] as const)(
  'whatever was acknowledged survives SIGKILL, and ends as exactly its licenses: %s',
  // Most of the time they wait for the leases of their victims.
  { timeout: 90_000, concurrent: true },
  async (_, processes, kills) => {
    const killing = { processes, kills, seed: seed() };
    const { complaints, ...numbers } = await killAtRandom(killing);
    expect(complaints, `seed ${killing.seed}`).toEqual([]);
    expect(numbers.kills).toBeGreaterThanOrEqual(kills);
    expect(numbers.events).toBeGreaterThan(100);
  },
);
