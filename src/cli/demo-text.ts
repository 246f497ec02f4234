/** How the demo shows a sale: each line with what became of it, and the licenses under it. Pure. */
import type { ShownItem, ShownOrder } from './demo-api.ts';
import { type Cell, lineName, type Paint, table } from './text.ts';

/** Of the first column, so that the tables of a story stand alike. */
const LINE_WIDTH = 23;

/** Items of one line stand together: a bundle's line has one for each product. */
export function orderText({ items }: ShownOrder, paint: Paint): string[] {
  const rows = items.flatMap((item, at): Cell[][] => {
    const first = items[at - 1]?.line_id !== item.line_id;
    return [...(first ? [lineRow(item)] : []), ...item.licenses.map((it) => licenseRow(item, it))];
  });
  return table(rows, paint, '   ');
}

function lineRow(item: ShownItem): Cell[] {
  return [['strong', lineName(item.quantity, item.title).padEnd(LINE_WIDTH)], ...became(item)];
}

function became({ state, rule, reason, problem }: ShownItem): Cell[] {
  if (state === 'issued') return [`rule "${rule ?? ''}"`];
  if (state === 'ignored') return [['dim', `ignored: ${reason ?? ''}`]];
  if (state === 'parked') return [['warn', `parked: ${problem?.title ?? ''}`]];
  return [state];
}

function licenseRow(
  { product, policy }: ShownItem,
  { key, state, valid_until }: ShownItem['licenses'][number],
): Cell[] {
  const until = valid_until === null ? '' : ` to ${valid_until.slice(0, 10)}`;
  return [`  → ${product ?? ''} ${policy ?? ''}`, [state === 'active' ? 'good' : 'warn', key], state + until];
}
