/**
 * The watch over the mapping files while Keyferry runs: what a person saves takes effect by itself. It stands
 * between the door, which reads files and knows when to look, and the sources. What must never happen here: a
 * change that was read and not taken, and never looked at again.
 */
import type { Log } from '../core/ports.ts';
import { loggedError } from '../core/problem.ts';
import type { FileSources } from './sources.ts';
import type { WrittenFile } from './yaml.ts';

export interface WatchPorts {
  /** What was taken last: at the start, the very files that the door began with. */
  readonly taken: readonly WrittenFile[];
  /** The files as they are now. */
  readonly read: () => readonly WrittenFile[];
  readonly take: FileSources['takeFiles'];
  /** Resolves when it is time to look again; false ends the watch. */
  readonly next: () => Promise<boolean>;
  readonly log: Log;
  /** Parked lines may have rules now. */
  notify(): void;
}

/**
 * A changed file becomes a new revision; a faulty one is reported once, and the good revision keeps running. A
 * look that fails is repeated at the next one, and logged once for as long as it fails alike.
 */
export async function watchFiles({ taken, read, take, next, log, notify }: WatchPorts): Promise<void> {
  let seen = JSON.stringify(taken);
  let trouble: string | null = null;
  while (await next()) {
    try {
      const files = read();
      const now = JSON.stringify(files);
      if (now !== seen) {
        const { errors, changed, left } = await take(files);
        if (left.length === 0) seen = now;
        for (const name of changed) log('info', 'mapping changed', { source: name });
        for (const error of errors) log('error', 'mapping file not taken', loggedError(error));
        notify();
      }
      trouble = null;
    } catch (error) {
      const text = String(error);
      if (text !== trouble) log('error', 'mapping files not taken, looking again', { error: text });
      trouble = text;
    }
  }
}
