/**
 * What an order costs in pages: those that its webhook and its settle write into the log, counted in the log itself.
 * Counts are the same on every machine, where times are not. What must never happen here: a log
 * that began anew between two looks taken for a short one.
 */
import { readFileSync } from 'node:fs';
import { openHouse } from '../../src/node.ts';
import { makeDigits, makeTemplate, writeDelivery } from '../deliveries.ts';
import type { Place } from '../place.ts';

/** Bytes of a log before its first page, and of one page with its head. */
const LOG_HEAD = 32;
const FRAME = 4096 + 24;
/** As many as decision 0020 counted with: orders that came together. */
const AT_ONCE = 13;
const ROUNDS = 40;
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
  const look = () => readFileSync(`${database}-wal`);
  let stored = 0;
  let settled = 0;
  // The first round warms: a file that was just opened brings its schema.
  for (let round = -1, counted = 0; counted < ROUNDS; round++) {
    const before = look();
    await Promise.all(Array.from({ length: AT_ONCE }, send));
    const between = look();
    await house.drain();
    const after = look();
    // What was written before the log began anew is not in it any more.
    if (round < 0 || beginningOf(before) !== beginningOf(after)) continue;
    stored += framesOf(between) - framesOf(before);
    settled += framesOf(after) - framesOf(between);
    counted++;
  }
  await house.close();
  const orders = ROUNDS * AT_ONCE;
  return { stored: stored / orders, settled: settled / orders };
}

/** A log that began anew has another salt; what is left behind it of the one before has the old. */
function beginningOf(log: Buffer): number {
  return log.length < LOG_HEAD ? 0 : log.readUInt32BE(16);
}

function framesOf(log: Buffer): number {
  const salt = beginningOf(log);
  let count = 0;
  while (
    LOG_HEAD + (count + 1) * FRAME <= log.length &&
    log.readUInt32BE(LOG_HEAD + count * FRAME + 8) === salt
  )
    count++;
  return count;
}
