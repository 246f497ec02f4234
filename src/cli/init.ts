/**
 * `keyferry init`: mapping files to start from, copied out of the package into the folder that `serve` reads. What
 * must never happen here: a file of the vendor overwritten, or half of a set written because the rest was there.
 */
import { lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { didYouMean } from '../core/nearest.ts';
import { CALL, SERVE } from './called.ts';
import { mappingsFolder, readConfiguration, secretNames } from './configuration.ts';
import { done, failed, messageOf, type Outcome } from './outcome.ts';
import { SHIPPED_MAPPINGS } from './shipped.ts';
import type { Terminal } from './terminal.ts';
import { counted, wrap } from './text.ts';

export interface InitOptions {
  /** One of the shipped examples instead of the standard files. */
  readonly example?: string;
}

const EXAMPLES = join(SHIPPED_MAPPINGS, 'examples');

export async function init({ example }: InitOptions, terminal: Terminal): Promise<Outcome> {
  const examples = exampleNames();
  if (example !== undefined && !examples.includes(example)) {
    const detail = `There is no example "${example}". ${didYouMean(example, examples, 'Examples')}`;
    const hint = `Without --example the files for every shop are written.`;
    return failed({ code: 'usage', title: 'Wrong usage', detail, hint }, 2);
  }
  const folder = mappingsFolder(terminal.env);
  const files = starterFiles(example);
  const there = files.map(({ name }) => join(folder, name)).filter(isThere);
  if (there.length > 0) {
    return failed({
      code: 'init_target_exists',
      title: `${counted(there.length, 'file')} ${there.length === 1 ? 'is' : 'are'} there already`,
      detail: there.join(', '),
      hint: 'Nothing was written. Move them away, or work in another folder: KEYFERRY_MAPPINGS names it.',
    });
  }
  try {
    mkdirSync(folder, { recursive: true });
    // Somebody may have made one since: then it stays, too.
    for (const { name, text } of files) writeFileSync(join(folder, name), text, { flag: 'wx' });
  } catch (error) {
    const hint = 'Look at the permissions of the folder, then move away what was written and try again.';
    const title = 'The files could not be written';
    return failed({ code: 'init_failed', title, detail: messageOf(error), hint });
  }
  const sources = readConfiguration(folder, {}).sources;
  const secrets = [...new Set(sources.flatMap((it) => secretNames(it.mapping.settings)))];
  const names = files.map(({ name }) => name);
  const text = [
    ...wrap(`Written into ${folder}: ${names.join(', ')}.`, terminal.width),
    '',
    ...steps(folder, sources.length, secrets).flatMap((it, at) =>
      wrap(it, terminal.width, '     ', `  ${at + 1}. `),
    ),
  ];
  return done({ folder, files: names, example: example ?? null, secrets }, text.join('\n'));
}

function exampleNames(): readonly string[] {
  const entries = readdirSync(EXAMPLES, { withFileTypes: true });
  return entries.filter((it) => it.isDirectory()).map((it) => it.name);
}

/** The files of the folder itself, with an example's instead of the standard ones; the schemas come along always. */
function starterFiles(
  example: string | undefined,
): readonly { readonly name: string; readonly text: string }[] {
  const standard = filesIn(SHIPPED_MAPPINGS);
  if (example === undefined) return standard;
  const schemas = standard.filter(({ name }) => name.endsWith('.schema.json'));
  const own = filesIn(join(EXAMPLES, example)).map(({ name, text }) => ({
    name,
    // Editors find the schemas beside the files now, not two folders above.
    text: text.replace('$schema=../../', '$schema=./'),
  }));
  return [...own, ...schemas];
}

function filesIn(folder: string) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((it) => it.isFile() && /\.(yaml|schema\.json)$/.test(it.name))
    .map(({ name }) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
}

/** A link that leads nowhere is there, too. */
function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function steps(folder: string, sources: number, secrets: readonly string[]): readonly string[] {
  const rest = sources > 1 ? ' Remove the files of shops that you do not have.' : '';
  return [
    `Say in ${folder} what you sell, and what a sale means.${rest}`,
    `Set ${secrets.join(' and ')} in the environment, then look it over: ${CALL} check`,
    `Run it: ${SERVE}`,
  ];
}
