/**
 * The whole bridge in workerd: the Worker as it is built for a deployment, under the project's own wrangler.toml,
 * with D1, the queue and the clock that Cloudflare's tools run on this machine. Only what a test names is another.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createTestHarness, type TestHarness } from 'wrangler';
import type { Database } from '../../src/store/database.ts';
import { type D1, openD1 } from '../../src/store/open-d1.ts';
import { makeRecords } from '../../src/store/records.ts';
import { bundleWorker } from '../../tools/build-worker.ts';
import { ADMIN_KEY, ENV, FILES, type HttpDoor, MAX_BODY_BYTES } from '../contracts/http-house.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Work of one minute of the clock that goes on after this many looks is work without an end. */
const MOST_LOOKS = 200;

export interface WorkerDoor extends HttpDoor {
  readonly db: Database;
  readonly harness: TestHarness;
  /** Only with a clock that stands: where it stands from now on. */
  setNow(at: number): void;
  /** One look of the clock. */
  scheduled(): Promise<void>;
  /** Puts a message on the queue, as another invocation would. */
  sendWord(): Promise<void>;
  /** The messages of all log lines so far. */
  logged(): string[];
  /** The same storage under another build or other bindings. */
  again(change: Furnishing): Promise<void>;
}

export interface Furnishing {
  /** All mapping files; the contract's if left out. */
  readonly files?: Readonly<Record<string, string>>;
  /** Beside the contract's. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Lines of wrangler.toml that are others here. */
  readonly config?: readonly (readonly [RegExp, string])[];
  /** With the clock of entry.ts, standing here; the real one if left out. */
  readonly at?: number;
  /** False: the tables are not made. */
  readonly migrated?: boolean;
}

/** Words come too late to matter: a test that does not speak of the queue works by the clock, when it says so. */
const NO_WORDS: readonly (readonly [RegExp, string])[] = [
  [/^max_batch_timeout = .*$/m, 'max_batch_timeout = 60'],
];

/**
 * Builds a Worker into a folder, with the wrangler.toml that goes with it.
 * @returns where that is, and the secrets it is to be given
 */
export async function writeWorker(
  folder: string,
  { files = FILES, secrets = {}, config = NO_WORDS, at }: Furnishing,
): Promise<{ readonly configPath: string; readonly secrets: Readonly<Record<string, string>> }> {
  const mappings = join(folder, 'mappings');
  rmSync(mappings, { recursive: true, force: true });
  mkdirSync(mappings);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(mappings, name), text);
  const outfile = join(folder, 'dist', 'index.js');
  const entry = join(root, at === undefined ? 'src/worker.ts' : 'test/worker/entry.ts');
  await bundleWorker({ root, entry, outfile, mappings });
  const toml = [
    [/^main = .*$/m, `main = ${JSON.stringify(outfile)}`],
    [/^\[build\]\ncommand = .*$/m, ''],
    [/^migrations_dir = .*$/m, `migrations_dir = ${JSON.stringify(join(root, 'src/store/migrations'))}`],
    [/^\[vars\]$/m, `[vars]\nKEYFERRY_MAX_BODY_BYTES = ${MAX_BODY_BYTES}`],
    ...config,
    // Its time is the real one, which the standing clock may be far away from.
    ...(at === undefined ? [] : [[/^\[version_metadata\]\nbinding = .*$/m, ''] as const]),
  ] as const;
  const configPath = join(folder, 'wrangler.toml');
  writeFileSync(
    configPath,
    toml.reduce(
      (text, [line, other]) => {
        if (!line.test(text)) throw new Error(`wrangler.toml has no line ${line}`);
        return text.replace(line, () => other);
      },
      readFileSync(join(root, 'wrangler.toml'), 'utf8'),
    ),
  );
  const given = Object.entries({ ...ENV, KEYFERRY_ADMIN_KEY: ADMIN_KEY, ...secrets });
  return { configPath, secrets: Object.fromEntries(given) };
}

export async function openWorker(first: Furnishing = {}): Promise<WorkerDoor> {
  const folder = mkdtempSync(join(tmpdir(), 'keyferry-worker-'));
  let now = first.at;

  async function furnish(furnishing: Furnishing) {
    return { workers: [await writeWorker(folder, furnishing)] };
  }

  const harness = createTestHarness(await furnish(first));
  let { url } = await harness.listen();
  const worker = () => harness.getWorker<{ DB: D1; QUEUE: { send(it: unknown): Promise<void> } }>();
  if (first.migrated !== false) await worker().applyD1Migrations('DB');
  // The stub of a binding dies when the Worker is built anew.
  let { DB } = await worker().getEnv();
  const db = openD1({ prepare: (sql) => DB.prepare(sql), batch: (statements) => DB.batch(statements) });
  const records = makeRecords(db);

  const clock = () => now ?? Date.now();
  const request: HttpDoor['request'] = (path, init = {}) => {
    const headers = new Headers(init.headers);
    if (now !== undefined) headers.set('x-test-now', String(now));
    return fetch(new URL(path, url), { ...init, headers });
  };
  async function scheduled(): Promise<void> {
    const { outcome } = await worker().scheduled({ cron: '* * * * *', scheduledTime: new Date(clock()) });
    if (outcome !== 'ok') throw new Error(`a look of the clock ended with ${outcome}`);
  }

  return {
    db,
    harness,
    request,
    now: clock,
    setNow: (at) => {
      now = at;
    },
    scheduled,
    settle: async () => {
      for (let looks = 0; looks < MOST_LOOKS; looks++) {
        const next = await records.nextDue();
        if (next === null || next > clock()) return;
        await scheduled();
      }
      throw new Error('there is work without an end');
    },
    sendWord: async () => (await worker().getEnv()).QUEUE.send('look'),
    logged: () => harness.getLogs().map((it) => JSON.stringify(it)),
    again: async (change) => {
      await harness.update(await furnish(change));
      ({ url } = await harness.listen());
      ({ DB } = await worker().getEnv());
    },
    close: async () => {
      await harness.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
