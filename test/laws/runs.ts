/**
 * How often the laws are tried, and on which histories. `npm test` tries the same ones every time;
 * KEYFERRY_SEED takes others, KEYFERRY_TIMES so many times as many: `npm run torture` sets both.
 */

export const SEED = Number(process.env.KEYFERRY_SEED ?? 20_261_102);

/** @param usual how many histories `npm test` tries */
export function runs(usual: number): number {
  return Math.ceil(usual * Number(process.env.KEYFERRY_TIMES ?? 1));
}
