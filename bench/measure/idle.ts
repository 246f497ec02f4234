/** From the webhook to its licenses, readable by the API, on a system with nothing else to do. */
import { setTimeout as pause } from 'node:timers/promises';
import { type Connection, openConnection } from '../connection.ts';
import { makeDigits, makeTemplate, orderIdOf, type Scheme, writeDelivery } from '../deliveries.ts';
import { quantile } from '../numbers.ts';
import { ADMIN_KEY } from '../place.ts';
import type { Row, Series } from '../rows.ts';
import { inTurn, type Stand, withTarget } from '../stand.ts';

const BYTES = 6144;
const WARM = 100;
const TIMES = 200;
/** Between two orders, in ms: long enough for every loop to rest. */
const REST_MS = 15;
const LICENSES = 3;
/** Nobody waits for an order that never comes. */
const READS_AT_MOST = 20_000;

export async function measureIdle(stand: Stand): Promise<Row[]> {
  const { keyferry, rival } = await inTurn(stand, 'webhook in → license readable', {
    rival: () => withTarget(stand, 'rival', (target) => inAndDone(target.port, 'stripe', null)),
    keyferry: () =>
      withTarget(stand, 'keyferry', async (target) => {
        await target.act('start');
        return inAndDone(target.port, 'shopify', await asking(target.port));
      }),
  });
  const what = 'webhook in → license readable, idle system, p99';
  const ours = slowest('Keyferry', keyferry);
  return [
    { what, unit: 'ms', ours, beside: null, must: { atMost: 50 }, aim: { atMost: 15 } },
    {
      what: `${what}, beside one handler's answer`,
      unit: 'ms',
      ours,
      beside: slowest('one handler', rival),
      must: null,
      aim: null,
    },
  ];
}

function slowest(name: string, rounds: readonly Float64Array[]): Series {
  return {
    name,
    values: rounds.map((all) => quantile(all, 0.99)),
    p50: rounds.map((all) => quantile(all, 0.5)),
  };
}

/**
 * @param api where it is asked for the licenses; null where the webhook's own answer is the end
 * @returns ms from the first byte sent until all licenses are there, of each order, ascending
 */
async function inAndDone(port: number, scheme: Scheme, api: Asking | null): Promise<Float64Array> {
  const template = makeTemplate(scheme, `/webhooks/${scheme}`, BYTES);
  const bytes = Buffer.from(template.bytes);
  const nextDigits = makeDigits();
  const door = await asking(port);
  const took: number[] = [];
  for (let time = 0; time < WARM + TIMES; time++) {
    await pause(REST_MS);
    const digits = nextDigits();
    writeDelivery(template, bytes, digits, Date.now());
    const begun = performance.now();
    const acknowledged = door.ask(bytes);
    await (api ? untilReadable(api, digits) : acknowledged);
    if (time >= WARM) took.push(performance.now() - begun);
    await acknowledged;
  }
  door.close();
  api?.close();
  return Float64Array.from(took).sort();
}

/** Asks again as soon as it is answered. */
async function untilReadable(api: Asking, digits: string): Promise<void> {
  const head = [
    `GET /v1/orders?external_id=${orderIdOf(digits)} HTTP/1.1`,
    'Host: 127.0.0.1',
    `Authorization: Bearer ${ADMIN_KEY}`,
  ];
  const request = `${head.join('\r\n')}\r\n\r\n`;
  for (let reads = 0; !hasLicenses(await api.ask(request)); reads++)
    if (reads > READS_AT_MOST) throw new Error(`the order ${digits} was never issued`);
}

function hasLicenses(body: string): boolean {
  return (body.match(/"key":"/g)?.length ?? 0) >= LICENSES;
}

/** One question after the other. */
interface Asking extends Pick<Connection, 'close'> {
  ask(request: Buffer | string): Promise<string>;
}

async function asking(port: number): Promise<Asking> {
  let answered = (_status: number, _body: string) => {};
  const connection = await openConnection(port, (status, body) => answered(status, body));
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        answered = (status, body) =>
          status === 200 ? resolve(body) : reject(new Error(`${status} ${body}`));
        connection.send(request);
      }),
    close: connection.close,
  };
}
