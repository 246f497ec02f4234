/**
 * `keyferry --version`: which program this is, and what it agrees with: the API, the mapping files, the tables, the
 * Node and the database engine underneath. What must never happen here: a version that is guessed.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { API_VERSION, CONFIG_VERSION } from '../core/versions.ts';
import { VERSION } from '../house.ts';
import { SCHEMA_VERSION } from '../store/migrate.ts';
import { done, type Outcome } from './outcome.ts';

export function version(): Outcome {
  const document = {
    version: VERSION,
    api: API_VERSION,
    config: CONFIG_VERSION,
    schema: SCHEMA_VERSION,
    node: process.versions.node,
    libsql: installedVersion('libsql'),
  };
  return done(document, VERSION);
}

/** Of a package that lies outside of the bundle: what npm put there decides, not what we were built with. */
function installedVersion(name: string): string {
  const entry = createRequire(import.meta.url).resolve(name);
  const { version } = JSON.parse(readFileSync(join(dirname(entry), 'package.json'), 'utf8'));
  return String(version);
}
