/**
 * What happens in the house, told once, where it happens: the wide lines of the log and the counters of /metrics are
 * both made from it. Pure. What must never happen here: a secret, a license key, an email or a part of a body in a line.
 */
import { LIMITS } from './limits.ts';
import type { Log } from './ports.ts';
import type { Problem } from './problem.ts';
import type { ClaimedEvent, EventEnd, OrderItem, Settlement } from './store.ts';

/** When an event went from one step to the next, epoch ms. */
export interface Steps {
  /** Out of the queue: from here on it is gathered and normalized. */
  readonly taken_at: number;
  /** What it means is known: from here on it is settled. */
  readonly read_at: number;
}

/** One event's way through walk two ended, for now or for good. */
export interface Ended {
  readonly is: 'ended';
  readonly event: Pick<ClaimedEvent, 'id' | 'source' | 'type' | 'received_at' | 'attempts' | 'deaths'>;
  readonly end: EventEnd;
  /** Epoch ms. */
  readonly at: number;
  /** Left out where it was never read. */
  readonly steps?: Steps | undefined;
  /** The sale as it was settled with this event; left out where it belongs to none. */
  readonly sale?: Pick<Settlement, 'external_id' | 'version' | 'state' | 'items' | 'changes'> | undefined;
  /** Events that were settled together, this one counted. */
  readonly together?: number;
  /** A person sent it through again: since its arrival anything may have been waited for. */
  readonly replayed?: boolean;
}

export type Observation =
  | {
      readonly is: 'received';
      readonly event_id: string;
      readonly source: string;
      readonly type: string;
      readonly duplicate: boolean;
      /** From the whole body to the disk, in ms. */
      readonly acknowledge_ms: number;
      /** When it came, epoch ms. */
      readonly at: number;
    }
  | {
      readonly is: 'refused';
      /** As it stood in the path. */
      readonly source: string;
      /** Whether a source of this name is there. */
      readonly known: boolean;
      readonly problem: Problem;
    }
  | Ended
  | {
      readonly is: 'settled';
      readonly settlement: Pick<
        Settlement,
        'order_id' | 'source' | 'external_id' | 'version' | 'state' | 'cause' | 'items' | 'changes' | 'ends'
      >;
    }
  | { readonly is: 'silent'; readonly source: string; readonly since: number };

/** Takes what happened. Quick, and never throws: it stands in the way of every event. */
export type Observe = (it: Observation) => void;

