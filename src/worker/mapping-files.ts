/**
 * The mapping files of the vendor, for a door that has no disk. Here there are none: the build puts the folder's
 * files in the place of this module, after checking them.
 */
import type { WrittenFile } from '../config.ts';

export const MAPPING_FILES: readonly WrittenFile[] = [];
