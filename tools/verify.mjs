/**
 * `npm run verify`: everything that must be true of a change, one line per step, what fails in full. CI runs
 * the same. `npm run generate` refreshes what the last steps look at.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { PROGRAMS, root } from './setup.mjs';

/** What is made from code and checked in: each command writes, and with `--check` only compares. */
const GENERATED = [
  { name: 'migrations', command: [join(root, 'tools', 'migrations.ts')] },
  { name: 'generated files', command: [join(root, 'tools', 'generate.ts')] },
];

const COLORS = process.stdout.isTTY === true && !process.env.NO_COLOR;

const STEPS = [
  { name: 'types', command: [PROGRAMS.tsc, '-p', '.'] },
  { name: 'lint and format', command: [PROGRAMS.biome, 'ci', `--colors=${COLORS ? 'force' : 'off'}`, '.'] },
  ...GENERATED.map(({ name, command }) => ({ name, command: [...command, '--check'] })),
];

/** Last, being the longest. */
const TESTS = { name: 'tests', command: [PROGRAMS.vitest, 'run'] };

/**
 * Runs every step, also after one has failed; the exit code tells whether all passed.
 * @param {{node: string}} ready
 * @param {{cwd: string, env: NodeJS.ProcessEnv}} where
 * @param {string[]} args `--no-tests`: all but the tests
 */
export async function verify(ready, where, args) {
  const unknown = args.find((arg) => arg !== '--no-tests');
  if (unknown !== undefined) {
    console.error(`keyferry: :verify knows --no-tests only, not ${unknown}`);
    process.exitCode = 2;
    return;
  }
  const steps = args.includes('--no-tests') ? STEPS : [...STEPS, TESTS];
  // The steps write into a pipe and cannot see whether somebody looks.
  const env = { ...where.env, [COLORS ? 'FORCE_COLOR' : 'NO_COLOR']: '1' };
  const failed = [];
  for (const { name, command } of steps) {
    const begun = performance.now();
    const { code, output } = await finished(ready.node, command, { ...where, env });
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
    if (code === 0) continue;
    failed.push(name);
    console.log(output.trimEnd());
  }
  console.log(failed.length === 0 ? 'All is well.' : `Failed: ${failed.join(', ')}.`);
  if (failed.length > 0) process.exitCode = 1;
}

/** Writes what is made from code. drizzle-kit may ask whether something was renamed, so it gets the terminal. */
export async function generate(ready, where) {
  for (const { command } of GENERATED) {
    const { code } = await finished(ready.node, command, { ...where, stdio: 'inherit' });
    if (code !== 0) process.exitCode = 1;
  }
}

/** Runs one command to its end and keeps its output; a signal to us ends first it, then us. */
function finished(node, command, where) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, command, { stdio: ['ignore', 'pipe', 'pipe'], ...where });
    let output = '';
    const collect = (text) => {
      output += text;
    };
    child.stdout?.setEncoding('utf8').on('data', collect);
    child.stderr?.setEncoding('utf8').on('data', collect);
    let stopped = null;
    const stop = (signal) => {
      stopped = signal;
      child.kill(signal);
    };
    process.on('SIGINT', stop).on('SIGTERM', stop);
    child.on('error', reject);
    child.on('close', (code) => {
      if (stopped !== null) process.exit(stopped === 'SIGINT' ? 130 : 143);
      process.off('SIGINT', stop).off('SIGTERM', stop);
      resolve({ code: code ?? 1, output });
    });
  });
}
