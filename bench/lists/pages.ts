/**
 * What an order costs in pages: those that its webhook and its settle write into the log, counted in the log itself.
 * Counts are the same on every machine, where times are not. What must never happen here: a checkpoint between the two
 * looks, after which the log begins anew.
 */
import { statSync } from 'node:fs';
import { openHouse } from '../../src/node.ts';
import { makeDigits, makeTemplate, writeDelivery } from '../deliveries.ts';
import type { Place } from '../place.ts';

/** Bytes of a log before its first page, and of one page with its head. */
const LOG_HEAD = 32;
const FRAME = 4096 + 24;
/** As many as decision 0020 counted with: orders that came together. */
const AT_ONCE = 13;
const ROUNDS = 12;
const BYTES = 6144;

export interface Pages {
  /** Of one order. */
  readonly stored: number;
  readonly settled: number;
}

/** @param database with some orders, closed; it gets some more */
export async function pagesOfAnOrder(place: Place, database: string): Promise<Pages> {
  const opened = await openHouse({ env: place.env(database), log: () => undefined });
  if (!opened.ok) throw new Error(opened.problem.detail);
  const house = opened.value;
  const nextDigits = makeDigits();
  const template = makeTemplate('shopify', '/webhooks/shopify', BYTES);
  const send = async () => {
    const request = Buffer.from(template.bytes);
    writeDelivery(template, request, nextDigits(), Date.now());
    const [head = ''] = request.toString('latin1').split('\r\n\r\n');
    const headers = new Headers(
      head.split('\r\n').slice(1).map((line): [string, string] => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
    ); // biome-ignore format: one header a line
    const body = request.subarray(template.bodyAt);
    const { status } = await house.app.request('/webhooks/shopify', { method: 'POST', headers, body });
    if (status !== 200) throw new Error(`a webhook was answered with ${status}`);
  };
  const frames = () => Math.max(0, statSync(`${database}-wal`).size - LOG_HEAD) / FRAME;
  let stored = 0;
  let settled = 0;
  // The first round warms: a file that was just opened brings its schema.
  for (let round = 0; round <= ROUNDS; round++) {
    const before = frames();
    await Promise.all(Array.from({ length: AT_ONCE }, send));
    const between = frames();
    await house.drain();
    const after = frames();
    if (round === 0) continue;
    stored += between - before;
    settled += after - between;
  }
  await house.close();
  const orders = ROUNDS * AT_ONCE;
  return { stored: stored / orders, settled: settled / orders };
}
