/**
 * The Worker behind d1.ts: what a test asks in Node is asked here of the real binding, by the code that asks it in
 * production.
 */
import { BatchError, type Row, type SqlValue, type Statement } from '../../src/store/database.ts';
import { type D1, openD1 } from '../../src/store/open-d1.ts';

/** What travels: bytes as base64, all else as JSON has it. */
export type Sent = null | number | string | { readonly bytes: string };
export interface Asked {
  readonly way: 'read' | 'batch';
  readonly statements: readonly { readonly sql: string; readonly params: readonly Sent[] }[];
}
export type Told =
  | { readonly rows: readonly (readonly Readonly<Record<string, unknown>>[])[] }
  | { readonly kind: BatchError['kind'] | null; readonly message: string };

export function sent(value: SqlValue): Sent {
  if (!(value instanceof Uint8Array)) return value;
  let text = '';
  for (let at = 0; at < value.length; at += 8192)
    text += String.fromCharCode(...value.subarray(at, at + 8192));
  return { bytes: btoa(text) };
}

export function received(value: unknown): SqlValue {
  if (typeof value === 'object' && value !== null && 'bytes' in value) {
    const text = atob(String(value.bytes));
    const bytes = new Uint8Array(text.length);
    // Many times as fast as Uint8Array.from, and megabytes come this way.
    for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
    return bytes;
  }
  // Nothing else was sent.
  return value as SqlValue;
}

export const eachValue = (row: Row, turn: (value: SqlValue) => unknown) =>
  // A row of SQL holds nothing else.
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, turn(value as SqlValue)]));

export default {
  fetch: async (request: Request, { DB }: { readonly DB: D1 }): Promise<Response> => {
    // The other end is d1.ts.
    const asked = (await request.json()) as Asked;
    const statements = asked.statements.map(
      ({ sql, params }): Statement => ({ sql, params: params.map(received) }),
    );
    const db = openD1(DB);
    try {
      const [first] = statements;
      const rows =
        asked.way === 'read' && first ? [await db.read(first.sql, first.params)] : await db.batch(statements);
      return Response.json({ rows: rows.map((some) => some.map((row) => eachValue(row, sent))) });
    } catch (error) {
      const kind = error instanceof BatchError ? error.kind : null;
      return Response.json({ kind, message: error instanceof Error ? error.message : String(error) });
    }
  },
};
