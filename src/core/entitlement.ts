/**
 * The words in which grants are spoken of: what goes into `grantsOf`, and what comes out of it. Types alone. What
 * must never happen here: a rule; those stand in grants.ts and units.ts.
 */
import type { LicenseFields } from './license.ts';
import type { Mapping, PinnedPart, Revision } from './mapping.ts';
import type { Problem } from './problem.ts';
import type { Things } from './sale.ts';
import type { Chosen, Line } from './things.ts';

/** What a line was mapped to when it was first issued. It stays while the line stays what it is. */
export interface Pin {
  /** The line's refs at that time: other refs, and the line is mapped anew. */
  readonly refs: Readonly<Record<string, string>>;
  readonly revision: string;
  readonly rule: string;
  readonly outcome:
    | { readonly is: 'granted'; readonly parts: readonly PinnedPart[] }
    | { readonly is: 'ignored'; readonly reason: string };
  /** Kept for the keyless line of a session: when its true lines become known, this one stays. */
  readonly whole?: Line;
  /** A person took back what it was mapped by: it tells what the line was sold as, and decides no more. */
  readonly lifted?: true;
}
export type Pins = Readonly<Record<string, Pin>>;

/** What a person chose for a line that waited. It stands before the rules until a person lifts it. */
export interface Choice {
  /** The line's refs at that time: other refs, and it is another line, of which nobody said anything. */
  readonly refs: Readonly<Record<string, string>>;
  readonly gives:
    | { readonly is: 'granted'; readonly chosen: Chosen }
    | { readonly is: 'ignored'; readonly reason: string };
  readonly by: string;
  /** Epoch ms. */
  readonly at: number;
}
/** By line id. */
export type Choices = Readonly<Record<string, Choice>>;

/** What happens to licenses on refunds and the like: `on:` of the mapping. */
export type Policies = Mapping['on'];

/** Why a license is not simply active. The strictest act of its live reasons is its state. */
export interface Reason {
  readonly name:
    | 'refund'
    | 'dispute'
    | 'cancellation'
    | 'past_due'
    | 'pause'
    | 'removed'
    | 'replaced'
    | 'reissued'
    | 'hold';
  readonly act: 'suspend' | 'revoke';
  /** What brought it about: a refund's or dispute's id, the period that is not paid, an override's id. */
  readonly cause: string;
}

/** What one unit of one line entitles the buyer to. (line_id, unit, part) is its slot in the order. */
export interface Grant {
  readonly line_id: string;
  readonly unit: number;
  readonly part: string;
  readonly product: string;
  readonly policy: string;
  readonly fields: LicenseFields;
  readonly reasons: readonly Reason[];
  /** When the shop's term ends, epoch ms; left unsaid where there is none: then it follows from the fields. */
  readonly valid_until?: number;
  /** Renewals paid for a line that has no term of its own: its duration runs as often again. */
  readonly renewals?: number;
  /** For a license that is there. Of what is over nothing more is issued. */
  readonly existing_only?: true;
}

export type LineState = 'pending' | 'granted' | 'parked' | 'ignored' | 'ended';

/** One line and what became of it, for people and for plan. */
export interface LineResult {
  readonly line: Line;
  readonly state: LineState;
  /** Units entitled now. */
  readonly units: number;
  readonly rule: string | null;
  readonly parts: readonly PinnedPart[];
  /** Why it is parked. */
  readonly problem: Problem | null;
  /** Why it is ignored. */
  readonly reason: string | null;
  /** What ends the licenses of units that are no longer entitled. */
  readonly ended: Reason;
}

/** A change that only a person may decide. Its name says slot, cause and act; a decision under that name is final. */
export interface Review {
  readonly name: string;
  readonly cause: string;
  readonly line_id: string | null;
  /** `end_period`: a refunded period no longer counts as paid. `look`: what to do, the person knows. */
  readonly act: 'suspend' | 'revoke' | 'take_units' | 'end_period' | 'look';
  readonly title: string;
}
export type Decisions = Readonly<Record<string, 'accepted' | 'declined'>>;

export type OrderState = 'pending' | 'issued' | 'partly_parked' | 'parked' | 'cancelled';

export interface Grants {
  readonly state: OrderState;
  readonly grants: readonly Grant[];
  readonly lines: readonly LineResult[];
  /** The pins after this: those of lines now issued or ignored for the first time are added. */
  readonly pins: Pins;
  /** The policies in force after this: those of the first issue; null while nothing was issued. */
  readonly on: Policies | null;
  readonly reviews: readonly Review[];
  readonly flags: readonly string[];
  /** When time alone will change the answer, epoch ms. */
  readonly next_at: number | null;
  /** Until when the checkout of a subscription is waited for, epoch ms; set once, null where none is to be waited for. */
  readonly origin_by: number | null;
}

export interface GrantsInput {
  readonly things: Things;
  /** The sale's external id. */
  readonly external_id: string;
  readonly refs: readonly string[];
  readonly pins: Pins;
  /** Left out: no person chose anything. */
  readonly choices?: Choices;
  /** The policies in force since the first issue; null: today's. */
  readonly on: Policies | null;
  readonly decisions: Decisions;
  /** As the grants before this one said it. */
  readonly origin_by: number | null;
  /** Epoch ms. */
  readonly as_of: number;
  readonly revision: Revision;
  /** Map all lines anew, by today's policies too; what maps to nothing now stays as it was sold. */
  readonly remap: boolean;
  /** Lines that wait for keys which their buyer has already, and why. */
  readonly held?: ReadonlyMap<string, Problem>;
  /** Larger lines park. */
  readonly units_per_line: number;
  /** The line that would bring the order above it parks. */
  readonly units_per_order: number;
}
