/**
 * Tables of comma-separated values (RFC 4180): read as spreadsheets write them, piece by piece or whole, and written so
 * that no spreadsheet runs what a buyer typed. Pure. What must never happen here: a broken quote that swallows the rest
 * of the file in silence, or a cell that is read otherwise than it was written.
 */

export interface CsvRow {
  /** As a spreadsheet counts them: the header is 1, and empty rows count. */
  readonly row: number;
  /** Where it begins in the file, counted from 1. */
  readonly line: number;
  /** Without blanks around what stands in no quotes. */
  readonly cells: readonly string[];
}

export interface CsvFault {
  readonly row: number;
  readonly line: number;
  readonly message: string;
  readonly remedy: string;
}

export interface Csv {
  /** Without those that are empty. */
  readonly rows: readonly CsvRow[];
  readonly faults: readonly CsvFault[];
}

/** Where a row begins: its byte, and how it is counted. */
export interface CsvPlace {
  readonly at: number;
  readonly row: number;
  readonly line: number;
}

export interface CsvPiece extends Csv {
  /** Where the next row begins. */
  readonly next: CsvPlace;
  /** A quote is open up to the end of the file: nothing behind it can be read. */
  readonly broken: boolean;
}

const UNCLOSED = {
  message: 'a quote is opened here and never closed',
  remedy: 'Close it, and write a quote inside of quotes twice.',
};
const STRAY = {
  message: 'behind a closing quote stands something else',
  remedy: 'Put the whole field in quotes, and write a quote inside of it twice.',
};
const NOT_UTF8 = {
  message: 'is not UTF-8',
  remedy: 'Save the file as "CSV UTF-8".',
};

const QUOTE = 0x22;
const BLANK = 0x20;
const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SEPARATORS = [0x2c, 0x3b, TAB] as const;
/** Of each cell: a mark of byte order that stands in it is a letter of it. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function readCsv(text: string): Csv {
  const bytes = new TextEncoder().encode(text);
  const { separator, begin } = formOf(bytes);
  return readPiece(bytes, begin, { separator, whole: true });
}

/** @returns what stands between the cells (the one that the first line has most of), and where the first row begins */
export function formOf(bytes: Uint8Array): { readonly separator: number; readonly begin: CsvPlace } {
  const marked = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  const counts = new Map<number, number>();
  for (const byte of bytes) {
    if (byte === LF || byte === CR) break;
    counts.set(byte, (counts.get(byte) ?? 0) + 1);
  }
  const count = (it: number) => counts.get(it) ?? 0;
  const separator = SEPARATORS.reduce((most, it) => (count(it) > count(most) ? it : most));
  return { separator, begin: { at: marked ? 3 : 0, row: 1, line: 1 } };
}

/**
 * The rows of a piece of a file, up to the last that ends in it.
 * @param from where its first row begins in these bytes
 * @param form `whole`: the file ends with these bytes; `most`: so many rows, and no more
 */
export function readPiece(
  bytes: Uint8Array,
  from: CsvPlace,
  form: { readonly separator: number; readonly whole: boolean; readonly most?: number },
): CsvPiece {
  const { whole, most = Number.POSITIVE_INFINITY } = form;
  const rows: CsvRow[] = [];
  const faults: CsvFault[] = [];
  let { at, row, line } = from;
  while (at < bytes.length && rows.length < most) {
    const read = readRow(bytes, at, form.separator, whole);
    if (read === 'open') {
      if (whole) faults.push({ row, line, ...UNCLOSED });
      return { rows, faults, next: { at, row, line }, broken: whole };
    }
    if (read.fault) faults.push({ row, line: line + read.fault.lines, ...read.fault.what });
    if (read.cells.some((it) => it !== '')) rows.push({ row, line, cells: read.cells });
    at = read.next;
    line += read.lines;
    row++;
  }
  return { rows, faults, next: { at, row, line }, broken: false };
}

interface ReadRow {
  readonly cells: readonly string[];
  readonly fault: { readonly what: typeof STRAY; readonly lines: number } | null;
  readonly lines: number;
  readonly next: number;
}

/** @returns `open` where the row goes on behind these bytes, or, of a whole file, where a quote is never closed */
function readRow(bytes: Uint8Array, begin: number, separator: number, whole: boolean): ReadRow | 'open' {
  const cells: string[] = [];
  const { length } = bytes;
  let fault: ReadRow['fault'] = null;
  let lines = 0;
  let at = begin;
  for (;;) {
    const opened = lines;
    let first = at;
    while (bytes[first] === BLANK) first++;
    let cell: Uint8Array;
    const quoted = bytes[first] === QUOTE;
    let doubled = false;
    if (quoted) {
      let end = first + 1;
      for (; end < length; end++) {
        if (bytes[end] === LF) lines++;
        if (bytes[end] !== QUOTE) continue;
        if (bytes[end + 1] !== QUOTE) break;
        doubled = true;
        end++;
      }
      // At the very end of a piece another quote may follow.
      if (end >= length - (whole ? 0 : 1)) return 'open';
      cell = bytes.subarray(first + 1, end);
      at = end + 1;
    } else cell = bytes.subarray(at, at);
    const plain = at;
    while (at < length && bytes[at] !== separator && bytes[at] !== LF && bytes[at] !== CR) at++;
    if (!quoted) cell = bytes.subarray(plain, at);
    else if (hasMore(bytes, plain, at)) fault ??= { what: STRAY, lines: opened };
    const text = decoded(cell);
    if (text === null) fault ??= { what: NOT_UTF8, lines: opened };
    const said = text ?? '';
    cells.push(quoted ? (doubled ? said.replaceAll('""', '"') : said) : said.trim());
    if (bytes[at] !== separator || at >= length) break;
    at++;
  }
  // What ends with the piece may go on behind it; a CR there may have an LF.
  if (!whole && at >= length - (bytes[at] === CR ? 1 : 0)) return 'open';
  if (bytes[at] === CR) at++;
  if (bytes[at] === LF) at++;
  return { cells, fault, lines: lines + 1, next: at };
}

function hasMore(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at] !== BLANK && bytes[at] !== TAB) return true;
  return false;
}

function decoded(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}

/** What a spreadsheet takes for a formula. */
const FORMULA = /^'*[=+\-@\t\r\n]/;
const GUARDED = /^'+[=+\-@\t\r\n]/;
const QUOTED = /[",;\r\n]|^\s|\s$/;

/**
 * One row as text. A cell that a spreadsheet would take for a formula gets a `'` before it, which `unguarded` takes
 * away: buyers write their own names.
 */
export function csvLine(cells: readonly (string | null)[]): string {
  const written = cells.map((it) => {
    if (it === null) return '';
    const guarded = FORMULA.test(it) ? `'${it}` : it;
    return QUOTED.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
  });
  // A row of empty cells is no row to whoever reads it.
  return `${written.length === 1 && written[0] === '' ? '""' : written.join(',')}\r\n`;
}

/** A cell as it was before `csvLine`. */
export function unguarded(cell: string): string {
  return GUARDED.test(cell) ? cell.slice(1) : cell;
}
