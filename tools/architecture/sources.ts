/** Reads the project's own text files, as checked in or about to be: nothing installed, built or stored by a run. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Made by tools or by running, at any depth. */
const MADE = new Set(['node_modules', '.git', 'package-lock.json']);
/** Made by running, in the root. */
const MADE_IN_ROOT = /^(data|dist|coverage|\.setup\.lock.*|\.env.*|.*\.log)$/;

/** @returns path from the root, with forward slashes → text */
export function readSources(): Readonly<Record<string, string>> {
  const sources: Record<string, string> = {};
  const read = (folder: string) => {
    for (const entry of readdirSync(`${ROOT}${folder}`, { withFileTypes: true })) {
      const path = `${folder}${entry.name}`;
      if (MADE.has(entry.name) || (folder === '' && MADE_IN_ROOT.test(entry.name))) continue;
      if (entry.isDirectory()) read(`${path}/`);
      else if (entry.isFile()) {
        const text = readFileSync(`${ROOT}${path}`, 'utf8');
        if (!text.includes('\0')) sources[path] = text;
      }
    }
  };
  read('');
  return sources;
}
