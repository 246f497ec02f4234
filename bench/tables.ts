/**
 * The rows of a run as text: for the terminal, for the README, and as plain values for a file. Pure.
 */
import { median } from './numbers.ts';
import {
  type Bound,
  isReached,
  judged,
  type Row,
  ratiosOf,
  type Series,
  spreadOf,
  type Unit,
} from './rows.ts';

/** What stands above the README's table. */
export interface Conditions {
  readonly at: string;
  readonly machine: string;
  readonly node: string;
  /** What one small sync takes on the disk, in ms. */
  readonly sync_ms: number;
  /** How many programs wanted to run when it began. */
  readonly load: number;
  readonly rounds: number;
  readonly full: boolean;
}

/** Three digits that count. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function withUnit(value: number, unit: Unit): string {
  return unit === '/s' ? `${number(value)}/s` : `${number(value)} ${unit}`;
}

function rangeOf(values: readonly number[]): string {
  const { least, most } = spreadOf(values);
  return values.length > 1 ? ` (${number(least)}–${number(most)})` : '';
}

function seriesText({ values, p50, p99, cpu }: Series, unit: Unit): string {
  const beside = [
    ...(p50 ? [`p50 ${number(median(p50))} ms`] : []),
    ...(p99 ? [`p99 ${number(median(p99))} ms`] : []),
    ...(cpu ? [`CPU ${number(median(cpu))} µs`] : []),
  ].join(', ');
  return `${withUnit(median(values), unit)}${rangeOf(values)}${beside && `; ${beside}`}`;
}

function ratioText(row: Row): string {
  const ratios = ratiosOf(row);
  return ratios ? `${number(median(ratios))} ×${rangeOf(ratios)}` : '';
}

function boundText(bound: Bound, row: Row): string {
  const [sign, value] = 'atLeast' in bound ? ['≥', bound.atLeast] : ['≤', bound.atMost];
  const written = `${value} ${row.beside ? '×' : row.unit}`;
  return `${sign} ${written} ${isReached(row, bound) ? '✓' : '✗'}`;
}

/** A row on a few lines. */
export function terminalText(row: Row): string {
  const width = Math.max(row.ours.name.length, row.beside?.name.length ?? 0);
  const line = (series: Series) => `  ${series.name.padEnd(width)}  ${seriesText(series, row.unit)}`;
  const bounds = [
    ...(row.must ? [`must ${boundText(row.must, row)}`] : []),
    ...(row.aim ? [`aim ${boundText(row.aim, row)}`] : []),
  ];
  const verdict = [ratioText(row), ...bounds].filter(Boolean).join('   ');
  return [
    row.what,
    line(row.ours),
    ...(row.beside ? [line(row.beside)] : []),
    ...(verdict ? [`  ${verdict}`] : []),
    ...(row.note ? [`  ${row.note}`] : []),
  ].join('\n');
}

/** All rows, one line each: what, the judged number, and whether it is enough. */
export function summary(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ what }) => what.length));
  return rows
    .map((row) => {
      const value = row.beside ? `${number(judged(row))} ×` : withUnit(judged(row), row.unit);
      const must = row.must ? `must ${boundText(row.must, row)}` : '';
      const aim = row.aim ? `aim ${boundText(row.aim, row)}` : '';
      return `${row.what.padEnd(width)}  ${value.padStart(9)}  ${must.padEnd(18)}  ${aim}`.trimEnd();
    })
    .join('\n');
}

export function conditionsText(of: Conditions): string {
  const said = [
    of.at,
    of.machine,
    `Node ${of.node}`,
    `a small sync takes ${number(of.sync_ms)} ms`,
    `load ${number(of.load)} when it began`,
    `${of.rounds} rounds`,
    ...(of.full ? ['`--full`'] : []),
  ];
  return said.join(', ');
}

export function markdown(rows: readonly Row[], of: Conditions): string {
  const lines = rows.map((row) => {
    const beside = row.beside ? `${row.beside.name}: ${seriesText(row.beside, row.unit)}` : '';
    const cells = [
      row.note ? `${row.what} (${row.note})` : row.what,
      seriesText(row.ours, row.unit),
      beside,
      ratioText(row),
      row.must ? boundText(row.must, row) : '',
      row.aim ? boundText(row.aim, row) : '',
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    `${conditionsText(of)}.`,
    '',
    '| what | Keyferry | beside it | ratio | must | aim |',
    '|---|---|---|---|---|---|',
    ...lines,
  ].join('\n');
}

export function plain(rows: readonly Row[], of: Conditions) {
  const series = ({ name, values, p50, p99, cpu }: Series) => ({
    name,
    median: median(values),
    values,
    ...(p50 && { p50_ms: median(p50) }),
    ...(p99 && { p99_ms: median(p99) }),
    ...(cpu && { cpu_us: median(cpu) }),
  });
  return {
    ...of,
    rows: rows.map((row) => ({
      what: row.what,
      unit: row.unit,
      keyferry: series(row.ours),
      beside: row.beside && series(row.beside),
      ratios: ratiosOf(row),
      must: row.must && { ...row.must, reached: isReached(row, row.must) },
      aim: row.aim && { ...row.aim, reached: isReached(row, row.aim) },
      note: row.note ?? null,
    })),
  };
}
