/**
 * Loaded into the process that tools/run.mjs starts: ends it when its launcher is gone. A launcher that was
 * killed outright (SIGKILL) could pass nothing on, and a server without it would keep the port.
 */
import { isMainThread } from 'node:worker_threads';

const LOOK_MS = 200;

const launcher = Number(process.env.KEYFERRY_LAUNCHER);
// Threads and grandchildren may load this file too, by inherited flags; by then the variable is gone.
if (isMainThread && launcher > 0) {
  delete process.env.KEYFERRY_LAUNCHER;
  setInterval(() => {
    if (process.ppid !== launcher) process.kill(process.pid, 'SIGKILL');
  }, LOOK_MS).unref();
}
