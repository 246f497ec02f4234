/** The Workers build: what it refuses, and what its bundle may hold. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bundleWorker } from '../../tools/build-worker.ts';
import { FILES } from '../contracts/http-house.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keyferry-build-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function build(files: Readonly<Record<string, string>>) {
  const mappings = join(folder, 'mappings');
  mkdirSync(mappings);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(mappings, name), text);
  return bundleWorker({ root, entry: 'src/worker.ts', outfile: join(folder, 'dist', 'index.js'), mappings });
}

test('a faulty mapping file is named with its errors, and nothing is built', async () => {
  const faulty = { ...FILES, 'stripe.yaml': 'integration: stripe\nmode: tset\nrules: []\n' };
  await expect(build(faulty)).rejects.toThrow(/nothing was built[\s\S]*stripe\.yaml[\s\S]*mode/);
  rmSync(join(folder, 'mappings'), { recursive: true });
  await expect(build({})).rejects.toThrow(/catalog/);
});

test('the bundle carries the mapping files, asks for nothing of Node, and is small', async () => {
  const { metafile, gzip_bytes } = await build(FILES);
  const text = readFileSync(join(folder, 'dist', 'index.js'), 'utf8');
  expect(text).toContain('$SHOPIFY_WEBHOOK_SECRET');
  const [output] = Object.values(metafile.outputs).filter((it) => it.entryPoint);
  expect([output?.imports, output?.exports]).toEqual([[], ['default']]);
  // The aim; the build itself fails above a megabyte.
  expect(gzip_bytes).toBeLessThan(350_000);
});

test('wrangler, as the project calls it, tells its makers nothing', async () => {
  // What wrangler.toml says of it is not asked by all that a deployment reports.
  const { WRANGLER_SEND_METRICS: _own, ...env } = process.env;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(root, 'tools', 'run.mjs'), ':wrangler', 'telemetry', 'status'],
    { env: { ...env, NODE_OPTIONS: '', WRANGLER_HIDE_BANNER: 'true' } },
  );
  expect(stdout).toContain('Disabled (set by WRANGLER_SEND_METRICS)');
});
