/**
 * A database behind a bad line, for laws: small values, and calls that go wrong when a test says so. What is lost may
 * have been done, not done, or be done a little later, when nobody waits for it any more.
 */
import { BatchError, type Database, type Row } from '../../src/store/database.ts';

/** The process dies at this call: before it, or after it was done. */
export type Mishap = 'lost before' | 'lost after' | 'late' | 'dies before' | 'dies after';

export interface BadLine {
  /** The database as one process sees it. */
  connect(): Database;
  /** What goes wrong: after so many calls each, of all processes together. Replaces what is left of an older list. */
  plan(mishaps: readonly { readonly after: number; readonly what: Mishap }[]): void;
  /** Brings what is still on its way; from here on all goes well. */
  calm(): Promise<void>;
  /** Calls that came late since the plan. */
  lates(): number;
}

/** So small that a sale of two licenses is settled in parts. */
const SMALL = { parameters: 100, value_bytes: 1_000 } as const;

/** @param ends what is told of a process that died */
export function badLine(db: Database, ends: (dead: Database) => void): BadLine {
  let mishaps: { readonly after: number; readonly what: Mishap }[] = [];
  let passed = 0;
  let lates = 0;
  let onTheWay: (() => Promise<unknown>)[] = [];

  function next(): Mishap | null {
    const [first] = mishaps;
    if (!first) return null;
    if (passed++ < first.after) return null;
    passed = 0;
    mishaps = mishaps.slice(1);
    return first.what;
  }

  async function arrive(): Promise<void> {
    const arriving = onTheWay;
    onTheWay = [];
    // Nobody hears what becomes of it.
    for (const run of arriving) await run().catch(() => undefined);
  }

  function connect(): Database {
    let dead = false;
    const lost = () => new BatchError('unavailable', 'the line broke');
    async function asked<T>(run: () => Promise<T>): Promise<T> {
      if (dead) throw new Error('this process is dead');
      const what = next();
      const dies = what === 'dies before' || what === 'dies after';
      if (dies) {
        dead = true;
        ends(line);
      }
      if (what === 'late') {
        lates++;
        onTheWay.push(run);
        throw lost();
      }
      if (what === 'lost before' || what === 'dies before') throw lost();
      const answer = await run();
      await arrive();
      if (what !== null || dead) throw lost();
      return answer;
    }
    const line: Database = {
      limits: SMALL,
      read: (sql, params) => asked<Row[]>(() => db.read(sql, params)),
      batch: (statements) => asked<Row[][]>(() => db.batch(statements)),
      close: async () => {},
    };
    return line;
  }

  return {
    connect,
    plan: (list) => {
      mishaps = [...list];
      passed = 0;
      lates = 0;
    },
    calm: async () => {
      mishaps = [];
      await arrive();
    },
    lates: () => lates,
  };
}
