/**
 * The mapping files that come with Keyferry: beside the sources in a checkout, beside the bundle in a package,
 * which tools/build.ts puts just as deep. Nothing here is ever written.
 */
import { fileURLToPath } from 'node:url';

/** The folder of the starter files, with the schemas and the folder `examples`. */
export const SHIPPED_MAPPINGS = fileURLToPath(new URL('../../mappings/', import.meta.url));
