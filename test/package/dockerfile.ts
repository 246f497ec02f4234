/** Reads Dockerfile and .dockerignore as far as ours go: what is copied, run and set, and what stays outside. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../cli/run.ts';

export interface Instruction {
  readonly name: string;
  readonly rest: string;
}

/** The stages in order, each with what follows its FROM; lines that go on are joined. */
export function stages(): readonly (readonly Instruction[])[] {
  const text = readFileSync(join(root, 'Dockerfile'), 'utf8');
  const all = text
    .split('\n')
    .filter((line) => !line.trim().startsWith('#'))
    .join('\n')
    .replaceAll(/\s*\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [name = '', ...rest] = line.trim().split(' ');
      return { name, rest: rest.join(' ') };
    });
  const found: Instruction[][] = [];
  for (const it of all) {
    if (it.name === 'FROM') found.push([]);
    found.at(-1)?.push(it);
  }
  return found;
}

export function allOf(name: string, stage: readonly Instruction[]): readonly string[] {
  return stage.filter((it) => it.name === name).map(({ rest }) => rest);
}

/** What the running container is. */
export function image() {
  const last = stages().at(-1) ?? [];
  const only = (name: string) => allOf(name, last).join('\n');
  const health = only('HEALTHCHECK');
  return {
    env: Object.fromEntries(
      only('ENV')
        .split(' ')
        .map((it): [string, string] => {
          const [name = '', value = ''] = it.split('=');
          return [name, value];
        }),
    ),
    user: only('USER'),
    volume: only('VOLUME'),
    port: only('EXPOSE'),
    stopSignal: only('STOPSIGNAL'),
    entrypoint: words(only('ENTRYPOINT')),
    command: words(only('CMD')),
    health: words(health.slice(health.indexOf('CMD ') + 'CMD '.length)),
  };
}

/** The exec form, the only one without a shell. */
function words(json: string): readonly string[] {
  return JSON.parse(json);
}

/** Whether the builder never sees the path, by .dockerignore; a later line may not take an earlier one back here. */
export function isIgnored(path: string): boolean {
  const patterns = readFileSync(join(root, '.dockerignore'), 'utf8')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  return patterns.some((pattern) => {
    const inside = pattern
      .replaceAll(/[.+^$()[\]{}|\\]/g, '\\$&')
      .replaceAll('**/', '\0')
      .replaceAll('*', '[^/]*')
      .replaceAll('\0', '(?:.*/)?');
    return new RegExp(`^${inside}(?:/|$)`).test(path);
  });
}
