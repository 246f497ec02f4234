/**
 * The licenses of the packages that a bundle carries: they ask to be told to whoever gets a copy. What must never
 * happen here: a package in the bundle and not in the list.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The package that a bundled file is of, from the last node_modules in its path; null for our own files. */
export function packageFolder(path: string): string | null {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? null;
}

/**
 * @param root the folder that the paths start at
 * @param paths of the files in the bundle
 * @returns each package with its version and the text of its license
 */
export function licensesOf(root: string, paths: readonly string[]): string {
  const folders = [...new Set(paths.map(packageFolder))].filter((it) => it !== null).sort();
  const entries = folders.map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    const file = readdirSync(join(root, folder)).find((it) => /^licen[cs]e/i.test(it));
    const text = file === undefined ? '' : `\n${readFileSync(join(root, folder, file), 'utf8').trim()}\n`;
    return `${name} ${version} (${license})\n${text}`;
  });
  return `What Keyferry carries in its bundle, and under which license.\n\n${entries.join(`\n${'-'.repeat(80)}\n\n`)}`;
}
