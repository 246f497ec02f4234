/**
 * The versions that others build on, beside the program's own: what may change between two of them is in the
 * changelog. The tables have theirs in their newest migration.
 */

/** Of the management API: the first part of its paths. */
export const API_VERSION = 'v1';

/** Of the mapping files; raised when a file that was right no longer is. */
export const CONFIG_VERSION = 1;
