/**
 * The Store that the bridge asks, over any Database.
 */
import type { RandomBytes } from '../core/ports.ts';
import type { PrivacyStore } from '../core/privacy-records.ts';
import type { Store } from '../core/store.ts';
import { makeArrivals } from './arrivals.ts';
import { type Database, statement } from './database.ts';
import { makeFresh } from './fresh.ts';
import { makeInbox } from './inbox.ts';
import { makeLedger } from './ledger.ts';
import { makePrivacyStore } from './privacy.ts';
import { makeRefusals } from './refusals.ts';
import { makeRevisions } from './revisions.ts';

export function makeStore(db: Database, random: RandomBytes): Store & PrivacyStore {
  const fresh = makeFresh();
  return {
    ...makeArrivals(db, random, fresh),
    ...makeInbox(db, random, fresh),
    ...makeLedger(db, random),
    ...makeRefusals(db, random),
    ...makePrivacyStore(db, random, fresh),
    revisions: makeRevisions(db, random),
    raise: async (source, code, detail, now) => {
      await db.batch([
        statement(
          `INSERT INTO alarms (source, code, count, first_at, last_at, detail) VALUES (?1, ?2, 1, ?3, ?3, ?4)
           ON CONFLICT (source, code) DO UPDATE SET count = count + 1, last_at = ?3, detail = ?4`,
          source,
          code,
          now,
          detail,
        ),
      ]);
    },
  };
}
