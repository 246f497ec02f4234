/**
 * The files of a mapping and its catalog as a command is given them: read before anybody is asked, and named in errors.
 * What must never happen here: a file that runs otherwise than it reads.
 */
import * as z from 'zod';
import type { PlacedError } from '../core/problem.ts';
import { readYamlFile } from './given-file.ts';
import { failed, type Outcome } from './outcome.ts';

export interface ContentFiles {
  readonly mapping: string;
  readonly catalog?: string;
}

type Content = Readonly<Record<string, unknown>>;

const content = z.record(z.string(), z.unknown());

export function readFiles(
  files: ContentFiles,
):
  | { readonly content: { readonly mapping: Content; readonly catalog?: Content } }
  | { readonly trouble: Outcome } {
  const mapping = readContent(files.mapping);
  if ('trouble' in mapping) return mapping;
  if (files.catalog === undefined) return { content: { mapping: mapping.value } };
  const catalog = readContent(files.catalog);
  if ('trouble' in catalog) return catalog;
  return { content: { mapping: mapping.value, catalog: catalog.value } };
}

function readContent(file: string): { readonly value: Content } | { readonly trouble: Outcome } {
  const read = readYamlFile(file);
  if ('trouble' in read) return read;
  const it = content.safeParse(read.value);
  if (it.success) return { value: it.data };
  const hint = 'Write it as the files in mappings/ are written.';
  return {
    trouble: failed({ code: 'file_unreadable', title: 'The file is no mapping', detail: file, hint }, 2),
  };
}

/** Errors where their reader can mend them. */
export function filesIn(outcome: Outcome, { mapping, catalog }: ContentFiles): Outcome {
  const { trouble } = outcome;
  if (!trouble?.errors) return outcome;
  const names: Readonly<Record<string, string | undefined>> = { mapping, catalog };
  const errors = trouble.errors.map((it): PlacedError => ({ ...it, file: names[it.file] ?? it.file }));
  return failed({ ...trouble, errors }, outcome.exit);
}
