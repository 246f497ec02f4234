/**
 * Stored bodies and answers, written anew without what tells who a person is. Beside the inbox. What must never
 * happen here: half a body, or the key of an event, by which a duplicate is known, changed with it.
 */
import { LIMITS } from '../core/limits.ts';
import type { PrivacyStore } from '../core/privacy-records.ts';
import { type Problem, type ProblemCode, problem } from '../core/problem.ts';
import { readAnswers } from './answers.ts';
import { BODY_BYTES, readBodies } from './bytes.ts';
import { type Database, jsonRows, type Row, type Statement, statement, textParts } from './database.ts';
import type { Fresh } from './fresh.ts';
import { parsed, readEvent } from './rows.ts';

const ROWS = `SELECT *, ${BODY_BYTES}, EXISTS (SELECT 1 FROM event_answers a WHERE a.event_id = events.id) AS answered
  FROM events`;
const ANSWERS = 'SELECT * FROM event_answers WHERE event_id = ? ORDER BY refresh, id, part';
const WRITE_BODY = `INSERT INTO event_bodies (event_id, part, bytes) VALUES (?, ?, ?)
  ON CONFLICT (event_id, part) DO UPDATE SET bytes = excluded.bytes`;
const WRITE_ANSWER = `INSERT INTO event_answers (id, part, event_id, refresh, asked, stamp, body)
  VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id, part) DO UPDATE SET body = excluded.body`;

type Redact = (body: string) => string;

export function makeRedactEvents(
  db: Database,
  fresh: Fresh,
): Pick<PrivacyStore, 'rewriteEvents' | 'wholeEvents'> {
  async function answersOf(row: Row): Promise<Row[]> {
    return row.answered === 1 ? db.read(ANSWERS, [String(row.id)]) : [];
  }

  return {
    rewriteEvents: async (ids, redact) => {
      if (ids.length === 0) return 0;
      fresh.forget(ids);
      const rows = await db.read(`${ROWS} WHERE id IN (SELECT value FROM json_each(?))`, [jsonRows(ids)]);
      const bodies = await readBodies(db, rows);
      let rewritten = 0;
      for (const row of rows) {
        const id = String(row.id);
        const body = bodies.get(id);
        const statements = [
          ...(body ? bodyStatements(id, body, redact) : []),
          ...problemStatements(row),
          ...answerStatements(await answersOf(row), redact, db.limits.value_bytes),
        ];
        if (statements.length === 0) continue;
        await db.batch(statements);
        rewritten++;
      }
      return rewritten;
    },

    wholeEvents: async (orderId, after, limit) => {
      const rows = await db.read(`${ROWS} WHERE order_id = ? AND id > ? ORDER BY id LIMIT ?`, [
        orderId,
        after,
        limit,
      ]);
      const bodies = await readBodies(db, rows);
      const whole = rows.map(async (row) => ({
        ...readEvent(row),
        headers: parsed<Readonly<Record<string, string>>>(row.headers),
        body: row.body_bytes === null ? null : (bodies.get(String(row.id)) ?? new Uint8Array()),
        answers: readAnswers(await answersOf(row)),
      }));
      return Promise.all(whole);
    },
  };
}

function bodyStatements(id: string, body: Uint8Array, redact: Redact): Statement[] {
  const before = new TextDecoder('utf-8', { ignoreBOM: true }).decode(body);
  const after = redact(before);
  if (after === before) return [];
  const bytes = new TextEncoder().encode(after);
  const parts: Statement[] = [];
  for (let at = 0; at === 0 || at < bytes.length; at += LIMITS.body_part_bytes)
    parts.push(statement(WRITE_BODY, id, parts.length, bytes.subarray(at, at + LIMITS.body_part_bytes)));
  return [...parts, statement('DELETE FROM event_bodies WHERE event_id = ? AND part >= ?', id, parts.length)];
}

/** These problems cite what a line said, and a buyer may have said it. */
const CITING: readonly string[] = ['value_invalid', 'line_refs_unknown'] satisfies ProblemCode[];

function problemStatements(row: Row): Statement[] {
  const it = parsed<Problem | null>(row.problem);
  if (!it || it.detail === '' || !CITING.includes(it.code)) return [];
  const silent = JSON.stringify(problem(it.code));
  return [statement('UPDATE events SET problem = ? WHERE id = ?', silent, String(row.id))];
}

function answerStatements(rows: readonly Row[], redact: Redact, valueBytes: number): Statement[] {
  return [...Map.groupBy(rows, ({ id }) => String(id))].flatMap(([id, parts]) => {
    const [first] = parts;
    const before = parts.map(({ body }) => String(body)).join('');
    // Whoever reads answers reads JSON.
    const after = redact(before) || 'null';
    if (!first || after === before) return [];
    const { event_id, refresh, asked, stamp } = first;
    const written = textParts(after, valueBytes).map((text, part) =>
      statement(
        WRITE_ANSWER,
        id,
        part,
        String(event_id),
        Number(refresh),
        String(asked),
        Number(stamp),
        text,
      ),
    );
    return [
      ...written,
      statement('DELETE FROM event_answers WHERE id = ? AND part >= ?', id, written.length),
    ];
  });
}
