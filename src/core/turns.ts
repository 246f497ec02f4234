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

/** Turns for each key by itself: those of one sale, of one shop, of one event. */
export function makeTurnsOf(most: number): (key: string) => Turns {
  const all = new Map<string, { readonly turns: Turns; users: number }>();
  return (key) => async (run) => {
    const it = all.get(key) ?? { turns: makeTurns(most), users: 0 };
    all.set(key, it);
    it.users++;
    try {
      return await it.turns(run);
    } finally {
      it.users--;
      if (it.users === 0) all.delete(key);
    }
  };
}

/**
 * All at once, but for what is computed: so many, then whoever else waits has a turn.
 * @param breath resolves once the others had it
 */
export async function inBreaths<T>(
  all: readonly T[],
  size: number,
  breath: () => Promise<void>,
  run: (it: T) => Promise<void>,
): Promise<void> {
  const running: Promise<void>[] = [];
  for (let at = 0; at < all.length; at += size) {
    if (at > 0) await breath();
    running.push(...all.slice(at, at + size).map(run));
  }
  await Promise.all(running);
}
