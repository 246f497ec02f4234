/**
 * The disk below a real process, made slow, full, read-only or broken while it runs: builds disk.c with the system's
 * compiler and tells it what to do, through a file that the shim has mapped. What must never happen here: a fault
 * that outlives its test, or a shim that is not there and a test that does not say so.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const SOURCE = fileURLToPath(new URL('./disk.c', import.meta.url));
/** Nobody else may write here: what is preloaded is run. */
const BUILT = fileURLToPath(new URL('../../node_modules/.cache/keyferry/', import.meta.url));
/** As in disk.c: an int of four bytes each, in this order. */
const FIELDS = [
  'sync_us', 'write', 'sync', 'open', 'write_at', 'sync_at', 'writes', 'syncs', 'forgets', 'cut',
] as const; // biome-ignore format: one list, one glance

type DiskError = 'ENOSPC' | 'EIO' | 'EROFS';
export interface DiskFaults {
  /** Every sync takes this much longer, in ms. */
  readonly sync_ms?: number;
  /** Every write, sync or opening for writing fails so. */
  readonly write?: DiskError;
  readonly sync?: DiskError;
  readonly open?: DiskError;
  /** Of the writes or syncs from now on, the one of this number fails, once, with EIO. */
  readonly write_at?: number;
  readonly sync_at?: number;
  /** What no sync has confirmed is lost when a sync fails, as it is on real disks, and when the power goes. */
  readonly forgets?: boolean;
  /** The power goes at the next write or sync: the process ends, and this number, above 0, says what is lost. */
  readonly cut?: number;
}

/** Compiles the shim; once, for all that run the same source. @returns its path, or null where there is no compiler */
export async function buildDiskShim(): Promise<string | null> {
  if (process.platform !== 'linux') return null;
  const hash = createHash('sha256').update(readFileSync(SOURCE)).digest('hex').slice(0, 16);
  const so = join(BUILT, `disk-${hash}.so`);
  if (existsSync(so)) return so;
  mkdirSync(BUILT, { recursive: true });
  const made = `${so}.${process.pid}`;
  try {
    await promisify(execFile)('cc', ['-shared', '-fPIC', '-O2', '-Wall', '-o', made, SOURCE, '-ldl']);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  renameSync(made, so);
  return so;
}

/**
 * Makes a disk without a fault.
 * @param control the file through which `setDisk` speaks to it
 * @param path where its files' paths begin, absolute; all files if left out
 * @returns what the process's environment needs
 */
export function diskEnv(of: {
  readonly so: string;
  readonly control: string;
  readonly path?: string;
}): Record<string, string> {
  writeFileSync(of.control, new Uint8Array(FIELDS.length * 4));
  return { LD_PRELOAD: of.so, DISK_CONTROL: of.control, DISK_PATH: of.path ?? '/' };
}

/** From now on the disk has these faults and no other. */
export function setDisk(control: string, faults: DiskFaults): void {
  const errno = (it: DiskError | undefined) => (it === undefined ? 0 : constants.errno[it]);
  const values: Partial<Record<(typeof FIELDS)[number], number>> = {
    sync_us: Math.round((faults.sync_ms ?? 0) * 1000),
    write: errno(faults.write),
    sync: errno(faults.sync),
    open: errno(faults.open),
    write_at: faults.write_at ?? 0,
    sync_at: faults.sync_at ?? 0,
    forgets: faults.forgets ? 1 : 0,
    cut: faults.cut ?? 0,
  };
  const fd = openSync(control, 'r+');
  try {
    for (const [at, field] of FIELDS.entries()) {
      const value = values[field];
      if (value !== undefined) writeSync(fd, new Uint8Array(Int32Array.of(value).buffer), 0, 4, at * 4);
    }
  } finally {
    closeSync(fd);
  }
}

/** What the disk was asked for so far: a test that breaks it wants to know that it was there. */
export function seenByDisk(control: string): { readonly writes: number; readonly syncs: number } {
  const bytes = readFileSync(control);
  const at = (field: (typeof FIELDS)[number]) => bytes.readInt32LE(FIELDS.indexOf(field) * 4);
  return { writes: at('writes'), syncs: at('syncs') };
}
