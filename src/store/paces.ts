/**
 * The pace of each source: one row for each of its days, written once a minute at most. It stands beside the inbox,
 * which bears no index for it. What must never happen here: a read whose cost grows with the number of events.
 */
import {
  DAY_MS,
  FACTOR,
  HEARD_MS,
  KNOWN_GAPS,
  KNOWN_MS,
  LEAST_MS,
  PACE_DAYS,
  type Pace,
} from '../core/pace.ts';
import type { ProblemCode } from '../core/problem.ts';
import type { Paces } from '../core/silence.ts';
import { type Database, jsonRows, statement } from './database.ts';

const SILENT: ProblemCode = 'source_silent';

/**
 * A gap counts to the day that ended it. What is longer than its patience is no gap, whether it was flagged or Keyferry
 * itself was down: it was not usual. The same as patienceWith.
 */
const HEAR = `INSERT INTO source_days (source, day, first_at, last_at, gaps, longest_ms)
  SELECT ?1, ?2, ?3, ?3, gap >= ${HEARD_MS}, gap FROM (SELECT CASE
    WHEN EXISTS (SELECT 1 FROM alarms WHERE source = ?1 AND code = '${SILENT}') THEN 0
    WHEN gaps >= ${KNOWN_GAPS} AND last_at - since >= ${KNOWN_MS}
      AND ?3 - last_at > max(${LEAST_MS}, ${FACTOR} * longest_ms) THEN 0
    ELSE max(0, ?3 - coalesce(last_at, ?3)) END AS gap
    FROM (SELECT min(first_at) AS since, max(last_at) AS last_at, sum(gaps) AS gaps, max(longest_ms) AS longest_ms
      FROM source_days WHERE source = ?1))
  WHERE true
  ON CONFLICT (source, day) DO UPDATE SET last_at = max(last_at, excluded.last_at),
    gaps = gaps + excluded.gaps, longest_ms = max(longest_ms, excluded.longest_ms)`;
/** Days of the future come from a clock that was wrong. */
const FORGET = 'DELETE FROM source_days WHERE source = ?1 AND (day <= ?2 OR day > ?3)';
const SPEAKS = 'DELETE FROM alarms WHERE source = ?1 AND code = ?2';
const PACES = `SELECT source, min(first_at) AS since, max(last_at) AS last_at, sum(gaps) AS gaps,
    max(longest_ms) AS longest_ms
  FROM source_days WHERE source IN (SELECT value FROM json_each(?)) GROUP BY source`;
const FLAG = `INSERT INTO alarms (source, code, count, first_at, last_at, detail)
  SELECT ?1, ?2, 1, ?3, ?3, ?4 WHERE ?5 = (SELECT max(last_at) FROM source_days WHERE source = ?1)
  ON CONFLICT (source, code) DO NOTHING RETURNING source`;

export function makePaces(db: Database): Paces {
  return {
    hear: async (heard) => {
      await db.batch(
        heard.flatMap(({ source, at }) => {
          const day = Math.floor(at / DAY_MS);
          return [
            statement(HEAR, source, day, at),
            statement(FORGET, source, day - PACE_DAYS, day + 1),
            statement(SPEAKS, source, SILENT),
          ];
        }),
      );
    },

    of: async (sources) => {
      const rows = await db.read(PACES, [jsonRows(sources)]);
      return new Map(
        rows.map((row): readonly [string, Pace] => [
          String(row.source),
          {
            since: Number(row.since),
            last_at: Number(row.last_at),
            gaps: Number(row.gaps),
            longest_ms: Number(row.longest_ms),
          },
        ]),
      );
    },

    flag: async (source, { last_at }, detail, now) => {
      const [rows] = await db.batch([statement(FLAG, source, SILENT, now, detail, last_at)]);
      return (rows ?? []).length > 0;
    },
  };
}
