/**
 * Why a webhook was refused, as far as anybody here can tell: what the source's integration makes of the signature,
 * else what the refusal itself says. Beside walk one. What must never happen here: an event made of what was
 * refused, or a secret in what is said.
 */
import type { Delivery } from './integration.ts';
import { nearest } from './nearest.ts';
import type { Digest } from './ports.ts';
import type { Problem } from './problem.ts';
import type { Diagnosis } from './refusals.ts';
import type { Source } from './sources.ts';

/** @param delivery null where no body was read */
export type WhyRefused = (name: string, delivery: Delivery | null, problem: Problem) => Promise<Diagnosis>;

/** Is computed for every refusal that is kept: bounded work, whoever sent it. */
export function makeWhyRefused(
  sources: () => Promise<ReadonlyMap<string, Source>>,
  digest: Digest,
): WhyRefused {
  return async (name, delivery, problem) => {
    const all = await sources();
    const source = all.get(name);
    if (!source) return noSuchPath(name, [...all.keys()]);
    if (!source.settings.ok) return closed(source.settings.problem);
    const found = delivery && (await byIntegration(source, delivery, problem, [...all.values()], digest));
    return found ?? plain(problem);
  };
}

function noSuchPath(name: string, known: readonly string[]): Diagnosis {
  const near = nearest(name, known);
  const detail = near === null ? '' : `the source with the nearest name is ${near}`;
  return { code: 'path_unknown', certain: true, detail };
}

/** The problem names variables and what is wrong with them, never their values. */
function closed({ code, detail }: Problem): Diagnosis {
  const spaced = code === 'secret_white_space';
  return { code: spaced ? 'secret_white_space' : 'secret_missing', certain: true, detail };
}

async function byIntegration(
  { name, integration, revision, settings: own }: Source,
  delivery: Delivery,
  problem: Problem,
  all: readonly Source[],
  digest: Digest,
): Promise<Diagnosis | null> {
  if (!own.ok) return null;
  const settings = own.value;
  if (problem.code === 'signature_wrong') {
    const joined = withoutBlanks(settings, integration.secrets(settings));
    const fits = joined !== null && (await integration.verify(delivery, joined, digest)).ok;
    const detail = 'without the white space inside of it, a secret of this source fits';
    if (fits) return { code: 'secret_white_space', certain: true, detail };
  }
  const { mode } = revision.mapping;
  const neighbors = all.flatMap((it) =>
    it.name !== name && it.integration.name === integration.name && it.settings.ok
      ? [{ source: it.name, mode: it.revision.mapping.mode, settings: it.settings.value }]
      : [],
  );
  return integration.diagnose({ delivery, problem, settings, mode, neighbors }, digest);
}

/** The settings with their secrets as they were before they were copied apart; null where none is. */
function withoutBlanks(settings: unknown, secrets: readonly string[]): unknown {
  const torn = new Set(secrets.filter((it) => /\s/.test(it)));
  if (torn.size === 0) return null;
  const mended = (it: unknown): unknown => {
    if (typeof it === 'string') return torn.has(it) ? it.replace(/\s+/g, '') : it;
    if (Array.isArray(it)) return it.map(mended);
    if (typeof it !== 'object' || it === null) return it;
    return Object.fromEntries(Object.entries(it).map(([key, value]) => [key, mended(value)]));
  };
  return mended(settings);
}

/** What the refusal itself says, where nobody can say more. */
function plain({ code, detail }: Problem): Diagnosis {
  switch (code) {
    case 'body_too_large':
      return { code: 'body_too_large', certain: true, detail };
    case 'body_malformed':
      return { code: 'not_an_event', certain: true, detail };
    case 'signature_stale':
      return { code: 'clock_off', certain: false, detail };
    case 'signature_wrong':
      return { code: 'secret_unknown', certain: false, detail };
    default:
      return { code: 'signature_lost', certain: false, detail };
  }
}
