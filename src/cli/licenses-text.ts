/**
 * Licenses as people read them: with their keys whole, for they are what was asked for. Pure. What must never happen
 * here: a value shown that the API did not say.
 */
import type { License, WholeLicense } from '../client/index.ts';
import { type Cell, day, minute, type Paint, painted, state, table } from './text.ts';
import { timelineText } from './timeline-text.ts';

/** `active until 2027-11-30` */
export function standing(it: License): readonly Cell[] {
  return [state(it.state), it.valid_until === null ? '' : `until ${day(it.valid_until)}`];
}

/** The key names a license as its id does, and is what buyers quote. */
export const LICENSE_HEAD = ['key', 'state', 'until', 'product'];

export function licenseRow(it: License): readonly Cell[] {
  const until = it.valid_until === null ? 'no end' : day(it.valid_until);
  return [['strong', it.key], state(it.state), until, `${it.product} ${it.policy}`];
}

/** Said of every license in their own place. */
const TOLD = new Set([
  ...['id', 'key', 'state', 'product', 'policy', 'valid_until', 'starts_at', 'order_id', 'replaced'],
  ...['timeline', 'timeline_truncated', 'line_id', 'unit', 'part', 'generation', 'issuer', 'created_at'],
  ...['updated_at', 'remark', 'reasons'],
]);

export function licenseText(it: WholeLicense, paint: Paint, width: number): string {
  const head: Cell[] = [['strong', it.key], state(it.state)];
  const rows: Cell[][] = [
    ['license', it.id],
    ['product', `${it.product} ${it.policy}, ${it.license_type}`],
    ['valid', `${day(it.starts_at)} – ${it.valid_until === null ? 'no end' : minute(it.valid_until)}`],
    ['order', it.order_id],
  ];
  for (const [name, value] of Object.entries(it)) {
    if (TOLD.has(name) || name === 'license_type' || isNothing(value)) continue;
    rows.push([name, typeof value === 'string' ? value : JSON.stringify(value)]);
  }
  return [
    head.map((cell) => painted(cell, paint)).join('  '),
    ...(it.replaced ? [paint('warn', '  Another license stands in its place.')] : []),
    ...table(
      rows.map(([name = '', value = '']) => [['dim', typeof name === 'string' ? name : ''], value]),
      paint,
      '  ',
    ),
    ...timelineText(it, paint, width),
  ].join('\n');
}

function isNothing(value: unknown): boolean {
  if (value === null || value === undefined) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
