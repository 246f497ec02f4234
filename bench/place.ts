/**
 * Where the bench works: a folder on the disk of the project (one in memory would make every sync free), with mapping
 * files for what it sells and a database for each run. What must never happen here: a folder that is left behind.
 */
import {
  closeSync,
  cpSync,
  fdatasyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from './numbers.ts';
import { SECRET } from './secret.ts';

/** Two lines: two licenses of the one product, and one of the other. */
const FILES = {
  'catalog.yaml': `
products:
  - code: acmepro
    name: Acme Pro
    policies: [ { code: perpetual, license_type: perpetual, max_activations: 2 } ]
  - code: acmesuite
    name: Acme Suite
    policies: [ { code: perpetual, license_type: perpetual, max_activations: 5 } ]
`,
  'shopify.yaml': `
integration: shopify
mode: test
settings: { webhook_secrets: [ $SHOPIFY_WEBHOOK_SECRET ] }
rules:
  - when: { sku: "ACME-PRO-*" }
    grant: { product: acmepro }
  - when: { sku: "ACME-SUITE-*" }
    grant: { product: acmesuite }
`,
};

const SYNCS = 100;

/** Of the management API, for those who read by it. */
export const ADMIN_KEY = 'bench-admin-key-bench-admin-key-bench';

export interface Place {
  /** A database of its own, in its own folder. @param from copied if given; it must be closed */
  database(from?: string): string;
  /** Takes a database and all beside it away. */
  drop(database: string): void;
  /** The environment of a Keyferry on this database. */
  env(database: string): Record<string, string>;
  /** What one small sync takes there, in ms: the median of many. */
  syncMs(): number;
  /** A file for what a process complains of. */
  file(name: string): string;
  remove(): void;
}

/** @param folder where to work; the project's own for what it stores if left out */
export function makePlace(folder: string | undefined): Place {
  const base = folder ?? fileURLToPath(new URL('../data', import.meta.url));
  mkdirSync(base, { recursive: true });
  const root = mkdtempSync(join(base, 'bench-'));
  const mappings = join(root, 'mappings');
  mkdirSync(mappings);
  for (const [name, text] of Object.entries(FILES)) writeFileSync(join(mappings, name), text);
  let made = 0;
  return {
    database: (from) => {
      const own = join(root, `${made++}`);
      mkdirSync(own);
      const path = join(own, 'keyferry.db');
      if (from !== undefined) cpSync(from, path);
      return path;
    },
    drop: (database) => rmSync(join(database, '..'), { recursive: true, force: true }),
    env: (database) => ({
      PORT: '0',
      KEYFERRY_DATABASE_URL: `file:${database}`,
      KEYFERRY_MAPPINGS: mappings,
      KEYFERRY_ADMIN_KEY: ADMIN_KEY,
      SHOPIFY_WEBHOOK_SECRET: SECRET,
      BENCH_DATABASE: database,
    }),
    syncMs: () => {
      const file = openSync(join(root, 'synced'), 'w');
      const page = new Uint8Array(4096);
      const took = Array.from({ length: SYNCS }, () => {
        const begun = performance.now();
        writeSync(file, page);
        fdatasyncSync(file);
        return performance.now() - begun;
      });
      closeSync(file);
      return median(took);
    },
    file: (name) => join(root, name),
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** Of a database with its log of commits. */
export function bytesOf(database: string): number {
  return [database, `${database}-wal`].reduce(
    (all, path) => all + (statSync(path, { throwIfNoEntry: false })?.size ?? 0),
    0,
  );
}
