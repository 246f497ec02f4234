/**
 * Refused deliveries as a person sees them: when, where, why, and what was most likely wrong. Beside walk one; it
 * stores no body and believes nothing of one. What must never happen here: a secret, or a stranger's text without
 * a bound.
 */
import { LIMITS } from './limits.ts';
import type { Problem } from './problem.ts';

/** What was most likely wrong with a refused delivery, and what mends it. */
const DIAGNOSES = {
  other_mode_secret: {
    title: "Signed for another mode's secret",
    remedy:
      'Test and live each have an endpoint and a secret of their own. Enter this address in the mode that the source names, or point this endpoint at the source of its own mode. If it came to the right source, the secrets of the two were exchanged: set each where it belongs.',
  },
  other_source_secret: {
    title: "Signed with another source's secret",
    remedy:
      'The shop posts to the wrong source. Change the address of that webhook in the shop to the path of its own source. If it came to the right source, the secrets of the two were exchanged: set each where it belongs.',
  },
  other_secret_kind: {
    title: "Signed with the shop's other kind of secret",
    remedy:
      "The shop signs webhooks made by an app with one secret, and those made in its admin pages with another. Copy the one of this webhook; both may stand in the source's list.",
  },
  body_altered: {
    title: 'The body was altered on the way',
    remedy:
      'A proxy in front of Keyferry rewrites bodies (new formatting, line ends, encoding). Let it pass webhook bodies through byte by byte.',
  },
  clock_off: {
    title: 'The clocks disagree',
    remedy:
      "Set this machine's clock by NTP. If it is right, something on the way held the delivery back, or sent an old one again.",
  },
  secret_white_space: {
    title: 'The secret has white space',
    remedy:
      'Copy the secret again, as one line without a blank in it, and start Keyferry again; the shop sends the event again.',
  },
  secret_missing: {
    title: 'The source is closed',
    remedy: 'Set or mend what is named here and start Keyferry again; the shop sends the event again.',
  },
  secret_unknown: {
    title: 'Signed with a secret that nobody here knows',
    remedy:
      "Copy this endpoint's signing secret from the shop again. If you have no such webhook, a stranger tried: nothing is to be done.",
  },
  signature_lost: {
    title: 'The signature is missing or cannot be read',
    remedy:
      'If it came from the shop, a proxy takes its headers away or doubles them: let all pass as they came. If not, nothing is to be done.',
  },
  headers_lost: {
    title: 'Signed, but headers are missing or doubled',
    remedy:
      'A proxy takes headers of the shop away, or doubles them: let all pass as they came; the shop sends the event again.',
  },
  path_unknown: {
    title: 'There is no source at this address',
    remedy: 'If a shop of yours posts there, correct the address of its webhook, or add the mapping file.',
  },
  body_too_large: {
    title: 'The body is larger than the limit',
    remedy: 'Raise KEYFERRY_MAX_BODY_BYTES if the sender is right; the shop sends the event again.',
  },
  not_an_event: {
    title: 'Signed, but not an event of this shop',
    remedy: 'Point only the webhooks of this shop at this source.',
  },
} as const satisfies Record<string, { readonly title: string; readonly remedy: string }>;

export type DiagnosisCode = keyof typeof DIAGNOSES;

export interface Diagnosis {
  readonly code: DiagnosisCode;
  /** Proved, by a signature or by what Keyferry itself knows; not only likely. */
  readonly certain: boolean;
  /** What was seen, with numbers and names: never a secret or a part of a body. */
  readonly detail: string;
}

/** One refused delivery, as it is kept. */
export interface Refusal {
  /** As it stood in the path; at most LIMITS.refusal_text letters of it. */
  readonly source: string;
  /** Whether a source of this name was there. */
  readonly known: boolean;
  /** Epoch ms. */
  readonly at: number;
  readonly problem: Problem;
  readonly diagnosis: Diagnosis;
}

export interface RefusalRecord extends Refusal {
  readonly id: string;
}

export interface Refusals {
  /**
   * Keeps it, and forgets the oldest beyond LIMITS.refusals_kept of the same source (of all unknown paths
   * together), the proved and the supposed each by themselves.
   * One of the same source and reason within LIMITS.refusal_every_ms before it is enough: then nothing is written.
   */
  refuse(it: Refusal): Promise<void>;
}

/** The table's words. A stored diagnosis may come from another version, which knew a code that this one does not. */
export function wordsOf({ code }: Diagnosis): { readonly title: string; readonly remedy: string } {
  return Object.hasOwn(DIAGNOSES, code) ? DIAGNOSES[code] : { title: code, remedy: '' };
}

/** In one sentence, as alarms and the command say it. */
export function sayDiagnosis(it: Diagnosis): string {
  const { certain, detail } = it;
  return `${wordsOf(it).title} (${certain ? 'certain' : 'likely'})${detail === '' ? '' : `: ${detail}`}`;
}

/** Our own sentences, which may quote what came: longer than any of them is. */
const DETAIL_LETTERS = 1_000;

/** The refusal with every text bounded, and without letters that hide, turn or break what stands around them. */
export function harmless(it: Refusal): Refusal {
  const { source, problem, diagnosis } = it;
  return {
    ...it,
    source: cleaned(source, LIMITS.refusal_text),
    problem: { code: problem.code, detail: cleaned(problem.detail, LIMITS.refusal_text) },
    diagnosis: { ...diagnosis, detail: cleaned(diagnosis.detail, DETAIL_LETTERS) },
  };
}

function cleaned(text: string, most: number): string {
  return text
    .slice(0, most)
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\ufffd');
}
