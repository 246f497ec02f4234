/**
 * A source's settings with its `$NAME`s looked up: from here on secrets are in memory. What must never happen
 * here: a secret's value in a problem, or a source opened with a secret that is missing or blank.
 */
import { ENV_NAME, type Words } from '../core/checks.ts';
import { faultsOf, pathText, valueAt } from '../core/faults.ts';
import { fail, ok, type PlacedError, type Result } from '../core/problem.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/**
 * @param settings as the mapping file has them
 * @returns what the integration's steps take as their settings, or `source_closed` with every variable that is missing
 */
export function resolveSettings(
  settings: Readonly<Record<string, unknown>>,
  integration: Words,
  env: Env,
): Result<unknown> {
  const missing = new Set<string>();
  const resolved = resolve(settings, env, missing);
  if (missing.size > 0) {
    const names = [...missing];
    return fail('source_closed', `${names.join(', ')} ${names.length === 1 ? 'is' : 'are'} not set`);
  }
  const parsed = integration.settings.safeParse(resolved);
  if (parsed.success) return ok(parsed.data);
  const errors = faultsOf(integration.settings, parsed.error.issues, resolved).map((it): PlacedError => {
    const written = valueAt(settings, it.path);
    const variable = typeof written === 'string' && ENV_NAME.test(written) ? ` (${written})` : '';
    return {
      file: '',
      path: `settings.${pathText(it.path)}${variable}`,
      message: it.message,
      remedy: it.remedy,
    };
  });
  return fail('source_closed', errors.map((it) => `${it.path}: ${it.message}`).join('; '), errors);
}

function resolve(value: unknown, env: Env, missing: Set<string>): unknown {
  if (Array.isArray(value)) return value.map((it) => resolve(it, env, missing));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, it]) => [key, resolve(it, env, missing)]));
  }
  const name = typeof value === 'string' ? ENV_NAME.exec(value)?.[1] : undefined;
  if (name === undefined) return value;
  const found = Object.hasOwn(env, name) ? (env[name] ?? '').trim() : '';
  if (found === '') missing.add(name);
  return found;
}
