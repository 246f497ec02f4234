/**
 * One mapping file as text, for the Node door. What must never happen here: a file that is read to an end which it does
 * not have, since a link may lead anywhere.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { LIMITS } from '../core/limits.ts';

/** Of a mapping file, one letter more than it may have, each of up to three bytes. */
const MOST_BYTES = 3 * (LIMITS.mapping_letters + 1);

/** No more of a file than is needed to say that it is too long: a link may lead to one that has no end. */
export function readText(path: string): string {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(Math.min(fstatSync(file).size || MOST_BYTES, MOST_BYTES));
    let size = 0;
    for (let read = -1; read !== 0 && size < bytes.length; size += read)
      read = readSync(file, bytes, size, bytes.length - size, null);
    return bytes.toString('utf8', 0, size);
  } finally {
    closeSync(file);
  }
}
