/**
 * A database as one invocation sees it: what was asked is counted, since D1 bounds the queries of an invocation,
 * and what is still under way can be waited for, since Workers cut off what nobody waits for.
 */
import type { Database } from '../store/database.ts';

export interface Tally {
  readonly db: Database;
  /** Statements so far: D1's bound is on each of a batch. */
  count(): number;
  /** Resolves when nothing is under way any more, however it ended. */
  settled(): Promise<void>;
}

export function makeTally(db: Database): Tally {
  const underWay = new Set<Promise<unknown>>();
  let count = 0;

  function counted<T>(statements: number, run: Promise<T>): Promise<T> {
    count += statements;
    underWay.add(run);
    const over = () => underWay.delete(run);
    run.then(over, over);
    return run;
  }

  return {
    db: {
      limits: db.limits,
      read: (sql, params) => counted(1, db.read(sql, params)),
      batch: (statements) => counted(statements.length, db.batch(statements)),
      close: () => db.close(),
    },
    count: () => count,
    settled: async () => {
      while (underWay.size > 0) await Promise.allSettled(underWay);
    },
  };
}
