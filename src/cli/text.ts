/**
 * Texts for the terminal: tables, wrapped paragraphs, problems with their remedies. Pure: the same values give
 * the same text. What must never happen here: a color inside a column that is then measured as letters.
 */
import type { PlacedError } from '../core/problem.ts';
import type { Trouble } from './outcome.ts';

export type Tone = 'strong' | 'dim' | 'good' | 'bad' | 'warn' | 'name';
/** Colors a text, or leaves it as it is. */
export type Paint = (tone: Tone, text: string) => string;

export const plain: Paint = (_tone, text) => text;

/** Names come from shops and buyers: letters that move the cursor or turn the text must not reach a terminal. */
const COMMANDS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** One line that a terminal only shows. */
export function harmless(text: string): string {
  return text.replace(COMMANDS, '\ufffd');
}

/** A cell with its tone; the width counts its letters alone. */
export type Cell = string | readonly [tone: Tone, text: string];

/**
 * Rows in aligned columns, two spaces apart. A row's last cell may be long: it widens no column.
 * @returns lines, without their ends
 */
export function table(rows: readonly (readonly Cell[])[], paint: Paint, indent = ''): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [at, cell] of row.slice(0, -1).entries())
      widths[at] = Math.max(widths[at] ?? 0, textOf(cell).length);
  }
  return rows.map((row) => {
    const cells = row.map((cell, at) => {
      const text = textOf(cell);
      const padding = at === row.length - 1 ? '' : ' '.repeat((widths[at] ?? 0) - text.length);
      return (typeof cell === 'string' ? text : paint(cell[0], text)) + padding;
    });
    return (indent + cells.join('  ')).trimEnd();
  });
}

function textOf(cell: Cell): string {
  return harmless(typeof cell === 'string' ? cell : cell[1]);
}

/** Breaks a text at spaces; a word longer than the line (a URL, a key) stays whole, so that it can be copied. */
export function wrap(text: string, width: number, indent = '', first = indent): string[] {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.split(/\s+/).filter((it) => it !== '')) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  if (!empty) lines.push(line);
  return lines;
}

/** One error with its place, what is wrong, and how to mend it. */
export function placed(it: PlacedError, paint: Paint, width: number, indent = ''): string[] {
  const file = it.line === undefined ? it.file : `${it.file}:${it.line}`;
  const place = [paint('strong', file), it.path].filter((part) => part !== '').join('  ');
  return [
    `${indent}${place}`,
    ...wrap(it.message, width, `${indent}  `),
    ...remedy(it.remedy, width, `${indent}  `),
  ];
}

export function remedy(text: string, width: number, indent = ''): string[] {
  return wrap(text, width, `${indent}  `, `${indent}→ `);
}

/** A failure: its title, what was special this time, each error with its place, and what to do. */
export function trouble(it: Trouble, paint: Paint, width: number): string[] {
  const errors = it.errors ?? [];
  // With the errors below, a detail that only lists their names says nothing more.
  const detail = errors.length > 0 ? '' : it.detail;
  return [
    `${paint('bad', '✗')} ${paint('strong', it.title)}`,
    ...wrap(detail, width, '  '),
    ...errors.flatMap((error) => placed(error, paint, width, '  ')),
    ...(it.hint === '' ? [] : remedy(it.hint, width, '  ')),
  ];
}

/** The day of a time of the API. */
export function day(iso: string): string {
  return iso.slice(0, 10);
}

/** `2026-11-30 08:00`, in UTC as the API writes it. */
export function minute(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ');
}

const TONES: Readonly<Record<string, Tone>> = {
  ...{ issued: 'good', active: 'good', done: 'good', running: 'good', stored: 'good' },
  ...{ parked: 'warn', partly_parked: 'warn', suspended: 'warn', waiting: 'warn', received: 'warn' },
  ...{ revoked: 'bad', cancelled: 'bad', expired: 'bad', failed: 'bad', ended: 'bad' },
};

/** The word for how something stands, in the color of it. */
export function state(word: string): Cell {
  return [TONES[word] ?? 'dim', word];
}

/** A cell outside of a table. */
export function painted(cell: Cell, paint: Paint): string {
  return typeof cell === 'string' ? harmless(cell) : paint(cell[0], harmless(cell[1]));
}

/** `1 license`, `2 licenses` */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** `12 s`, `5 min`, `3 h`, `40 days`: as exact as a person asks for. */
export function span(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

/** `3.4 MB`; thousands, as disks are sold. */
export function bytes(count: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let size = count;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit++;
  }
  return `${unit === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${units[unit]}`;
}

/** `2 × Acme Pro`; an open quantity has no number. */
export function lineName(quantity: number | null, title: string): string {
  return quantity === null ? title : `${quantity} × ${title}`;
}
