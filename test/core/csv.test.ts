/** Tables as spreadsheets write them: what is read of each, and where a broken one is broken. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type CsvPlace,
  type CsvRow,
  csvLine,
  formOf,
  readCsv,
  readPiece,
  unguarded,
} from '../../src/core/csv.ts';

const cells = (text: string) => readCsv(text).rows.map((it) => it.cells);

test.each<readonly [string, string, readonly (readonly string[])[]]>([
  ['commas', 'a,b\n1,2\n', [['a', 'b'], ['1', '2']]],
  ['semicolons', 'a;b\n1,5;2', [['a', 'b'], ['1,5', '2']]],
  ['tabs', 'a\tb\n1\t2', [['a', 'b'], ['1', '2']]],
  ['a byte order mark and the line ends of Windows', '\ufeffa,b\r\n1,2\r\n', [['a', 'b'], ['1', '2']]],
  ['the line ends of old Macs', 'a,b\r1,2', [['a', 'b'], ['1', '2']]],
  ['quotes, and all that may stand in them', '"a","b, c"\n"say ""hi""","two\nlines"', [['a', 'b, c'], ['say "hi"', 'two\nlines']]],
  ['blanks around fields and quotes', ' a , "b" \n 1 ,2', [['a', 'b'], ['1', '2']]],
  ['empty fields and lines', 'a,b\n\n,\n"",2\n1,\n', [['a', 'b'], ['', '2'], ['1', '']]],
  ['one column', 'a\n1\n2', [['a'], ['1'], ['2']]],
  ['nothing', '', []],
  ['a quote inside of a field', 'a\n5" disk', [['a'], ['5" disk']]],
])('%s', (_what, text, expected) => {
  expect(cells(text)).toEqual(expected);
  expect(readCsv(text).faults).toEqual([]);
}); // biome-ignore format: a table

test('a row knows the line on which it begins, and the row that a spreadsheet shows it in', () => {
  const { rows } = readCsv('a\n"1\n2\n3"\n\n4');
  expect(rows.map(({ line, row }) => [line, row])).toEqual([[1, 1], [2, 2], [6, 4]]); // biome-ignore format: one glance
});

describe('a broken quote', () => {
  test('that is never closed is found where it opens, and what stands before it is read', () => {
    const { rows, faults } = readCsv('a,b\n1,2\n3,"4\n5,6\n');
    expect(rows).toHaveLength(2);
    expect(faults).toMatchObject([{ line: 3, message: 'a quote is opened here and never closed' }]);
  });

  test('with something behind it is found', () => {
    expect(readCsv('a\n"1" 2\n').faults).toMatchObject([
      { line: 2, message: 'behind a closing quote stands something else' },
    ]);
  });
});

test('whatever is written is read again', () => {
  const field = fc.string({ unit: fc.constantFrom('a', 'ж', '"', ',', ';', '\t', '\n', ' ', '=') });
  const table = fc
    .integer({ min: 1, max: 4 })
    .chain((width) =>
      fc.array(fc.array(field, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 6 }),
    );
  fc.assert(
    fc.property(table, (rows) => {
      const header = rows[0]?.map((_, at) => `c${at}`) ?? [];
      const text = [header, ...rows]
        .map((it) => it.map((one) => `"${one.replaceAll('"', '""')}"`).join(','))
        .join('\n');
      const expected = [header, ...rows];
      expect(cells(text)).toEqual(expected.filter((it) => it.some((one) => one !== '')));
    }),
  );
});

/** As a spreadsheet may write it, and as hostile as a buyer may be. */
const hostile = fc.string({
  unit: fc.constantFrom('a', 'ж', '😀', '"', "'", ',', ';', '\t', '\n', '\r', ' ', '=', '+', '-', '@', '\ufeff', '0'),
  maxLength: 12,
}); // biome-ignore format: a list
const table = fc
  .integer({ min: 2, max: 4 })
  .chain((width) => fc.array(fc.array(hostile, { minLength: width, maxLength: width }), { maxLength: 8 }))
  .map((rows) => [(rows[0] ?? ['', '']).map((_, at) => `c${at}`), ...rows]);

test('what is written here is read again, and no spreadsheet takes a cell for a formula', () => {
  fc.assert(
    fc.property(table, (rows) => {
      const read = cells(rows.map(csvLine).join(''));
      expect(read.map((it) => it.map(unguarded))).toEqual(rows.filter((it) => it.some((one) => one !== '')));
      for (const cell of read.flat()) expect(cell).not.toMatch(/^[=+\-@\t\r\n]/);
    }),
  );
});

test('a file that comes in pieces, cut anywhere, is the same file', () => {
  const cut = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(table, cut, fc.integer({ min: 1, max: 5 }), (rows, sizes, most) => {
      const text = rows.map(csvLine).join('');
      const bytes = new TextEncoder().encode(text);
      const { separator, begin } = formOf(bytes);
      const found: CsvRow[] = [];
      let place: CsvPlace = begin;
      let end = 0;
      for (let n = 0; place.at < bytes.length; n++) {
        end = Math.min(bytes.length, end + (sizes[n % sizes.length] ?? 1));
        const whole = end === bytes.length;
        const from = { ...place, at: 0 };
        const piece = readPiece(bytes.subarray(place.at, end), from, { separator, whole, most });
        found.push(...piece.rows);
        place = { ...piece.next, at: place.at + piece.next.at };
      }
      expect(found).toEqual(readCsv(text).rows);
    }),
  );
});

test('a cell that is not UTF-8 is found, and the rows around it are read', () => {
  const bytes = Uint8Array.from([...new TextEncoder().encode('a,b\n1,2\n3,'), 0xe9, 0x0a, 0x35, 0x2c, 0x36]);
  const { separator, begin } = formOf(bytes);
  const { rows, faults } = readPiece(bytes, begin, { separator, whole: true });
  expect(rows.map((it) => it.cells[0])).toEqual(['a', '1', '3', '5']);
  expect(faults).toMatchObject([{ row: 3, line: 3, message: 'is not UTF-8' }]);
});
