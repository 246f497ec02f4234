/** Tables as spreadsheets write them: what is read of each, and where a broken one is broken. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCsv } from '../../src/cli/csv.ts';

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

test('a row knows the line on which it begins', () => {
  expect(readCsv('a\n"1\n2\n3"\n\n4').rows.map(({ line }) => line)).toEqual([1, 2, 6]);
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
      const expected = [header, ...rows.map((it) => it.map((one) => one.trim()))];
      expect(cells(text)).toEqual(expected.filter((it) => it.some((one) => one !== '')));
    }),
  );
});
