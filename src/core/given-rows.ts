/**
 * Keys that were given out before Keyferry, on their way in: how a row must look, and whether it can be taken in
 * beside what is stored already. Pure. What must never happen here: a key taken in that its license can never have,
 * without a word; or a key repeated in an error.
 */
import { isCalled } from './adoption.ts';
import type { LineState } from './entitlement.ts';
import { LIMITS } from './limits.ts';

export interface GivenRow {
  /** The sale's external id, or any other name of it. */
  readonly name: string;
  /** The id of one of its lines, or any ref of it; null: whichever line needs a key. */
  readonly line: string | null;
  readonly product: string | null;
  readonly key: string;
}

/** A key as it is kept; old keys may look like anything that can be printed in one line. Null: it cannot be one. */
export function readGivenKey(text: string): string | null {
  const key = text.trim();
  return /^[\x20-\x7e]+$/.test(key) && key.length <= LIMITS.given_key_letters ? key : null;
}

/** What is stored already of the key and the sale of a row. */
export interface Around {
  /** The same key, as it was taken in before. */
  readonly taken:
    | (GivenRow & {
        readonly source: string;
        readonly account: string;
        readonly used: boolean;
        readonly created_by: string;
      })
    | null;
  /** The license that bears the key. */
  readonly license: { readonly id: string; readonly order_id: string } | null;
  readonly sale: KnownSale | null;
}

interface KnownSale {
  readonly order_id: string;
  readonly version: number;
  readonly items: readonly {
    readonly line_id: string;
    readonly refs: Readonly<Record<string, string>>;
    readonly product: string | null;
    readonly state: Exclude<LineState, 'granted'> | 'issued';
  }[];
  /** What its licenses are for, each once. */
  readonly licensed: readonly { readonly line_id: string; readonly product: string }[];
}

/** Why a row is not taken in, and what its reader can do. */
export interface Refusal {
  readonly message: string;
  readonly remedy: string;
}

/** `known`: it was taken in before, or its license bears this key already; nothing is to be done. */
export function judge(
  row: GivenRow,
  { source, account }: { readonly source: string; readonly account: string },
  { taken, license, sale }: Around,
): 'new' | 'known' | Refusal {
  if (taken) {
    const same = taken.source === source && taken.account === account && taken.name === row.name;
    if (same && (taken.used || (taken.line === row.line && taken.product === row.product))) return 'known';
    if (taken.used)
      return refused(`the key is that of another sale, ${taken.name}`, 'Look which of the two has it.');
    const other = same ? 'for another line or product of this sale' : `for another sale, ${taken.name}`;
    return refused(
      `the key was taken in before ${other}`,
      'Take the earlier one out first: DELETE /v1/adoptions/{id}.',
    );
  }
  if (license && license.order_id === sale?.order_id) return 'known';
  if (license) {
    const message = `the license ${license.id} of the order ${license.order_id} has this key`;
    return refused(message, 'Look which of the two sales has it.');
  }
  return sale ? besideSale(row, sale) : 'new';
}

function besideSale(row: GivenRow, { order_id, items, licensed }: KnownSale): 'new' | Refusal {
  // Of a sale whose lines are not known yet nothing can be said.
  if (items.length === 0) return 'new';
  const { line, product } = row;
  const called = items.filter(({ line_id: id, refs }) => line === null || isCalled(line, { id, refs }));
  if (called.length === 0) {
    const names = [...new Set(items.map(({ line_id }) => line_id))].slice(0, 5).join(', ');
    return refused(
      `the order ${order_id} has no line that is called ${JSON.stringify(line)}`,
      `Name it by its id or by one of its refs, or leave it out. Its lines: ${names}.`,
    );
  }
  const meant = called.filter((it) => product === null || it.product === null || it.product === product);
  if (meant.length === 0) {
    const products = [...new Set(called.map((it) => it.product))].slice(0, 5).join(', ');
    return refused(
      `the order ${order_id} sells no product ${JSON.stringify(product)} there`,
      `Write the product's code in the catalog, or leave it out. It sells: ${products}.`,
    );
  }
  if (meant.some(({ state }) => state === 'pending' || state === 'parked')) return 'new';
  const there = meant.some((it) =>
    licensed.some((one) => one.line_id === it.line_id && (it.product === null || one.product === it.product)),
  );
  if (!there) return 'new';
  return refused(
    `the order ${order_id} has its licenses already, with other keys`,
    'Nothing was changed. Give its buyer the keys that the order shows, or take its sales in before they are issued: with `sold_since` in the mapping.',
  );
}

function refused(message: string, remedy: string): Refusal {
  return { message, remedy };
}
