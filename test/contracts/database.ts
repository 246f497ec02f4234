/** What a Database promises: batches that are whole, and values that come back as they went in. */
import { expect, test } from 'vitest';
import { BatchError, jsonRows, type SqlValue, statement } from '../../src/store/database.ts';
import type { Current } from './store.ts';

/** Of every table this one has the fewest rules: two texts and numbers. */
const PUT = `INSERT INTO alarms (source, code, count, first_at, last_at, detail) VALUES (?, ?, 1, ?, 2, ?)`;
const put = (source: string, detail = '', at = 1) => statement(PUT, source, 'code', at, detail);

export function databaseContract(current: Current): void {
  const codes = async () =>
    (await current().db.read('SELECT source FROM alarms ORDER BY source')).map(({ source }) => source);
  const kindOf = (run: Promise<unknown>) =>
    run.then(
      () => 'written',
      (error) => (error instanceof BatchError ? error.kind : String(error)),
    );

  test('a batch is written whole, in order, and answers the rows of each statement', async () => {
    const rows = await current().db.batch([
      put('a'),
      statement('UPDATE alarms SET count = count + 1 RETURNING source, count'),
      statement('SELECT 7 AS seven'),
    ]);
    expect(rows).toEqual([[], [{ source: 'a', count: 2 }], [{ seven: 7 }]]);
  });

  test('an empty batch is written, too', async () => {
    expect(await current().db.batch([])).toEqual([]);
  });

  test('a batch against a constraint is a conflict, and nothing of it is there', async () => {
    await current().db.batch([put('a')]);
    expect(await kindOf(current().db.batch([put('b'), put('a'), put('c')]))).toBe('conflict');
    expect(await codes()).toEqual(['a']);
  });

  test('a constraint is found in a statement that returns rows, too', async () => {
    await current().db.batch([put('a')]);
    const all = `${PUT} RETURNING source`;
    const again = [put('b'), statement(all, 'c', 'code', 1, ''), statement(all, 'a', 'code', 1, '')];
    expect(await kindOf(current().db.batch(again))).toBe('conflict');
    expect(await kindOf(current().db.batch(again.slice(0, 2)))).toBe('written');
    expect(await codes()).toEqual(['a', 'b', 'c']);
  });

  test.for([
    ['that cannot be parsed', statement('SELEC 1')],
    ['about a table that is not there', statement('UPDATE nothing SET x = 1')],
    ['whose function fails', statement(`SELECT json('{')`)],
  ] as const)(
    'a statement %s is faulty, not a conflict, and nothing of its batch is there',
    async ([, bad]) => {
      expect(await kindOf(current().db.batch([put('a'), bad]))).toBe('faulty');
      expect(await codes()).toEqual([]);
      expect(await kindOf(current().db.batch([put('b')]))).toBe('written');
    },
  );

  test('of batches at once the bad ones fail alone', async () => {
    const kinds = await Promise.all(
      Array.from({ length: 60 }, (_, i) => {
        if (i % 10 === 3) return kindOf(current().db.batch([put(`n${i}`), statement('SELEC 1')]));
        if (i % 10 === 7) return kindOf(current().db.batch([put(`n${i}`), put(`n${i}`)]));
        return kindOf(current().db.batch([put(`n${i}`)]));
      }),
    );
    expect(kinds.map((it) => it[0]).join('')).toBe('wwwfwwwcww'.repeat(6));
    expect(await codes()).toHaveLength(48);
  });

  test.for<[string, unknown]>([
    ['true', true],
    ['undefined', undefined],
    ['NaN', Number.NaN],
    ['a bigint', 1n],
    ['an object', {}],
  ])('%s is no parameter, to read as little as to write, and stops nothing', async ([, value]) => {
    // What the compiler would not let through.
    const params = [value as SqlValue];
    const { db } = current();
    expect(await kindOf(db.batch([put('a'), { sql: 'SELECT ? AS v', params }]))).toMatch(
      /cannot be a parameter/,
    );
    await expect(db.read('SELECT ? AS v', params)).rejects.toThrow(/cannot be a parameter/);
    expect(await codes()).toEqual([]);
  });

  test.for<[string, SqlValue, unknown]>([
    ['null', null, null],
    ['an integer', Date.UTC(2026, 0), Date.UTC(2026, 0)],
    ['a fraction', 1.5, 1.5],
    ['a text that looks like a number', '9223372036854775807', '9223372036854775807'],
    ['quotes and what ends statements', `'"; DROP TABLE events; --`, `'"; DROP TABLE events; --`],
    ['emoji', '🗝️🧑‍💻', '🗝️🧑‍💻'],
    ['a NUL', 'before\0after', 'before\ufffdafter'],
    ['half a surrogate pair', 'a\ud800b', 'a\ufffdb'],
    ['100 KB', 'ж'.repeat(50_000), 'ж'.repeat(50_000)],
  ])('%s goes in and comes back, alone and through JSON', async ([, value, expected]) => {
    const { db } = current();
    expect((await db.read('SELECT ? AS v', [value]))[0]).toEqual({ v: expected });
    expect((await db.batch([statement('SELECT ? AS v', value)]))[0]).toEqual([{ v: expected }]);
    if (value instanceof Uint8Array) return;
    const [[row] = []] = await db.batch([
      statement(`SELECT value->>'x' AS v FROM json_each(?)`, jsonRows([{ x: value }])),
    ]);
    expect(row).toEqual({ v: expected });
  });

  test('a read sees everything that was committed before it, even after a read that failed half-way', async () => {
    const { db } = current();
    for (let i = 0; i < 20; i++) {
      await db.batch([put(`n${i}`, i % 2 === 0 ? '1' : '{')]);
      expect(await codes()).toHaveLength(i + 1);
      if (i > 1) await expect(db.read('SELECT json(detail) FROM alarms ORDER BY source')).rejects.toThrow();
    }
  });

  test('many rows come back whole', async () => {
    const rows = jsonRows(Array.from({ length: 1_000 }, (_, i) => `n${i}`));
    const insert = `INSERT INTO alarms (source, code, count, first_at, last_at, detail)
      SELECT value, 'code', 1, 1, 1, '' FROM json_each(?) RETURNING source`;
    const [written] = await current().db.batch([statement(insert, rows)]);
    expect(written).toHaveLength(1_000);
    expect(await codes()).toHaveLength(1_000);
  });

  test('a license without its order cannot be written', async () => {
    const orphan = `INSERT INTO order_items (order_id, ordinal, line_id, title, state, refs, source)
      VALUES ('ord_nobody', 0, 'l', 't', 'issued', '{}', 's')`;
    expect(await kindOf(current().db.batch([statement(orphan)]))).toBe('conflict');
  });
}
