/**
 * Lets only so many of a kind be under way at once; the others wait for their turn, first come, first served.
 */
export type Turns = <T>(run: () => Promise<T>) => Promise<T>;

/** @param most at once, at least 1 */
export function makeTurns(most: number): Turns {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (run) => {
    if (running >= most) await new Promise<void>((begin) => waiting.push(begin));
    else running++;
    try {
      return await run();
    } finally {
      // The place is handed on, not given up: nobody who comes later can slip in between.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
