/**
 * One set-up at a time: a lock directory that names its owner and that outlives nobody. It is made whole by a
 * single rename, so there is no moment at which it exists without an owner.
 */
import {
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const POLL_MS = 200;
const HEARTBEAT_MS = 2_000;
/** A lock without a heartbeat for so long is abandoned, whoever holds it. */
const SILENT_MS = 10 * 60_000;
/** Taking over lasts milliseconds; who has not finished after this died while doing it. */
const TAKEOVER_MS = 10_000;

/**
 * Waits until the lock is ours.
 * @param {string} path the lock directory
 * @returns {Promise<{release: () => void, share: (pid: number) => void}>} `release` gives it back, as does the
 *   end of this process; `share` names a child whose work goes on even if we are killed
 */
export async function takeLock(path) {
  const token = `${hostname()} ${process.pid} ${Date.now()}`;
  let said = false;
  while (!create(path, token) && !takeOver(path, token)) {
    if (!said) process.stderr.write(`Waiting for another set-up to finish (${path})…\n`);
    said = true;
    await pause(POLL_MS);
  }
  const beat = setInterval(() => touch(ownerOf(path)), HEARTBEAT_MS);
  beat.unref();
  const release = () => {
    clearInterval(beat);
    process.off('exit', release);
    if (tokenIn(path) !== token) return;
    // Away in one step first, so that nobody finds it half removed.
    renameSync(path, `${path}.${process.pid}`);
    rmSync(`${path}.${process.pid}`, { recursive: true, force: true });
  };
  process.on('exit', release);
  return { release, share: (pid) => writeFileSync(sharerOf(path), String(pid)) };
}

function create(path, token) {
  const own = `${path}.${process.pid}`;
  rmSync(own, { recursive: true, force: true });
  mkdirSync(own);
  writeFileSync(ownerOf(own), token);
  try {
    renameSync(own, path);
    return true;
  } catch (error) {
    rmSync(own, { recursive: true, force: true });
    if (['ENOTEMPTY', 'EEXIST', 'EPERM', 'EACCES'].includes(error.code)) return false;
    throw error;
  }
}

/** Only one process at a time may judge whether the owner is gone, and it becomes the owner in place. */
function takeOver(path, token) {
  if (!isAbandoned(path)) return false;
  const judge = join(path, 'takeover');
  try {
    mkdirSync(judge);
  } catch {
    if (ageOf(judge) > TAKEOVER_MS) remove(judge);
    return false;
  }
  try {
    if (!isAbandoned(path)) return false;
    writeFileSync(`${ownerOf(path)}.new`, token);
    renameSync(`${ownerOf(path)}.new`, ownerOf(path));
    return true;
  } finally {
    remove(judge);
  }
}

function isAbandoned(path) {
  const [host, pid] = tokenIn(path)?.split(' ') ?? [];
  if (host === undefined) return false;
  if (ageOf(ownerOf(path)) > SILENT_MS) return true;
  return host === hostname() && !isAlive(Number(pid)) && !isAlive(Number(textOf(sharerOf(path)) ?? 0));
}

function isAlive(pid) {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code !== 'ESRCH';
  }
}

function ownerOf(path) {
  return join(path, 'owner');
}

function sharerOf(path) {
  return join(path, 'sharer');
}

function tokenIn(path) {
  return textOf(ownerOf(path));
}

function textOf(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function ageOf(path) {
  try {
    return Date.now() - statSync(path).mtimeMs;
  } catch {
    return 0;
  }
}

function touch(path) {
  try {
    utimesSync(path, new Date(), new Date());
  } catch {}
}

function remove(path) {
  try {
    rmdirSync(path);
  } catch {}
}