export interface Line {
  readonly level: Parameters<Log>[0];
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export function lineOf(it: Observation): Line {
  switch (it.is) {
    case 'received': {
      const { event_id, source, type, duplicate, acknowledge_ms } = it;
      const fields = { event: event_id, source, type: short(type), duplicate, acknowledge_ms };
      return { level: 'debug', message: 'event received', fields };
    }
    case 'refused': {
      const { code, detail } = it.problem;
      // Strangers try every path; what a known source refuses is worth a look.
      return {
        level: code === 'source_unknown' ? 'info' : 'warn',
        message: 'webhook refused',
        fields: { source: short(it.source), problem: code, detail: detail.slice(0, DETAIL_LETTERS) },
      };
    }
    case 'ended':
      return lineOfEnd(it);
    case 'settled':
      return lineOfSettled(it.settlement);
    case 'silent':
      return {
        level: 'warn',
        message: 'source silent',
        fields: { source: it.source, since: iso(it.since) },
      };
  }
}

/** Letters that move a cursor, turn a text, or end a line for some who read it. JSON escapes only the oldest of them. */
const COMMANDS = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const PLAIN = /^[ -~]*$/;

/** A line as JSON, which hides nothing and which a terminal may show. */
export function jsonLine(line: Readonly<Record<string, unknown>>): string {
  const text = JSON.stringify(line);
  // Nearly every line is plain, and that is quickly seen.
  if (PLAIN.test(text)) return text;
  return text.replace(COMMANDS, (letter) =>
    Array.from({ length: letter.length }, (_, at) => escapeOf(letter.charCodeAt(at))).join(''),
  );
}

function escapeOf(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}

const DETAIL_LETTERS = 300;

function lineOfEnd({ event, end, at, steps, sale, together = 1, replayed }: Ended): Line {
  const { received_at } = event;
  const parked = sale ? parkedLines(sale.items) : 0;
  return {
    // While its shop rests an event comes by again and again, and nothing is tried.
    level: end.untried ? 'debug' : end.state === 'parked' || parked > 0 ? 'warn' : 'info',
    message: `event ${end.state}`,
    fields: {
      event: event.id,
      source: event.source,
      type: short(event.type),
      outcome: end.state,
      problem: end.problem?.code,
      order: end.order_id ?? undefined,
      ...(sale && {
        external_id: short(sale.external_id),
        version: sale.version,
        state: sale.state,
        changes: countByKind(sale.changes),
        parked,
      }),
      // What changed stands in the line of each of them.
      together: together > 1 ? together : undefined,
      replayed: replayed || undefined,
      attempt: event.attempts + 1,
      deaths: event.deaths > 0 ? event.deaths : undefined,
      due_at: end.state === 'waiting' && end.due_at !== null ? iso(end.due_at) : undefined,
      received_at: iso(received_at),
      ...(steps && {
        queue_ms: span(received_at, steps.taken_at),
        gather_ms: span(steps.taken_at, steps.read_at),
        settle_ms: span(steps.read_at, at),
      }),
      total_ms: span(received_at, at),
    },
  };
}

function lineOfSettled(it: (Observation & { readonly is: 'settled' })['settlement']): Line {
  const parked = parkedLines(it.items);
  return {
    // The events that it ends have lines of their own, which say the same.
    level: it.ends.length > 0 ? 'debug' : parked > 0 ? 'warn' : 'info',
    message: 'order settled',
    fields: {
      order: it.order_id,
      source: it.source,
      external_id: short(it.external_id),
      version: it.version,
      state: it.state,
      cause: it.cause.by,
      changes: countByKind(it.changes),
      parked,
    },
  };
}

/** `{ "issue": 3 }` */
export function countByKind(changes: Settlement['changes']): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { change } of changes) counts[change] = (counts[change] ?? 0) + 1;
  return counts;
}

function parkedLines(items: readonly OrderItem[]): number {
  let count = 0;
  for (const { state } of items) if (state === 'parked') count++;
  return count;
}

/** Clocks are set back: nothing takes less than no time. */
export function span(from: number, to: number): number {
  return Math.max(0, to - from);
}

/** A text of the shop's or a stranger's. */
function short(text: string): string {
  return text.length > LIMITS.refusal_text ? text.slice(0, LIMITS.refusal_text) : text;
}

const LATEST_MS = 8.64e15;

function iso(at: number): string {
  return new Date(Math.max(-LATEST_MS, Math.min(LATEST_MS, at))).toISOString();
}

/** Errors whose words quote what was read, a body for example: of them only the name and the place are told. */
const QUOTING: ReadonlySet<string> = new Set(['SyntaxError', 'RangeError', 'ZodError', '$ZodError']);
/** What a TypeError says where it quotes a text that it took for something else. */
const QUOTED = /'in' operator|^Iterator value|on string '|header value/;

function isQuoting(error: Error): boolean {
  return QUOTING.has(error.name) || QUOTED.test(error.message);
}

/** What a log may say of something thrown: its stack, without words that quote a body. */
export function traceOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error === 'string' ? error : typeof error;
  if (!isQuoting(error)) return error.stack ?? String(error);
  const frames = error.stack?.split('\n').filter((it) => /^\s+at /.test(it)) ?? [];
  return [error.name, ...frames].join('\n');
}

/** The same in one line, as a problem says it. */
export function saidBy(error: unknown): string {
  if (!(error instanceof Error)) return traceOf(error);
  return isQuoting(error) ? error.name : error.message;
}
