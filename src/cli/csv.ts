/**
 * Reads a table of comma-separated values (RFC 4180), as spreadsheets write them: with a byte order mark or without,
 * with commas, semicolons or tabs, fields in quotes that may hold all of these and line breaks. What must never
 * happen here: a broken quote that swallows the rest of the file in silence.
 */

export interface CsvRow {
  /** Where it begins in the file, counted from 1. */
  readonly line: number;
  readonly cells: readonly string[];
}

export interface CsvFault {
  readonly line: number;
  readonly message: string;
  readonly remedy: string;
}

export interface Csv {
  /** Without those that are empty. */
  readonly rows: readonly CsvRow[];
  readonly faults: readonly CsvFault[];
}

const UNCLOSED = {
  message: 'a quote is opened here and never closed',
  remedy: 'Close it, and write a quote inside of quotes twice.',
};
const STRAY = {
  message: 'behind a closing quote stands something else',
  remedy: 'Put the whole field in quotes, and write a quote inside of it twice.',
};

export function readCsv(text: string): Csv {
  const source = text.replace(/^\ufeff/, '');
  const separator = separatorOf(source);
  const rows: CsvRow[] = [];
  const faults: CsvFault[] = [];
  let line = 1;
  let at = 0;
  while (at < source.length) {
    const begins = line;
    const cells: string[] = [];
    for (let more = true; more; ) {
      const opened = line;
      let first = at;
      while (source[first] === ' ') first++;
      const quoted = source[first] === '"';
      let cell = '';
      if (quoted) {
        const end = closingQuote(source, first + 1);
        if (end === -1) {
          faults.push({ line: opened, ...UNCLOSED });
          return { rows, faults };
        }
        cell = source.slice(first + 1, end).replaceAll('""', '"');
        line += cell.split('\n').length - 1;
        at = end + 1;
      }
      const rest = fieldEnd(source, at, separator);
      const plain = source.slice(at, rest);
      if (!quoted) cell = plain;
      else if (plain.trim() !== '') faults.push({ line: opened, ...STRAY });
      at = rest;
      cells.push(cell.trim());
      more = source[at] === separator;
      if (more) at++;
    }
    if (source[at] === '\r') at++;
    if (source[at] === '\n') at++;
    line++;
    if (cells.some((it) => it !== '')) rows.push({ line: begins, cells });
  }
  return { rows, faults };
}

/** The one that the first line has most of. */
function separatorOf(source: string): string {
  const [first = ''] = source.split(/\r?\n|\r/, 1);
  const counts = [',', ';', '\t'].map((it) => [it, first.split(it).length] as const);
  return counts.reduce((most, it) => (it[1] > most[1] ? it : most))[0];
}

/** The quote that is not followed by another; -1: there is none. */
function closingQuote(source: string, from: number): number {
  for (let at = source.indexOf('"', from); at !== -1; at = source.indexOf('"', at + 2)) {
    if (source[at + 1] !== '"') return at;
  }
  return -1;
}

function fieldEnd(source: string, from: number, separator: string): number {
  let at = from;
  while (at < source.length && source[at] !== separator && source[at] !== '\n' && source[at] !== '\r') at++;
  return at;
}
