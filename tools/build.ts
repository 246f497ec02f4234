/**
 * `npm run build`: makes the bundles under dist/, one function for each door that has one; `npm run build -- node`
 * makes that one alone. What must never happen here: a native file inside of a bundle, or a package left outside
 * that an installed Keyferry does not bring.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile } from 'esbuild';
import { bundleWorker } from './build-worker.ts';
import { licensesOf } from './licenses.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What stands in each bundle, for the tests and for whoever asks why it is so large. */
const metafileOf = (target: string) => join(root, 'dist', `${target}.meta.json`);

/**
 * The Node door and the command. The files lie two folders deep and beside each other since the sources look at
 * places from their own: `../../mappings/` for what is shipped, `./writer.js` and `./checkpointer.js` for the threads.
 *
 * Only its white space goes: an error names the function it arose in, and with the map (no sources in it) its file and
 * line.
 */
async function buildNode(): Promise<void> {
  const outdir = join(root, 'dist', 'node');
  rmSync(outdir, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: {
      keyferry: 'src/cli.ts',
      writer: 'src/store/writer.ts',
      checkpointer: 'src/store/checkpointer.ts',
    },
    outdir,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22.12',
    // The native driver: what npm installs for the machine at hand.
    external: ['libsql'],
    // The client of a remote database would bring a WebSocket library, with native parts, for a way that nobody goes.
    alias: { '@libsql/isomorphic-ws': './node_modules/@libsql/isomorphic-ws/web.mjs' },
    // Packages in CommonJS ask for Node's own modules with it.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);",
    },
    minifyWhitespace: true,
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  });
  writeFileSync(join(outdir, 'licenses.txt'), licensesOf(root, Object.keys(metafile.inputs)));
  report('node', metafile);
}

/**
 * The typed client, `keyferry/client`: for browsers and every runtime, so nothing of Node and nothing left outside.
 * Its types are written beside it, and need no package either.
 */
async function buildClient(): Promise<void> {
  const outdir = join(root, 'dist', 'client');
  rmSync(outdir, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { index: 'src/client/index.ts' },
    outdir,
    bundle: true,
    platform: 'neutral',
    mainFields: ['module', 'main'],
    format: 'esm',
    target: 'es2022',
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  });
  writeTypes(outdir);
  writeFileSync(join(outdir, 'licenses.txt'), licensesOf(root, Object.keys(metafile.inputs)));
  report('client', metafile);
}

function writeTypes(outdir: string): void {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const made = spawnSync(process.execPath, [compiler, '-p', join(root, 'src', 'client')], {
    cwd: root,
    encoding: 'utf8',
  });
  if (made.status !== 0) throw new Error(`the types of the client: ${made.stdout}${made.stderr}`);
  // Of what is built, declarations lie beside each other under names that every resolver finds.
  const index = join(outdir, 'index.d.ts');
  writeFileSync(index, readFileSync(index, 'utf8').replaceAll("'./paths.ts'", "'./paths.js'"));
}

/** The Workers door; wrangler.toml calls it before a deployment. */
async function buildWorker(): Promise<void> {
  const made = await bundleWorker({
    root,
    entry: 'src/worker.ts',
    outfile: join('dist', 'worker', 'index.js'),
    mappings: process.env.KEYFERRY_MAPPINGS || 'mappings',
  }).catch((error: unknown) => {
    // What is wrong lies in the vendor's files: a stack of ours would hide it.
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
  if (!made) return;
  const { metafile, bytes, gzip_bytes } = made;
  writeFileSync(join(root, 'dist', 'worker', 'licenses.txt'), licensesOf(root, Object.keys(metafile.inputs)));
  writeFileSync(metafileOf('worker'), JSON.stringify(metafile));
  console.error(`dist/worker/index.js  ${kilobytes(bytes)}, ${kilobytes(gzip_bytes)} gzip`);
}

const kilobytes = (bytes: number) => `${Math.ceil(bytes / 1000)} kB`;

/** Every bundle has its line here, and nowhere else. */
const TARGETS: Readonly<Record<string, () => Promise<void>>> = {
  node: buildNode,
  client: buildClient,
  worker: buildWorker,
};

function report(target: string, metafile: Metafile): void {
  writeFileSync(metafileOf(target), JSON.stringify(metafile));
  // To stderr: under `npm pack --json` stdout is npm's.
  for (const [path, { bytes }] of Object.entries(metafile.outputs))
    if (path.endsWith('.js')) console.error(`${path}  ${Math.ceil(bytes / 1000)} kB`);
}

const wanted = process.argv.slice(2);
const unknown = wanted.filter((it) => !Object.hasOwn(TARGETS, it));
if (unknown.length > 0) {
  console.error(`There is no bundle ${unknown.join(', ')}. Bundles: ${Object.keys(TARGETS).join(', ')}`);
  process.exitCode = 2;
} else {
  for (const [target, make] of Object.entries(TARGETS))
    if (wanted.length === 0 || wanted.includes(target)) await make();
}
