/**
 * Files in CSV: customers, orders and licenses imported, beside the same by single requests; the licenses exported, beside
 * the pages of their list; and what the process holds of memory meanwhile.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { ADMIN_KEY } from '../place.ts';
import type { Row } from '../rows.ts';
import { inTurn, type Stand, withTarget } from '../stand.ts';
import { residentMb } from '../usage.ts';

const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'text/csv' };
/** Requests of whoever sends one by one. */
const AT_ONCE = 32;
/** Orders of whoever sends one by one: their rate is known by then. */
const SINGLES = 2_000;
const LOOK_MS = 100;
const ROWS_AT_A_TIME = 1_000;

type Table = 'customers' | 'orders' | 'licenses';
const FILES: Readonly<Record<Table, readonly [header: string, row: (n: number) => string]>> = {
  customers: ['email,name,company', (n) => `c${n}@many.test,"Customer, no. ${n}",Company ${n % 97}`],
  orders: ['order,product,customer_email', (n) => `many-${n},acmepro,c${n}@many.test`],
  licenses: [
    'key,product,order,customer_email',
    (n) => `OLD-KEY-${n}-${(n * 7_919) % 9_973},acmesuite,old-${n},c${n}@many.test`,
  ],
};

export async function measureCsv(stand: Stand): Promise<Row[]> {
  const many = stand.events * 5;
  const some = stand.full ? many : stand.events;
  const seen: Seen[] = [];
  const { all } = await inTurn(stand, 'files in CSV', {
    all: () =>
      withTarget(stand, 'keyferry', async (target) => {
        const at = `http://127.0.0.1:${target.port}`;
        await target.act('start');
        const memory = watched(target.pid);
        const imported = {
          customers: await importOf(at, 'customers', many),
          orders: await importOf(at, 'orders', some),
          licenses: await importOf(at, 'licenses', some),
        };
        const singles = await singlesOf(at);
        const exported = await exportOf(at, 2 * some + SINGLES);
        const listed = await listOf(at, 2 * some + SINGLES);
        seen.push({ imported, singles, exported, listed, memory: memory.most() });
        return seen.length;
      }),
  });
  if (all.length !== seen.length) throw new Error('a round is missing');
  const count = (it: number) => it.toLocaleString('en-US');
  const rowOf = (table: Table, rows: number): Row => ({
    what: `importing ${count(rows)} ${table} as CSV`,
    unit: '/s',
    ours: { name: 'one file', values: seen.map(({ imported }) => imported[table]) },
    beside: { name: `POST /v1/orders, ${AT_ONCE} at once`, values: seen.map(({ singles }) => singles) },
    must: { atLeast: table === 'licenses' ? 0.3 : 0.8 },
    aim: null,
  });
  return [
    rowOf('customers', many),
    rowOf('orders', some),
    rowOf('licenses', some),
    {
      what: `exporting ${count(2 * some + SINGLES)} licenses as CSV`,
      unit: '/s',
      ours: { name: 'one file', values: seen.map(({ exported }) => exported) },
      beside: { name: 'GET /v1/licenses, 200 at a time', values: seen.map(({ listed }) => listed) },
      must: { atLeast: 0.5 },
      aim: { atLeast: 1 },
    },
    {
      what: 'memory under imports and exports, at the most',
      unit: 'MB',
      ours: { name: 'keyferry', values: seen.map(({ memory }) => memory) },
      beside: null,
      must: { atMost: 350 },
      aim: null,
    },
  ];
}

/** Of one round: rows a second, and MB. */
interface Seen {
  readonly imported: Readonly<Record<Table, number>>;
  readonly singles: number;
  readonly exported: number;
  readonly listed: number;
  readonly memory: number;
}

/** Made while it is sent. */
function fileOf(table: Table, rows: number): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const [header, row] = FILES[table];
  let n = 0;
  return new ReadableStream({
    pull: (sink) => {
      const lines = n === 0 ? [header] : [];
      for (const end = Math.min(rows, n + ROWS_AT_A_TIME); n < end; n++) lines.push(row(n));
      sink.enqueue(encoder.encode(`${lines.join('\n')}\n`));
      if (n >= rows) sink.close();
    },
  });
}

async function importOf(at: string, table: Table, rows: number): Promise<number> {
  const begun = performance.now();
  const body = fileOf(table, rows);
  const sent = await fetch(`${at}/v1/imports/${table}`, { method: 'POST', headers, body, duplex: 'half' });
  if (sent.status !== 202) throw new Error(await sent.text());
  const path = sent.headers.get('location') ?? '';
  for (;;) {
    const job = JSON.parse(await (await fetch(`${at}${path}`, { headers })).text());
    if (job.state === 'done') {
      if (job.counts.made !== rows) throw new Error(`not all was made: ${JSON.stringify(job.counts)}`);
      return rows / ((performance.now() - begun) / 1000);
    }
    if (job.state !== 'running' && job.state !== 'queued') throw new Error(JSON.stringify(job));
    await pause(LOOK_MS);
  }
}

async function singlesOf(at: string): Promise<number> {
  const begun = performance.now();
  let next = 0;
  const one = async () => {
    for (let n = next++; n < SINGLES; n = next++) {
      const customer = { email: `c${n}@many.test` };
      const body = JSON.stringify({ id: `single-${n}`, customer, items: [{ product: 'acmepro' }] });
      const json = { ...headers, 'content-type': 'application/json' };
      const answer = await fetch(`${at}/v1/orders`, { method: 'POST', headers: json, body });
      await answer.arrayBuffer();
      if (answer.status !== 201) throw new Error(`an order was answered with ${answer.status}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  return SINGLES / ((performance.now() - begun) / 1000);
}

async function exportOf(at: string, rows: number): Promise<number> {
  const begun = performance.now();
  const answer = await fetch(`${at}/v1/exports/licenses.csv`, { headers });
  let lines = -1;
  for await (const piece of answer.body ?? []) for (const byte of piece) if (byte === 10) lines++;
  if (lines !== rows) throw new Error(`${lines} of ${rows} licenses were exported`);
  return rows / ((performance.now() - begun) / 1000);
}

async function listOf(at: string, rows: number): Promise<number> {
  const begun = performance.now();
  let seen = 0;
  for (let cursor: string | null = ''; cursor !== null; ) {
    const after: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const answer = await fetch(`${at}/v1/licenses?limit=200${after}`, { headers });
    const page: { items: unknown[]; next_cursor: string | null } = JSON.parse(await answer.text());
    seen += page.items.length;
    cursor = page.next_cursor;
  }
  if (seen !== rows) throw new Error(`${seen} of ${rows} licenses were listed`);
  return rows / ((performance.now() - begun) / 1000);
}

function watched(pid: number): { most(): number } {
  let most = 0;
  const timer = setInterval(() => {
    most = Math.max(most, residentMb(pid));
  }, LOOK_MS);
  return {
    most: () => {
      clearInterval(timer);
      return most;
    },
  };
}
