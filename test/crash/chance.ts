/**
 * Chance that one number decides: the same seed draws the same again. What time does to it (who answers first, what a
 * kill hits) no seed can repeat; the seed repeats the sales, their manner and the plan of the kills.
 */

export interface Chance {
  /** A whole number from 0 to `bound` - 1. */
  below(bound: number): number;
  happens(probability: number): boolean;
}

/** mulberry32 */
export function makeChance(seed: number): Chance {
  let state = seed >>> 0;
  const draw = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    below: (bound) => Math.floor(draw() * bound),
    happens: (probability) => draw() < probability,
  };
}
