/**
 * Refused deliveries, kept for people. Beside the river: nothing there reads them. What must never happen here: a
 * list that strangers can make longer than its bound, or that fills faster because several processes write it.
 */
import { ID_BYTES, timeOrderedId } from '../core/keys.ts';
import { LIMITS } from '../core/limits.ts';
import type { RandomBytes } from '../core/ports.ts';
import type { Refusals } from '../core/refusals.ts';
import { type Database, statement } from './database.ts';
import { firstIdAt } from './record-queries.ts';

/** Near in time means either way: a clock that was set back silences nothing for longer. */
const KEEP = `INSERT INTO refusals (id, list, source, at, problem, diagnosis)
  SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE NOT EXISTS (SELECT 1 FROM refusals
    WHERE list = ?2 AND id >= ?7 AND id < ?8 AND problem->>'code' = ?9)`;
// Each kind by itself: anybody can send what is only supposed, and must not drive out what was proved.
const FORGET = `DELETE FROM refusals WHERE list = ?1 AND diagnosis->>'certain' = ?3 AND id <
  (SELECT id FROM refusals WHERE list = ?1 AND diagnosis->>'certain' = ?3 ORDER BY id DESC LIMIT 1 OFFSET ?2)`;

export function makeRefusals(db: Database, random: RandomBytes): Refusals {
  return {
    refuse: async ({ source, known, at, problem, diagnosis }) => {
      const list = known ? source : '';
      await db.batch([
        statement(
          KEEP,
          timeOrderedId('ref', at, random(ID_BYTES)),
          list,
          source,
          at,
          JSON.stringify(problem),
          JSON.stringify(diagnosis),
          firstIdAt(at - LIMITS.refusal_every_ms + 1, 'ref'),
          firstIdAt(at + LIMITS.refusal_every_ms, 'ref'),
          problem.code,
        ),
        statement(FORGET, list, LIMITS.refusals_kept - 1, diagnosis.certain ? 1 : 0),
      ]);
    },
  };
}
