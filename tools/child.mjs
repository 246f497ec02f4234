/**
 * Runs one program in the place of this process: same arguments, streams, signals and end. What must never
 * happen here: a signal that arrives twice or not at all, or a child that outlives us.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const PASSED_ON = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'];
/** npm passes a Ctrl-C on to us although the terminal has sent us the same one: within this time it is one. */
const SAME_SIGNAL_MS = 300;
const LOOK_MS = 200;

/**
 * Runs `node args…` with our streams, and ends as it ended.
 * @param {string} node path of the Node to use
 * @param {string[]} args its flags, the script, the script's arguments
 * @param {{cwd?: string, env?: NodeJS.ProcessEnv}} where
 */
export function become(node, args, where) {
  const posix = process.platform !== 'win32';
  // A group of its own: a Ctrl-C in the terminal then reaches only us, and we pass it on once.
  const child = spawn(node, [...(posix ? tether() : []), ...args], {
    ...where,
    env: { ...(where.env ?? process.env), ...(posix ? { KEYFERRY_LAUNCHER: String(process.pid) } : {}) },
    stdio: 'inherit',
    detached: posix,
  });
  const last = new Map();
  const pass = (signal) => {
    const now = performance.now();
    const before = last.get(signal);
    last.set(signal, now);
    if (before !== undefined && now - before < SAME_SIGNAL_MS) return;
    // On Windows the console tells the child itself, and kill would not be a signal but the end.
    if (posix) child.kill(signal);
  };
  for (const signal of PASSED_ON) process.on(signal, pass);
  const watch = posix && isNpmScript() ? whenOrphaned(() => pass('SIGTERM')) : undefined;
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      for (const name of PASSED_ON) process.off(name, pass);
      clearInterval(watch);
      endAs(code, signal);
      resolve();
    });
  });
}

function isNpmScript() {
  return process.env.npm_lifecycle_script?.startsWith('node tools/run.mjs') ?? false;
}

/** npm passes a SIGTERM on to the shell between it and us, which dies of it in silence. */
function whenOrphaned(tell) {
  const shell = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(watch);
    tell();
  }, LOOK_MS);
  return watch.unref();
}

/** Makes the child end when we are killed without a chance to pass anything on. */
function tether() {
  return ['--import', new URL('./tether.mjs', import.meta.url).href];
}

function endAs(code, signal) {
  if (signal === null) {
    process.exitCode = code ?? 1;
    return;
  }
  // Our own end by the same signal lets shells see what happened.
  if (['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'].includes(signal)) process.kill(process.pid, signal);
  else process.exitCode = 128 + (constants.signals[signal] ?? 0);
}
