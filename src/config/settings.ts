/**
 * A source's settings with its `$NAME`s looked up: from here on secrets are in memory. What must never happen
 * here: a secret's value in a problem, or a source opened with a secret that is missing or blank.
 */
import { ENV_NAME, type Words } from '../core/checks.ts';
import { faultsOf, isMarked, type Path, pathText, valueAt } from '../core/faults.ts';
import { fail, ok, type PlacedError, type Result } from '../core/problem.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/**
 * @param settings as the mapping file has them
 * @returns what the integration's steps take as their settings, or `source_closed` with every variable that is
 * missing, or `secret_white_space` where white space inside a secret is among what keeps it closed
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
  let spaced = false;
  const errors = faultsOf(integration.settings, parsed.error.issues, resolved).map((it): PlacedError => {
    const at = textAt(settings, it.path);
    const written = valueAt(settings, at);
    const variable = typeof written === 'string' && ENV_NAME.test(written) ? ` (${written})` : '';
    // What stood around the value is away already; inside, it was copied from two lines or two fields.
    const inside = variable !== '' && /\s/.test(String(valueAt(resolved, at)));
    const torn = inside && isMarked(integration.settings, at, 'secret');
    spaced ||= torn;
    return {
      file: '',
      path: `settings.${pathText(it.path)}${variable}`,
      message: it.message,
      remedy: torn ? 'Copy it again, as one line without a blank in it.' : it.remedy,
    };
  });
  const detail = errors.map((it) => `${it.path}: ${it.message}`).join('; ');
  return fail(spaced ? 'secret_white_space' : 'source_closed', detail, errors);
}

/** The schema may have made a list of one text: where the text itself was written. */
function textAt(settings: unknown, path: Path): Path {
  const at = path.findIndex((_, length) => typeof valueAt(settings, path.slice(0, length)) === 'string');
  return at < 0 ? path : path.slice(0, at);
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
