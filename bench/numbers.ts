/** What is made of many measured numbers. Pure. */

/** Of an even count the mean of the two in the middle; NaN of none. */
export function median(all: readonly number[]): number {
  const sorted = all.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2;
}

/**
 * The smallest number that this share of all does not exceed: no number is made up between two. NaN of none.
 * @param sorted ascending
 * @param share of 0 to 1
 */
export function quantile(sorted: Float64Array | readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}
