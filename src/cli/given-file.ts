/**
 * Files that a command is given, `-` for what comes in by a pipe: JSON, and the YAML of mapping files. What must never
 * happen here: a wait for a person to type a file into a terminal.
 */
import { readFileSync } from 'node:fs';
import * as yaml from 'yaml';
import { failed, messageOf, type Outcome } from './outcome.ts';

export type Given = { readonly value: unknown } | { readonly trouble: Outcome };

const STDIN = 0;

export function readJsonFile(path: string): Given {
  return readGiven(path, 'JSON', (text) => JSON.parse(text));
}

/** JSON is YAML, too. */
export function readYamlFile(path: string): Given {
  return readGiven(path, 'YAML', (text) => yaml.parse(text));
}

function readGiven(path: string, form: string, parse: (text: string) => unknown): Given {
  const name = path === '-' ? 'standard input' : path;
  if (path === '-' && process.stdin.isTTY === true)
    return unreadable('Nothing comes in', name, 'Pipe the file in: cat FILE | keyferry …, or name it.');
  let text: string;
  try {
    const bytes = readFileSync(path === '-' ? STDIN : path);
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    const detail = error instanceof TypeError ? `${name} is not UTF-8` : messageOf(error);
    return unreadable('The file cannot be read', detail, 'Check its path and its permissions.');
  }
  try {
    return { value: parse(text) };
  } catch (error) {
    return unreadable(`The file is no ${form}`, `${name}: ${messageOf(error)}`, 'Mend it there.');
  }
}

function unreadable(title: string, detail: string, hint: string): Given {
  return { trouble: failed({ code: 'file_unreadable', title, detail, hint }, 2) };
}
