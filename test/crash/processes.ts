/**
 * What shops post to processes in a short race, and what must be in the database in the end, read from beside it.
 * Longer runs have a sender (sender.ts) and a checker that knows no database (checker.ts).
 */
import { expect } from 'vitest';
import { samples as shopifySamples } from '../../integrations/shopify/samples.ts';
import { samples as stripeSamples } from '../../integrations/stripe/samples.ts';
import { connect } from '../store/beside.ts';
import { type Shop, signed } from './purchases.ts';
import type { KeyferryProcess } from './serving.ts';

/** One signed delivery, ready to be posted. */
export interface Posting {
  readonly source: Shop;
  readonly body: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
  /** The sale that it is about. */
  readonly externalId: string;
}

/** What the shops tell of one buyer each: a checkout at Stripe; at Shopify a refund that overtakes its order. */
export async function postingsOf(seed: string): Promise<Posting[]> {
  const at = Date.now();
  const sign = async (source: Shop, name: string): Promise<Posting> => {
    const sample = (source === 'stripe' ? stripeSamples : shopifySamples).find((it) => it.name === name);
    if (!sample) throw new Error(`no sample ${name}`);
    const webhook = sample.make(at, seed);
    const [, id] =
      (source === 'stripe'
        ? /"(cs_\w+)"/
        : /"order_id":(\d+)/.test(webhook.body)
          ? /"order_id":(\d+)/
          : /"id":(\d+)/
      ).exec(webhook.body) ?? [];
    if (id === undefined) throw new Error(`no id in ${name}`);
    return { source, ...(await signed(source, webhook, at)), externalId: id };
  };
  return Promise.all([sign('stripe', 'one-time'), sign('shopify', 'refund-unit'), sign('shopify', 'paid')]);
}

/** @returns the answer when it was 200; null when no answer came, or another */
export async function post(
  { url }: KeyferryProcess,
  { source, body, headers }: Posting,
): Promise<{ readonly event: string; readonly duplicate: boolean } | null> {
  try {
    const answer = await fetch(`${url}/webhooks/${source}`, { method: 'POST', body, headers });
    if (answer.status !== 200) {
      await answer.arrayBuffer();
      return null;
    }
    // What the webhook door answers with 200.
    return (await answer.json()) as { event: string; duplicate: boolean };
  } catch {
    return null;
  }
}

/** Looks at the file from beside it. */
export function rows(database: string, sql: string): Record<string, unknown>[] {
  const connection = connect(database);
  try {
    // libSQL answers rows as plain objects by column name.
    return connection.prepare(sql).all([]) as Record<string, unknown>[];
  } finally {
    connection.close();
  }
}

/** Every event has ended well, every sale is one order, and its licenses are exactly those that were bought. */
export function expectExactly(database: string, postings: readonly Posting[]): void {
  expect(rows(database, `SELECT id, type, state, problem FROM events WHERE state <> 'done'`)).toEqual([]);
  const expected = new Map(
    postings.map(({ source, externalId }) => [
      `${source} ${externalId}`,
      source === 'stripe' ? 'acmepro' : 'acmecli,acmepro,acmepro',
    ]),
  );
  const orders = rows(
    database,
    `SELECT source || ' ' || external_id AS name, (SELECT group_concat(product) FROM (SELECT product FROM licenses l
       WHERE l.order_id = o.id AND l.state = 'active' ORDER BY product)) AS active FROM orders o`,
  );
  expect(orders).toHaveLength(expected.size);
  expect(new Map(orders.map(({ name, active }) => [name, active]))).toEqual(expected);
  const twice = 'FROM licenses GROUP BY order_id, line_id, unit, part HAVING count(*) > 1';
  expect(rows(database, `SELECT order_id ${twice}`)).toEqual([]);
  expect(rows(database, 'SELECT key FROM licenses GROUP BY key HAVING count(*) > 1')).toEqual([]);
}
