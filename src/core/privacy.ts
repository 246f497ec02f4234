/**
 * What a person may ask by law: their records, or to be forgotten. Beside the river: a shop passes it on, or the
 * owner says it by hand. What must never happen here: a request that is acknowledged and then lies where nobody sees it.
 */
/** Whom a request is about, in the shop's own names. */
export interface PrivacySubject {
  /** External ids of orders. */
  readonly orders: readonly string[];
  /** The shop's own id of the customer. */
  readonly customer: string | null;
  readonly email: string | null;
}

export interface PrivacyRequest {
  readonly kind: 'export' | 'redact_customer' | 'redact_shop';
  readonly subject: PrivacySubject;
}

/** What a redaction touched so far, or would touch. */
export interface Touched {
  readonly orders: number;
  /** Whose stored bodies were written anew. */
  readonly events: number;
}

/** How far a redaction got: all before `after` is done. */
export interface Progress {
  readonly stage: 'orders' | 'people' | 'events';
  readonly after: string;
  readonly touched: Touched;
}

export interface RequestRecord extends PrivacyRequest {
  readonly id: string;
  readonly source: string;
  readonly account: string;
  /** What the shop passed it on with; null: said by hand. */
  readonly event_id: string | null;
  /** Who said it by hand. */
  readonly by: string | null;
  /** Null: not begun. */
  readonly progress: Progress | null;
  /** Epoch ms, all of these. */
  readonly created_at: number;
  readonly due_at: number;
  readonly done_at: number | null;
  readonly done_by: string | null;
}

export interface NewRequest extends PrivacyRequest {
  readonly source: string;
  readonly account: string;
  readonly by: string | null;
  readonly at: number;
}

export interface RequestFilter {
  readonly source?: string | undefined;
  readonly open?: boolean | undefined;
}

/** Whose orders are looked for; an account is one within a source. */
export interface Sought extends PrivacySubject {
  readonly source: string | null;
  readonly account: string | null;
}

/** Whom a person asks for by hand: one of these. A customer by Keyferry's id or the shop's, an order by any name. */
export interface Asked {
  readonly source?: string | undefined;
  readonly account?: string | undefined;
  readonly order?: string | undefined;
  readonly customer?: string | undefined;
  readonly email?: string | undefined;
}

export interface AskedRedaction extends Asked {
  readonly source: string;
  /** All of the source instead of one person. */
  readonly shop?: true | undefined;
  readonly dry_run: boolean;
}

export interface Redacted {
  /** Null: nothing was written. */
  readonly request: RequestRecord | null;
  readonly touched: Touched;
}
