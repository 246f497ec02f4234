/**
 * Can a database be where the environment wants it? Looked at before anything is opened, so that a start that
 * cannot succeed says why in the words of the configuration.
 */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type Env, readEnvironment } from '../config.ts';
import type { PlacedError } from '../core/problem.ts';
import { databaseFile } from '../node.ts';

const NAME = 'KEYFERRY_DATABASE_URL';

/** Errors of the place alone; a variable that cannot be read is the environment's own error. */
export function databaseFaults(env: Env): readonly PlacedError[] {
  const read = readEnvironment({ [NAME]: env[NAME] });
  if (!read.ok) return [];
  const file = databaseFile(read.value.databaseUrl);
  // Whether a server can be reached says the first call to it.
  if (file === null) return [];
  if (existsSync(file)) {
    if (!statSync(file).isFile())
      return [fault(`${file} is not a file`, 'Add the name of the file: file:./data/keyferry.db.')];
    return mayWrite(file)
      ? []
      : [fault(`${file} cannot be written`, 'Give the user that runs Keyferry the right to write it.')];
  }
  const folder = nearestFolder(file);
  if (!statSync(folder).isDirectory())
    return [fault(`${folder} is a file, not a folder`, 'Choose another folder.')];
  return mayWrite(folder)
    ? []
    : [
        fault(
          `${folder} cannot be written`,
          'Choose another folder, or give the user that runs Keyferry the right to write there.',
        ),
      ];
}

/** The folder that the file lies in, or the nearest one above it that exists. */
export function nearestFolder(file: string): string {
  let folder = dirname(resolve(file));
  while (!existsSync(folder)) folder = dirname(folder);
  return folder;
}

export function mayWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function fault(message: string, remedy: string): PlacedError {
  return { file: 'environment', path: NAME, message, remedy };
}
