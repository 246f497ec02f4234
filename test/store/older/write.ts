/**
 * Writes what this version writes into a database, as SQL beside this file, under the name of its newest migration: to
 * be run (`node tools/run.mjs :node test/store/older/write.ts`) before another migration is made, and checked in with
 * it. What must never happen here: a file written over by a later version.
 */
import { writeFileSync } from 'node:fs';
import type { Row } from '../../../src/store/database.ts';
import { SCHEMA_VERSION } from '../../../src/store/migrate.ts';
import { openHouse } from '../../house.ts';
import { fill, OLDER } from './written.ts';

function quoted(value: unknown): string {
  if (value instanceof ArrayBuffer) return `CAST(${quoted(new TextDecoder().decode(value))} AS BLOB)`;
  if (value instanceof Uint8Array) return quoted(value.slice().buffer);
  return typeof value === 'number' ? String(value) : `'${String(value).replaceAll("'", "''")}'`;
}

function inserted(table: string, row: Row): string {
  const said = Object.entries(row).filter(([, value]) => value !== null);
  const names = said.map(([name]) => name).join(', ');
  return `\nINSERT INTO ${table} (${names}) VALUES\n  (${said.map(([, value]) => quoted(value)).join(', ')});\n`;
}

const house = await openHouse({ ...OLDER, seed: SCHEMA_VERSION });
await fill(house);
const tables = await house.db.read(
  `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name <> 'migrations' ORDER BY name`,
);
const names = tables.map(({ name }) => String(name));
// Those first that others point at.
const first = ['accounts', 'customers', 'orders'];
let text = `-- What a Keyferry whose newest migration was ${SCHEMA_VERSION} had written: see written.ts.\n`;
for (const name of [...first, ...names.filter((it) => !first.includes(it))]) {
  for (const row of await house.db.read(`SELECT * FROM ${name}`)) text += inserted(name, row);
}
writeFileSync(new URL(`./${SCHEMA_VERSION}.sql`, import.meta.url), text, { flag: 'wx' });
await house.close();
