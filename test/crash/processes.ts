/**
 * Real Keyferry processes on one database, a file or a server, the shops that send to them, and what must be there in the end.
 * Shops send again whatever was not acknowledged.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { integrations } from '../../integrations/index.ts';
import { samples as shopifySamples } from '../../integrations/shopify/samples.ts';
import { samples as stripeSamples } from '../../integrations/stripe/samples.ts';
import { digest } from '../house.ts';
import { connect } from '../store/beside.ts';
import { freshFolder } from '../store/on-file.ts';

const FILES = {
  'catalog.yaml': `
products:
  - code: acmepro
    name: Acme Pro
    policies: [ { code: perpetual, default: true, license_type: perpetual } ]
  - code: acmecli
    name: Acme CLI
    policies: [ { code: perpetual, license_type: perpetual } ]
bundles:
  - code: acmesuite
    products: [ { product: acmepro }, { product: acmecli } ]
`,
  'stripe.yaml': `
integration: stripe
mode: test
settings: { webhook_secrets: [ $STRIPE_WEBHOOK_SECRET ] }
rules:
  - when: { metadata.product_code: "*" }
    grant: { product: "{{line.metadata.product_code}}" }
`,
  'shopify.yaml': `
integration: shopify
mode: test
settings: { webhook_secrets: [ $SHOPIFY_WEBHOOK_SECRET ] }
rules:
  - when: { sku: "ACME-PRO-*" }
    grant: { product: acmepro }
  - when: { sku: "ACME-SUITE-*" }
    grant: { bundle: acmesuite }
`,
};
const SECRETS = {
  stripe: 'whsec_of_processes_that_are_killed',
  shopify: 'shpss_of_processes_that_are_killed',
} as const;

/** A database server in a process of its own. */
export interface ServerProcess {
  readonly url: string;
  readonly token: string;
  /** The file behind it. */
  readonly file: string;
}

export interface Place {
  /** The file, wherever it is. */
  readonly database: string;
  /** Starts a process. It is there when its port is open. */
  start(): Promise<KeyferryProcess>;
  /** Ends what still runs, and removes the folder. */
  clear(): Promise<void>;
}

export interface KeyferryProcess {
  readonly url: string;
  /** How many orders it settled so far. */
  settled(): number;
  /** SIGKILL; it is gone when this resolves. */
  kill(): Promise<void>;
}

const FLAGS = ['--experimental-strip-types', '--disable-warning=ExperimentalWarning'];
const scriptAt = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Starts a libSQL server. It ends with this process, or when the answer's `end` is called. */
export async function startServer(): Promise<ServerProcess & { end(): Promise<void> }> {
  const { folder, remove } = freshFolder();
  const token = 'a-token-of-several-processes';
  const child = spawn(process.execPath, [...FLAGS, scriptAt('../fakes/hrana-process.ts'), folder, token], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const { url, file } = JSON.parse(line);
    const end = async () => {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
      remove();
    };
    return { url, token, file, end };
  }
  throw new Error('the server ended before its port was open');
}

/** @param server what they share; a file of their own if left out */
export function makePlace(server?: ServerProcess): Place {
  const { folder, remove } = freshFolder();
  const mappings = join(folder, 'mappings');
  mkdirSync(mappings);
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(mappings, name), text);
  const database = server?.file ?? join(folder, 'data', 'keyferry.db');
  const where = server
    ? { KEYFERRY_DATABASE_URL: server.url, KEYFERRY_DATABASE_AUTH_TOKEN: server.token }
    : { KEYFERRY_DATABASE_URL: `file:${database}` };
  const running = new Set<ChildProcess>();

  async function kill(child: ChildProcess): Promise<void> {
    if (!running.delete(child)) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }
  return {
    database,
    start: async () => {
      const child = spawn(process.execPath, [...FLAGS, scriptAt('worker.ts')], {
        stdio: ['pipe', 'pipe', 'inherit'],
        env: {
          PATH: process.env.PATH,
          PORT: '0',
          ...where,
          KEYFERRY_MAPPINGS: mappings,
          STRIPE_WEBHOOK_SECRET: SECRETS.stripe,
          SHOPIFY_WEBHOOK_SECRET: SECRETS.shopify,
        },
      });
      running.add(child);
      const lines = createInterface({ input: child.stdout });
      const first = await new Promise<string>((resolve, reject) => {
        lines.once('line', resolve);
        lines.once('close', () => reject(new Error('the process ended before its port was open')));
      });
      const { url, errors } = JSON.parse(first);
      if (errors.length > 0) throw new Error(`the mappings are faulty: ${first}`);
      // Every further line is an order that it settled.
      let settled = 0;
      lines.on('line', () => {
        settled++;
      });
      return { url, settled: () => settled, kill: () => kill(child) };
    },
    clear: async () => {
      await Promise.all([...running].map(kill));
      remove();
    },
  };
}

/** One signed delivery, ready to be posted. */
export interface Posting {
  readonly source: 'stripe' | 'shopify';
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The sale that it is about. */
  readonly externalId: string;
}

/** What the shops tell of one buyer each: a checkout at Stripe; at Shopify a refund that overtakes its order. */
export async function postingsOf(seed: string): Promise<Posting[]> {
  const at = Date.now();
  const sign = async (source: 'stripe' | 'shopify', name: string): Promise<Posting> => {
    const sample = (source === 'stripe' ? stripeSamples : shopifySamples).find((it) => it.name === name);
    const integration = integrations.find((it) => it.name === source);
    if (!sample || !integration) throw new Error(`no sample ${name}`);
    const { type, body } = sample.make(at, seed);
    const headers = await integration.sign(type, new TextEncoder().encode(body), SECRETS[source], at, digest);
    const [, id] =
      (source === 'stripe'
        ? /"(cs_\w+)"/
        : /"order_id":(\d+)/.test(body)
          ? /"order_id":(\d+)/
          : /"id":(\d+)/
      ).exec(body) ?? [];
    if (id === undefined) throw new Error(`no id in ${name}`);
    return { source, body, headers, externalId: id };
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

/** Waits until a condition holds. @throws after `boundMs` */
export async function until(
  what: string,
  boundMs: number,
  holds: () => boolean | Promise<boolean>,
): Promise<void> {
  const end = performance.now() + boundMs;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`${what}: not within ${boundMs} ms`);
    await pause(10);
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
