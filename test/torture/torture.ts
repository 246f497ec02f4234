/**
 * `npm run torture [-- --minutes M --seed S]`: what `npm test` does for seconds, for as long as there is time, kind after
 * kind; `npm run torture -- <kind> …` one of them, with options of its own. The first that fails ends it with 1, and has
 * said how to take it up again. What must never happen here: a kind that is left behind when this is stopped.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readOptions } from './options.ts';

interface Kind {
  readonly file: string;
  readonly args: readonly string[];
  /** Of the time. */
  readonly share: number;
}

const EACH: readonly Kind[] = [
  { file: 'laws', args: [], share: 3 },
  { file: 'kill', args: ['--processes', '1'], share: 3 },
  { file: 'kill', args: ['--processes', '2'], share: 2 },
  { file: 'kill', args: ['--processes', '4'], share: 2 },
  { file: 'disk', args: [], share: 2 },
  { file: 'load', args: [], share: 4 },
];
const MINUTES = 40;
/** Events of a load for each minute it has: fewer than a slow machine takes. */
const EVENTS_A_MINUTE = 20_000;

const at = (kind: string) => fileURLToPath(new URL(`./${kind}.ts`, import.meta.url));
const tether = new URL('../../tools/tether.mjs', import.meta.url).href;

/** Ends as this process does. @returns its exit code */
function run(kind: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', tether, at(kind), ...args], {
      stdio: 'inherit',
      env: { ...process.env, KEYFERRY_LAUNCHER: String(process.pid) },
    });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

async function runEach(args: readonly string[]): Promise<number> {
  const { minutes: time, seed = Date.now() % 1_000_000_000 } = readOptions(
    '',
    { minutes: MINUTES, seed: undefined },
    [],
    args,
  );
  const kinds = EACH.filter(({ file }) => existsSync(at(file)));
  const shares = kinds.reduce((all, { share }) => all + share, 0);
  for (const { file, args: own, share } of kinds) {
    const minutes = (time * share) / shares;
    const bound = file === 'load' ? ['--events', String(Math.ceil(minutes * EVENTS_A_MINUTE))] : [];
    const all = [...own, '--minutes', minutes.toFixed(2), '--seed', String(seed), ...bound];
    console.log(`\n== ${[file, ...all].join(' ')}`);
    const code = await run(file, all);
    if (code !== 0) return code;
  }
  console.log('\nAll of it held.');
  return 0;
}

const [first, ...rest] = process.argv.slice(2);
if (first === undefined || first.startsWith('-')) {
  process.exitCode = await runEach(process.argv.slice(2));
} else if (EACH.some(({ file }) => file === first) && existsSync(at(first))) {
  process.exitCode = await run(first, rest);
} else {
  const kinds = [...new Set(EACH.map(({ file }) => file))];
  console.error(`There is no torture of the kind ${first}. Kinds: ${kinds.join(', ')}`);
  process.exitCode = 2;
}
