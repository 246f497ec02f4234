/**
 * How long the program takes to start: as it is packed, beside the sources and beside a Node that does nothing, in
 * turn in one run. `--version` loads everything; `serve` migrates a new database, and ends with its open port.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROUNDS = 9;
const root = fileURLToPath(new URL('..', import.meta.url));
const place = mkdtempSync(join(tmpdir(), 'keyferry-bench-'));
const PACKED = [join(root, 'bin', 'keyferry.cjs')];
const SOURCES = [
  '--experimental-strip-types',
  '--disable-warning=ExperimentalWarning',
  join(root, 'src', 'cli.ts'),
];

/** @returns ms until it says the text, or ends where there is none to wait for */
function start(args: readonly string[], until?: string): Promise<number> {
  const database = join(place, `${performance.now()}.db`);
  const env = {
    PORT: '0',
    KEYFERRY_DATABASE_URL: `file:${database}`,
    KEYFERRY_MAPPINGS: join(root, 'mappings'),
  };
  const begun = performance.now();
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    let said = '';
    let took: number | null = null;
    child.stdout.setEncoding('utf8').on('data', (text) => {
      said += text;
      if (took !== null || until === undefined || !said.includes(until)) return;
      took = performance.now() - begun;
      child.kill('SIGKILL');
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (until === undefined && code === 0) resolve(performance.now() - begun);
      else if (took !== null) resolve(took);
      else reject(new Error(`${args.join(' ')} ended with ${code}`));
    });
  });
}

const median = (all: readonly number[]) => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? 0;

async function compare(title: string, runs: Readonly<Record<string, () => Promise<number>>>): Promise<void> {
  const taken = new Map(Object.keys(runs).map((name) => [name, [] as number[]]));
  for (const run of Object.values(runs)) await run();
  for (let round = 0; round < ROUNDS; round++)
    for (const [name, run] of Object.entries(runs)) taken.get(name)?.push(await run());
  const floor = median(taken.values().next().value ?? []);
  console.log(`\n${title}`);
  for (const [name, all] of taken) {
    const range = `${Math.min(...all).toFixed(0)}–${Math.max(...all).toFixed(0)}`;
    const ratio = `${(median(all) / floor).toFixed(1)} ×`;
    console.log(`  ${name.padEnd(24)} ${median(all).toFixed(0).padStart(5)} ms  (${range})  ${ratio}`);
  }
}

try {
  const nothing = () => start(['-e', '0']);
  await compare('keyferry --version', {
    'Node, doing nothing': nothing,
    packed: () => start([...PACKED, '--version']),
    sources: () => start([...SOURCES, '--version']),
  });
  await compare('keyferry serve, until it listens', {
    'Node, doing nothing': nothing,
    packed: () => start([...PACKED, 'serve'], 'listens on'),
    sources: () => start([...SOURCES, 'serve'], 'listens on'),
  });
  const bytes = statSync(join(root, 'dist', 'node', 'keyferry.js')).size;
  console.log(`\nThe bundle has ${(bytes / 1e6).toFixed(2)} MB, not minified.`);
} finally {
  rmSync(place, { recursive: true, force: true });
}
