/**
 * How the reader calls this program, for the hints that it gives: from the sources, through npx, or by its name.
 * What must never happen here: a hint that names a command which the reader does not have.
 */

/** A checkout of the sources, with mapping files of its own to write in. */
export const IN_CHECKOUT = import.meta.url.endsWith('.ts');
const throughNpx = process.env.npm_command === 'exec';

/** Stands before a command and its options. */
export const CALL = IN_CHECKOUT ? 'npm run keyferry --' : throughNpx ? 'npx keyferry' : 'keyferry';

/** Starts the server. */
export const SERVE = IN_CHECKOUT ? 'npm start' : `${CALL} serve`;
