/**
 * Rows of `event_answers` as whole answers again: a long one is stored in parts. It stands between the table and
 * the inbox, and the API.
 */
import type { Answer } from '../core/integration.ts';
import type { Row } from './database.ts';

/** @param rows ordered by answer and part */
export function readAnswers(rows: readonly Row[]): (Answer & { readonly refresh: number })[] {
  return [...Map.groupBy(rows, ({ id }) => id).values()].flatMap((parts) => {
    const [first] = parts;
    if (!first) return [];
    return [
      {
        id: String(first.id),
        refresh: Number(first.refresh),
        asked: String(first.asked),
        stamp: Number(first.stamp),
        body: JSON.parse(parts.map(({ body }) => String(body)).join('')),
      },
    ];
  });
}
