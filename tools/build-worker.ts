/**
 * The bundle of the Workers door: one module, with the vendor's mapping files in it. What must never happen here:
 * a faulty mapping file that gets as far as a deployment, or a bundle that grows past its bound unseen.
 */
import { readFileSync, rmSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build, type Metafile, type Plugin } from 'esbuild';
import { check } from '../src/cli/check.ts';
import type { Terminal } from '../src/cli/terminal.ts';
import { plain } from '../src/cli/text.ts';
import { readMappingFiles } from '../src/node.ts';

/** Workers take 3 MB gzip on the free plan; ours is far below, and stays below this. */
const MOST_GZIP_BYTES = 1_000_000;

export interface WorkerBuild {
  /** The project's folder, from which all other paths are read. */
  readonly root: string;
  readonly entry: string;
  readonly outfile: string;
  /** The folder of the mapping files. */
  readonly mappings: string;
}

export interface WorkerBundle {
  readonly metafile: Metafile;
  readonly bytes: number;
  readonly gzip_bytes: number;
}

/** @throws with every error of the mapping files, or with the size of a bundle that is too large */
export async function bundleWorker({ root, entry, outfile, mappings }: WorkerBuild): Promise<WorkerBundle> {
  const folder = resolve(root, mappings);
  await checkMappings(folder);
  rmSync(dirname(resolve(root, outfile)), { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    // As Cloudflare's own bundler does; packages choose their part for Workers by it.
    conditions: ['workerd', 'worker', 'browser'],
    format: 'esm',
    target: 'es2024',
    minify: true,
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    plugins: [mappingFiles(root, folder)],
  });
  const made = readFileSync(resolve(root, outfile));
  const bundle = { metafile, bytes: made.length, gzip_bytes: gzipSync(made, { level: 9 }).length };
  if (bundle.gzip_bytes > MOST_GZIP_BYTES)
    throw new Error(
      `The Worker weighs ${bundle.gzip_bytes} bytes gzip; ${MOST_GZIP_BYTES} are allowed. dist/worker.meta.json says what weighs.`,
    );
  return bundle;
}

/** As `keyferry check --no-secrets`: the secrets are set where the Worker runs. */
async function checkMappings(folder: string): Promise<void> {
  const terminal: Terminal = {
    env: {},
    json: false,
    paint: plain,
    width: 100,
    say: () => {},
    document: () => {},
    write: async () => {},
    bar: async () => ({ at: () => {}, end: () => {} }),
    confirm: async () => null,
    warn: () => {},
    log: () => {},
  };
  const outcome = await check({ mappings: folder, secrets: false }, terminal);
  if (outcome.exit !== 0)
    throw new Error(`The mapping files have errors; nothing was built.\n\n${outcome.text}`);
}

/** Puts the files in the place of the module that says there are none. */
function mappingFiles(root: string, folder: string): Plugin {
  const files = readMappingFiles(folder).map(({ path, text }) => ({ path: relative(root, path), text }));
  return {
    name: 'mapping-files',
    setup: ({ onLoad }) => {
      onLoad({ filter: /[\\/]src[\\/]worker[\\/]mapping-files\.ts$/ }, () => ({
        contents: `export const MAPPING_FILES = ${JSON.stringify(files)};`,
        loader: 'js',
      }));
    },
  };
}
