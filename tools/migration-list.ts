/**
 * The migrations as a module: Workers have no files, and a bundle carries them along.
 */
import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../src/store/migrations/', import.meta.url);

/** @returns the text of src/store/migration-list.ts */
export function migrationList(): string {
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort();
  const migrations = names.map((name) => ({
    name: name.replace(/\.sql$/, ''),
    statements: readFileSync(new URL(name, folder), 'utf8')
      .split('--> statement-breakpoint')
      .map((it) => it.trim().replace(/;$/, '')),
  }));
  return `/**
 * The migrations, in order. Made from src/store/migrations by \`npm run generate\`; never change one that was
 * released.
 */
export const MIGRATIONS: readonly { readonly name: string; readonly statements: readonly string[] }[] = ${JSON.stringify(migrations, null, 2)};
`;
}
