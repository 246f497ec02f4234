/**
 * Generated from the routes by `npm run generate`; changes made here are lost. What the API takes and answers.
 */

/** For whom customers buy. */
export type Account = {
  readonly id: string;
  readonly name: string;
  readonly created_at: string;
};

/** What was taken in. */
export type Adoption = {
  readonly keys: {
    readonly stored: number;
    /** Taken in before, or on their licenses already. */
    readonly known: number;
    readonly refused: readonly ({
      /** Its place among those sent, from 0. */
      readonly row: number;
      readonly name: string;
      readonly message: string;
      readonly remedy: string;
    })[];
  };
  readonly sales: {
    readonly listed: number;
    /** Here already. */
    readonly known: number;
    readonly stored: number;
  };
  /** There are more sales to list: send it as `cursor`. */
  readonly next_cursor: string | null;
  readonly remark: NotedProblem | null;
  readonly dry_run: boolean;
};

/** Without the key itself, which is stored nowhere. */
export type ApiKey = {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly ('read' | 'issue' | 'operate' | 'admin')[];
  readonly created_at: string;
  readonly expires_at: string | null;
  /** To the minute. */
  readonly last_used_at: string | null;
  readonly revoked_at: string | null;
};

/** What became of one license. */
export type Change = {
  readonly change: 'issue' | 'extend' | 'alter' | 'suspend' | 'reinstate' | 'revoke' | 'restate';
  readonly line_id: string;
  /** Which of the units of its line, from 0. */
  readonly unit: number;
  /** Which of the products that its line gives. */
  readonly part: string;
  /** Left out where it would only be issued. */
  readonly license_id?: string;
  readonly key?: string;
  /** Its key was given out before Keyferry. */
  readonly given?: true;
  readonly generation?: number;
  readonly product?: string;
  readonly policy?: string;
  /** Those that become others; of a new license all. */
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly reasons?: readonly Reason[];
  readonly state?: 'active' | 'suspended' | 'revoked';
  readonly replaced?: boolean;
  readonly starts_at?: string;
  readonly valid_until?: string | null;
  /** By which its line is mapped. */
  readonly rule: string | null;
  /** What stood there before. */
  readonly from: {
    readonly state?: 'active' | 'suspended' | 'revoked';
    readonly reasons?: readonly Reason[];
    readonly policy?: string;
    readonly fields?: Readonly<Record<string, unknown>>;
    readonly starts_at?: string;
    readonly valid_until?: string | null;
  } | null;
};

/** What a person chose for a line, for its order alone. */
export type Choice = {
  readonly product: string | null;
  readonly bundle: string | null;
  readonly policy: string | null;
  readonly per: 'unit' | 'line' | null;
  readonly values: {
    /** Never changes once a license is issued. */
    readonly license_type?: 'perpetual' | 'time-limited' | 'subscription' | 'consumption';
    /** How long the license is valid from its issue, where the shop has no term. */
    readonly valid_duration?: string;
    /** The day from which the license is valid. */
    readonly start_date?: string;
    /** A trial license. */
    readonly is_trial?: boolean;
    /** Days of the trial. */
    readonly trial_days?: number;
    /** Devices on which the license may be active at once. */
    readonly max_activations?: number;
    /** Any number of devices. */
    readonly allow_unlimited_activations?: boolean;
    /** Moves from device to device; 0 is no limit. */
    readonly max_transfers?: number;
    /** People who may share the license; 0 is no limit. */
    readonly max_license_users?: number;
    /** Seats are lent by a floating server in the customer’s own network. */
    readonly is_floating?: boolean;
    /** Seats are lent over the internet. */
    readonly is_floating_cloud?: boolean;
    /** Seats that may be in use at once. */
    readonly floating_users?: number;
    /** Minutes after which an unused seat comes free. */
    readonly floating_timeout?: number;
    /** A seat may be taken offline. */
    readonly can_borrow?: boolean;
    /** Longest time offline, in hours. */
    readonly max_borrow_time?: number;
    /** Updates are included only for a time. */
    readonly enable_maintenance_period?: boolean;
    /** How long updates are included. */
    readonly maintenance_duration?: string;
    /** Does not run in virtual machines. */
    readonly prevent_vm?: boolean;
    /** For devices that are never online. */
    readonly is_air_gapped?: boolean;
    /** Bound to a hardware key. */
    readonly is_hardware_key_auth?: boolean;
    /** Keeps working for a while after a missed renewal. */
    readonly allow_grace_period?: boolean;
    /** How long it keeps working after a missed renewal. */
    readonly grace_period?: string;
    /** Uses that the license allows. */
    readonly max_consumptions?: number;
    /** Any number of uses. */
    readonly allow_unlimited_consumptions?: boolean;
    /** May be used beyond its uses. */
    readonly allow_overages?: boolean;
    /** How far beyond. */
    readonly max_overages?: number;
    /** The count of uses starts anew each period. */
    readonly reset_consumption?: boolean;
    /** How often the count starts anew, with `reset_consumption`. */
    readonly consumption_period?: 'daily' | 'weekly' | 'monthly' | 'annually';
    /** Codes of the product’s features that are switched on. */
    readonly features?: readonly string[];
    /** Values of the product’s custom fields, by name. */
    readonly custom_fields?: Readonly<Record<string, string | number>>;
    /** A note for the vendor’s people. */
    readonly note?: string;
    /** Anything else, as JSON. Kept with the license. */
    readonly metadata?: Readonly<Record<string, unknown>>;
  };
  readonly ignore: string | null;
  /** The id of an API key. */
  readonly by: string;
  readonly at: string;
};

/** Who bought. */
export type Customer = {
  readonly id: string;
  readonly account_id: string | null;
  readonly account: {
    readonly id: string;
    readonly name: string;
  } | null;
  /** Who a person is, whatever shop they buy in. */
  readonly email: string | null;
  readonly name: string | null;
  readonly company: string | null;
  readonly phone: string | null;
  /** The shop's own id of the customer. */
  readonly reference: string | null;
  readonly created_at: string;
};

/** One verified delivery of a shop. */
export type Event = {
  readonly id: string;
  readonly source: string;
  /** A connected account inside the source; else empty. */
  readonly account: string;
  /** The shop's word for what happened. */
  readonly type: string;
  /** The shop's own name of the event, or what stands for it. */
  readonly key: string;
  /** `waiting` comes back by itself; `parked`: a person must look; `received`: not finished. */
  readonly state: 'received' | 'done' | 'ignored' | 'waiting' | 'parked';
  readonly mode: 'live' | 'test' | null;
  readonly problem: NotedProblem | null;
  readonly attempts: number;
  /** By the shop's clock. */
  readonly created_at: string | null;
  readonly received_at: string;
  /** While it waits. */
  readonly due_at: string | null;
  readonly order_id: string | null;
};

/** How a line is mapped, and why. */
export type ExplainedLine = {
  readonly line_id: string;
  readonly title: string;
  readonly quantity: number | null;
  /** The one that decides. */
  readonly rule: string | null;
  /** The rules in their order, up to the one that fits. */
  readonly tried: readonly ({
    readonly rule: string;
    readonly fits: boolean;
    readonly because: string;
  })[];
  readonly outcome: {
    readonly is: 'granted';
    readonly rule: string;
    readonly parts: readonly ({
      readonly part: string;
      readonly product: string;
      readonly policy: string;
      readonly per: 'unit' | 'line';
      readonly fields: Readonly<Record<string, unknown>>;
      /** Fields that follow the quantity. */
      readonly by_quantity: Readonly<Record<string, string>>;
    })[];
  } | {
    readonly is: 'ignored';
    readonly rule: string;
    readonly reason: string;
  } | {
    readonly is: 'parked';
    readonly problem: NotedProblem;
  };
};

/** A key from before Keyferry that no license has yet. */
export type GivenKey = {
  readonly id: string;
  readonly source: string;
  readonly account: string;
  readonly name: string;
  readonly line: string | null;
  readonly product: string | null;
  readonly key: string;
  readonly created_at: string;
  readonly created_by: string;
};

/** One line and product of an order. */
export type Item = {
  readonly line_id: string;
  readonly title: string;
  readonly quantity: number | null;
  readonly state: 'pending' | 'issued' | 'parked' | 'ignored' | 'ended';
  /** Which maps it. */
  readonly rule: string | null;
  readonly product: string | null;
  readonly policy: string | null;
  readonly part: string | null;
  /** By what the shop names the line: its price, sku, … */
  readonly refs: Readonly<Record<string, string>>;
  /** Why it is parked. */
  readonly problem: NotedProblem | null;
  /** Why it is ignored or ended. */
  readonly reason: string | null;
  readonly licenses: readonly License[];
};

export type Job = {
  readonly id: string;
  readonly kind: 'replay' | 'reconcile' | 'import';
  readonly state: 'queued' | 'running' | 'done' | 'failed' | 'cancelled';
  /** What was asked for. */
  readonly asked: unknown;
  readonly progress: {
    readonly done: number;
    /** Null: not known, or not yet. */
    readonly total: number | null;
    /** From 0 to 1; null while the total is not known. */
    readonly share: number | null;
  };
  /** What came of it, by name. */
  readonly counts: Readonly<Record<string, number>>;
  /** Why it failed; of one that runs, why its last step is tried again. */
  readonly problem: {
    readonly code: string;
  } | null;
  readonly created_at: string;
  /** An API key, `environment`, `command` or `schedule`. */
  readonly created_by: string;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  /** When it ends if it goes on as so far. */
  readonly eta: string | null;
};

/** A license, and all that its policy says; null: nothing was said. */
export type License = {
  readonly id: string;
  readonly key: string;
  readonly state: 'active' | 'suspended' | 'revoked' | 'expired';
  /** Never changes once a license is issued. */
  readonly license_type: 'perpetual' | 'time-limited' | 'subscription' | 'consumption';
  /** A product's code. */
  readonly product: string;
  readonly policy: string;
  /** Null: it has no end. */
  readonly valid_until: string | null;
  readonly starts_at: string;
  /** Why it is not simply active. */
  readonly reasons: readonly Reason[];
  readonly order_id: string;
  readonly line_id: string;
  /** Which of the units of its line, from 0. */
  readonly unit: number;
  /** Which of the products that its line gives. */
  readonly part: string;
  /** Counts the licenses that this unit had before. */
  readonly generation: number;
  /** Another stands in its place. */
  readonly replaced: boolean;
  /** Your app counts activations from here on anew; null: they were never reset. */
  readonly activations_reset_at: string | null;
  readonly issuer: string;
  readonly created_at: string;
  readonly updated_at: string;
  /** Codes of the product’s features that are switched on. */
  readonly features: readonly string[];
  /** Values of the product’s custom fields, by name. */
  readonly custom_fields: Readonly<Record<string, string | number>>;
  /** Anything else, as JSON. Kept with the license. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** How long the license is valid from its issue, where the shop has no term. */
  readonly valid_duration: string | null;
  readonly start_date: string | null;
  /** A trial license. */
  readonly is_trial: boolean | null;
  /** Days of the trial. */
  readonly trial_days: number | null;
  /** Devices on which the license may be active at once. */
  readonly max_activations: number | null;
  /** Any number of devices. */
  readonly allow_unlimited_activations: boolean | null;
  /** Moves from device to device; 0 is no limit. */
  readonly max_transfers: number | null;
  /** People who may share the license; 0 is no limit. */
  readonly max_license_users: number | null;
  /** Seats are lent by a floating server in the customer’s own network. */
  readonly is_floating: boolean | null;
  /** Seats are lent over the internet. */
  readonly is_floating_cloud: boolean | null;
  /** Seats that may be in use at once. */
  readonly floating_users: number | null;
  /** Minutes after which an unused seat comes free. */
  readonly floating_timeout: number | null;
  /** A seat may be taken offline. */
  readonly can_borrow: boolean | null;
  /** Longest time offline, in hours. */
  readonly max_borrow_time: number | null;
  /** Updates are included only for a time. */
  readonly enable_maintenance_period: boolean | null;
  /** How long updates are included. */
  readonly maintenance_duration: string | null;
  /** Does not run in virtual machines. */
  readonly prevent_vm: boolean | null;
  /** For devices that are never online. */
  readonly is_air_gapped: boolean | null;
  /** Bound to a hardware key. */
  readonly is_hardware_key_auth: boolean | null;
  /** Keeps working for a while after a missed renewal. */
  readonly allow_grace_period: boolean | null;
  /** How long it keeps working after a missed renewal. */
  readonly grace_period: string | null;
  /** Uses that the license allows. */
  readonly max_consumptions: number | null;
  /** Any number of uses. */
  readonly allow_unlimited_consumptions: boolean | null;
  /** May be used beyond its uses. */
  readonly allow_overages: boolean | null;
  /** How far beyond. */
  readonly max_overages: number | null;
  /** The count of uses starts anew each period. */
  readonly reset_consumption: boolean | null;
  /** How often the count starts anew, with `reset_consumption`. */
  readonly consumption_period: 'daily' | 'weekly' | 'monthly' | 'annually' | null;
  /** A note for the vendor’s people. */
  readonly note: string | null;
};

/** A line that waits, or did. */
export type Line = {
  /** For /v1/parked/{id}; it stays, whatever becomes of the line. */
  readonly id: string;
  readonly order_id: string;
  readonly external_id: string;
  readonly source: string;
  readonly line_id: string;
  readonly title: string;
  readonly quantity: number | null;
  /** By what the shop names the line: its price, sku, … */
  readonly refs: Readonly<Record<string, string>>;
  readonly problem: NotedProblem | null;
  /** When the order came into being: since then the buyer waits. */
  readonly since: string;
  readonly state: 'pending' | 'issued' | 'parked' | 'ignored' | 'ended';
  /** Which maps it; `by hand` where a person chose. */
  readonly rule: string | null;
  /** Why it is ignored or ended. */
  readonly reason: string | null;
  readonly choice: Choice | null;
};

export type NewRule = {
  readonly name: string;
  readonly when: Readonly<Record<string, readonly string[]>>;
  readonly grant?: readonly (Readonly<Record<string, unknown>>)[];
  readonly ignore?: string;
};

/** Why something waits, is parked or is closed. */
export type NotedProblem = {
  readonly code: string;
  readonly title: string;
  /** What can be done about it. */
  readonly hint: string;
  /** What exactly was wrong this time; empty when the title says it all. */
  readonly detail: string;
  /** Whether it goes on by itself (`later`), or once somebody changed something. */
  readonly retry: 'never' | 'later' | 'after-change';
  /** Where in the river it arose. */
  readonly stage: string | null;
  readonly errors?: readonly PlacedError[];
};

/** What was bought, and its licenses. */
export type Order = {
  readonly id: string;
  /** `manual`: it was made by hand or by API. */
  readonly source: string;
  /** A connected account inside the source; else empty. */
  readonly account: string;
  /** The shop's own name of the sale. */
  readonly external_id: string;
  /** What people in the shop call it, #1001 for example. */
  readonly label: string | null;
  /** All names of the sale. */
  readonly refs: readonly string[];
  readonly state: 'pending' | 'issued' | 'partly_parked' | 'parked' | 'cancelled';
  readonly test: boolean;
  readonly flags: readonly string[];
  readonly customer: Customer | null;
  readonly items: readonly Item[];
  readonly mapping_revision: string;
  readonly currency: string | null;
  readonly total: string | null;
  readonly bought_at: string | null;
  readonly created_at: string;
  readonly updated_at: string;
};

/** What persons gave a license, over what was sold. */
export type Overrides = {
  /** Lifted by /reinstate. */
  readonly hold: 'suspend' | 'revoke' | null;
  /** Taken back with PATCH {"valid_until": null}. */
  readonly valid_until: string | 'never' | null;
  /** Taken back with PATCH {"extend_to": null}. */
  readonly extend_to: string | null;
  /** Values by name, each taken back with PATCH {"<name>": null}. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** Whose act was the last of them: the id of an API key. */
  readonly by: string | null;
  readonly at: string | null;
};

/** A line that waits for a rule or a person. */
export type ParkedLine = {
  /** For /v1/parked/{id}; it stays, whatever becomes of the line. */
  readonly id: string;
  readonly order_id: string;
  readonly external_id: string;
  readonly source: string;
  readonly line_id: string;
  readonly title: string;
  readonly quantity: number | null;
  /** By what the shop names the line: its price, sku, … */
  readonly refs: Readonly<Record<string, string>>;
  readonly problem: NotedProblem | null;
  /** When the order came into being: since then the buyer waits. */
  readonly since: string;
};

/** One error with its place. */
export type PlacedError = {
  /** A file, or `request`. */
  readonly file: string;
  readonly path: string;
  readonly line?: number;
  /** What is wrong there. */
  readonly message: string;
  /** How to mend it. */
  readonly remedy: string;
};

/** All that is stored about one person, in pages. */
export type PrivacyExport = {
  readonly made_at: string;
  readonly customers: readonly Customer[];
  readonly orders: readonly ({
    readonly id: string;
    /** `manual`: it was made by hand or by API. */
    readonly source: string;
    /** A connected account inside the source; else empty. */
    readonly account: string;
    /** The shop's own name of the sale. */
    readonly external_id: string;
    /** What people in the shop call it, #1001 for example. */
    readonly label: string | null;
    /** All names of the sale. */
    readonly refs: readonly string[];
    readonly state: 'pending' | 'issued' | 'partly_parked' | 'parked' | 'cancelled';
    readonly test: boolean;
    readonly flags: readonly string[];
    readonly customer: Customer | null;
    readonly items: readonly Item[];
    readonly mapping_revision: string;
    readonly currency: string | null;
    readonly total: string | null;
    readonly bought_at: string | null;
    readonly created_at: string;
    readonly updated_at: string;
    /** Oldest first. */
    readonly timeline: readonly TimelineEntry[];
    /** Older entries are stored and not shown. */
    readonly timeline_truncated: boolean;
    readonly events: readonly WholeEvent[];
  })[];
  readonly requests: readonly PrivacyRequest[];
  /** There is more: send it as `cursor`. */
  readonly next_cursor: string | null;
};

/** What a person asks by law. */
export type PrivacyRequest = {
  readonly id: string;
  readonly source: string;
  readonly account: string;
  readonly kind: 'export' | 'redact_customer' | 'redact_shop';
  /** Whom it is about, in the shop's own names. */
  readonly subject: {
    readonly orders: readonly string[];
    readonly customer: string | null;
    readonly email: string | null;
  };
  readonly state: 'open' | 'done';
  readonly overdue: boolean;
  /** What the shop passed it on with; null: said by hand. */
  readonly event_id: string | null;
  /** Who said it by hand. */
  readonly by: string | null;
  /** How far it got. */
  readonly touched: {
    readonly orders: number;
    readonly events: number;
  } | null;
  readonly created_at: string;
  readonly due_at: string;
  readonly done_at: string | null;
  readonly done_by: string | null;
};

/** What failed (RFC 9457). */
export type Problem = {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  /** What exactly was wrong this time; empty when the title says it all. */
  readonly detail: string;
  /** What can be done about it. */
  readonly hint: string;
  /** The request's path, or what to quote when reporting it. */
  readonly instance: string;
  /** Single errors with their places. */
  readonly errors?: readonly PlacedError[];
};

/** What programs decide by: docs/problems.md lists all. */
export type ProblemCode = 'source_unknown' | 'source_closed' | 'secret_white_space' | 'source_silent' | 'body_too_large' | 'body_unreadable' | 'signature_missing' | 'signature_malformed' | 'signature_wrong' | 'signature_stale' | 'body_malformed' | 'not_stored' | 'mode_mismatch' | 'type_unknown' | 'not_a_sale' | 'shop_unproven' | 'app_uninstalled' | 'payment_unlinked' | 'word_unknown' | 'topic_mismatch' | 'export_requested' | 'redaction_waits' | 'fields_missing' | 'body_unparsable' | 'api_key_needed' | 'api_key_refused' | 'line_items_unavailable' | 'shop_unavailable' | 'shop_object_gone' | 'older_sales_hidden' | 'cursor_unknown' | 'answer_missing' | 'sale_unknown' | 'unmapped' | 'renewal_unlinked' | 'sold_before' | 'line_refs_unknown' | 'template_empty' | 'value_invalid' | 'quantity_unknown' | 'too_many_units' | 'license_replaced' | 'license_revoked' | 'conflict_persists' | 'bug' | 'config_invalid' | 'database_outdated' | 'database_newer' | 'key_missing' | 'scope_missing' | 'rate_limited' | 'edited_meanwhile' | 'referenced' | 'job_over' | 'not_found' | 'request_invalid' | 'method_not_allowed' | 'request_too_large' | 'request_unreadable' | 'request_malformed' | 'headers_too_large' | 'request_too_slow' | 'catalog_missing' | 'exists_with_different_content' | 'line_not_parked' | 'line_stays_parked' | 'review_gone' | 'review_decided' | 'sold_since_missing' | 'request_by_itself' | 'body_pruned';

/** Why a license is not simply active. */
export type Reason = {
  readonly name: 'refund' | 'dispute' | 'cancellation' | 'past_due' | 'pause' | 'removed' | 'replaced' | 'reissued' | 'hold';
  readonly act: 'suspend' | 'revoke';
  /** The id of the refund or dispute, the unpaid period, … */
  readonly cause: string;
};

/** A webhook that was refused, without its body. */
export type Refusal = {
  readonly id: string;
  /** As it stood in the path. */
  readonly source: string;
  /** Whether there was a source of this name. */
  readonly known: boolean;
  readonly at: string;
  readonly reason: NotedProblem;
  readonly diagnosis: {
    readonly code: string;
    readonly title: string;
    /** Proved, by a signature for example; else it is likely. */
    readonly certain: boolean;
    readonly detail: string;
    readonly remedy: string;
  };
};

/** What became of a line that waited, or would. */
export type Resolution = {
  readonly dry_run: boolean;
  /** Of the licenses of this order. */
  readonly changes: readonly Change[];
  readonly line: Line;
  /** Null where it was for this order alone. */
  readonly rule: NewRule | null;
  /** The rule as one line to put under `rules:` of the source's mapping file. */
  readonly rule_yaml: string | null;
  /** Of the mapping: the one that has the rule; of a dry run, the one that it would follow. */
  readonly revision: number | null;
  readonly also: {
    /** Other lines that wait and that the rule resolves. */
    readonly count: number;
    /** More lines wait than were tried: at least so many. */
    readonly more: boolean;
    /** The newest of them. */
    readonly items: readonly ParkedLine[];
  } | null;
};

/** What is left to a person. */
export type Review = {
  readonly id: string;
  readonly order_id: string;
  readonly external_id: string;
  readonly source: string;
  readonly account: string;
  readonly name: string;
  readonly state: 'open' | 'accepted' | 'declined';
  /** `end_period`: a refunded period no longer counts. `look`: what to do, the person knows. */
  readonly act: 'suspend' | 'revoke' | 'take_units' | 'end_period' | 'look';
  readonly title: string;
  /** What brought it about, a refund for example. */
  readonly cause: string;
  readonly line_id: string | null;
  /** What accepting it would change, or did; of very many the first. */
  readonly changes: readonly Change[];
  readonly change_count: number;
  readonly since: string;
  readonly decided_at: string | null;
  readonly decided_by: string | null;
};

/** What a source sells, and by which rules. */
export type Revision = {
  readonly id: string;
  readonly source: string;
  /** Counts up from 1. */
  readonly revision: number;
  readonly origin: 'file' | 'api';
  readonly created_at: string;
  readonly created_by: string;
  /** As in the mapping file. */
  readonly mapping: unknown;
  /** As catalog.yaml. */
  readonly catalog: unknown;
};

/** One configured shop account. */
export type Source = {
  readonly name: string;
  readonly integration: string;
  readonly mode: 'live' | 'test';
  readonly open: boolean;
  /** Why it is closed. */
  readonly problem: NotedProblem | null;
  readonly revision: number;
  readonly webhook_path: string;
  /** Whether the shop can be asked. */
  readonly shop: {
    /** Of its breaker; `open`: the shop is left alone. */
    readonly state: 'closed' | 'open' | 'half_open';
    /** Questions in a row that brought nothing. */
    readonly failures: number;
    /** When it is asked again. */
    readonly until: string | null;
    readonly problem: NotedProblem | null;
  };
  readonly last_event_at: string | null;
  /** Nothing comes for much longer than ever. */
  readonly silent_since: string | null;
  readonly last_problem: {
    readonly code: string;
    readonly title: string;
    /** What can be done about it. */
    readonly hint: string;
    /** What exactly was wrong this time; empty when the title says it all. */
    readonly detail: string;
    /** Whether it goes on by itself (`later`), or once somebody changed something. */
    readonly retry: 'never' | 'later' | 'after-change';
    /** Where in the river it arose. */
    readonly stage: string | null;
    readonly errors?: readonly PlacedError[];
    readonly at: string;
    readonly event_id: string | null;
    readonly order_id: string | null;
  } | null;
  readonly flags: readonly ({
    readonly code: string;
    readonly count: number;
    readonly last_at: string;
    readonly detail: string;
    readonly title: string;
    readonly hint: string;
  })[];
};

/** What changed at one time, and because of what. */
export type TimelineEntry = {
  readonly version: number;
  readonly at: string;
  readonly cause: {
    readonly by: 'events';
    readonly events: readonly ({
      readonly id: string;
      readonly type: string | null;
      readonly key: string | null;
    })[];
  } | {
    readonly by: 'replay';
    readonly events: readonly ({
      readonly id: string;
      readonly type: string | null;
      readonly key: string | null;
    })[];
    /** The id of the API key. */
    readonly actor: string;
    readonly actor_name: string | null;
  } | {
    readonly by: 'clock';
  } | {
    readonly by: 'revision';
    readonly revision: {
      readonly id: string;
      readonly number: number | null;
    };
  } | {
    readonly by: 'person';
    readonly act: string;
    readonly note: string | null;
    /** The id of the API key. */
    readonly actor: string;
    readonly actor_name: string | null;
  };
  /** By which the sale was mapped then. */
  readonly revision: {
    readonly id: string;
    readonly number: number | null;
  };
  /** Of very many the first. */
  readonly changes: readonly Change[];
  readonly change_count: number;
};

/** An event as it came, and what was asked about it. */
export type WholeEvent = {
  readonly id: string;
  readonly source: string;
  /** A connected account inside the source; else empty. */
  readonly account: string;
  /** The shop's word for what happened. */
  readonly type: string;
  /** The shop's own name of the event, or what stands for it. */
  readonly key: string;
  /** `waiting` comes back by itself; `parked`: a person must look; `received`: not finished. */
  readonly state: 'received' | 'done' | 'ignored' | 'waiting' | 'parked';
  readonly mode: 'live' | 'test' | null;
  readonly problem: NotedProblem | null;
  readonly attempts: number;
  /** By the shop's clock. */
  readonly created_at: string | null;
  readonly received_at: string;
  /** While it waits. */
  readonly due_at: string | null;
  readonly order_id: string | null;
  readonly headers: Readonly<Record<string, string>>;
  /** Null once it was pruned. */
  readonly body: string | null;
  /** What the shop said when it was asked. */
  readonly answers: readonly ({
    readonly id: string;
    readonly refresh: number;
    readonly asked: string;
    readonly at: string;
    readonly body: unknown;
  })[];
};

/** A license, what persons gave it, and its timeline. */
export type WholeLicense = {
  readonly id: string;
  readonly key: string;
  readonly state: 'active' | 'suspended' | 'revoked' | 'expired';
  /** Never changes once a license is issued. */
  readonly license_type: 'perpetual' | 'time-limited' | 'subscription' | 'consumption';
  /** A product's code. */
  readonly product: string;
  readonly policy: string;
  /** Null: it has no end. */
  readonly valid_until: string | null;
  readonly starts_at: string;
  /** Why it is not simply active. */
  readonly reasons: readonly Reason[];
  readonly order_id: string;
  readonly line_id: string;
  /** Which of the units of its line, from 0. */
  readonly unit: number;
  /** Which of the products that its line gives. */
  readonly part: string;
  /** Counts the licenses that this unit had before. */
  readonly generation: number;
  /** Another stands in its place. */
  readonly replaced: boolean;
  /** Your app counts activations from here on anew; null: they were never reset. */
  readonly activations_reset_at: string | null;
  readonly issuer: string;
  readonly created_at: string;
  readonly updated_at: string;
  /** Codes of the product’s features that are switched on. */
  readonly features: readonly string[];
  /** Values of the product’s custom fields, by name. */
  readonly custom_fields: Readonly<Record<string, string | number>>;
  /** Anything else, as JSON. Kept with the license. */
  readonly metadata: Readonly<Record<string, unknown>>;
  /** How long the license is valid from its issue, where the shop has no term. */
  readonly valid_duration: string | null;
  readonly start_date: string | null;
  /** A trial license. */
  readonly is_trial: boolean | null;
  /** Days of the trial. */
  readonly trial_days: number | null;
  /** Devices on which the license may be active at once. */
  readonly max_activations: number | null;
  /** Any number of devices. */
  readonly allow_unlimited_activations: boolean | null;
  /** Moves from device to device; 0 is no limit. */
  readonly max_transfers: number | null;
  /** People who may share the license; 0 is no limit. */
  readonly max_license_users: number | null;
  /** Seats are lent by a floating server in the customer’s own network. */
  readonly is_floating: boolean | null;
  /** Seats are lent over the internet. */
  readonly is_floating_cloud: boolean | null;
  /** Seats that may be in use at once. */
  readonly floating_users: number | null;
  /** Minutes after which an unused seat comes free. */
  readonly floating_timeout: number | null;
  /** A seat may be taken offline. */
  readonly can_borrow: boolean | null;
  /** Longest time offline, in hours. */
  readonly max_borrow_time: number | null;
  /** Updates are included only for a time. */
  readonly enable_maintenance_period: boolean | null;
  /** How long updates are included. */
  readonly maintenance_duration: string | null;
  /** Does not run in virtual machines. */
  readonly prevent_vm: boolean | null;
  /** For devices that are never online. */
  readonly is_air_gapped: boolean | null;
  /** Bound to a hardware key. */
  readonly is_hardware_key_auth: boolean | null;
  /** Keeps working for a while after a missed renewal. */
  readonly allow_grace_period: boolean | null;
  /** How long it keeps working after a missed renewal. */
  readonly grace_period: string | null;
  /** Uses that the license allows. */
  readonly max_consumptions: number | null;
  /** Any number of uses. */
  readonly allow_unlimited_consumptions: boolean | null;
  /** May be used beyond its uses. */
  readonly allow_overages: boolean | null;
  /** How far beyond. */
  readonly max_overages: number | null;
  /** The count of uses starts anew each period. */
  readonly reset_consumption: boolean | null;
  /** How often the count starts anew, with `reset_consumption`. */
  readonly consumption_period: 'daily' | 'weekly' | 'monthly' | 'annually' | null;
  /** A note for the vendor’s people. */
  readonly note: string | null;
  /** Null: no person gave it anything. */
  readonly overrides: Overrides | null;
  /** Oldest first. */
  readonly timeline: readonly TimelineEntry[];
  /** Older entries are stored and not shown. */
  readonly timeline_truncated: boolean;
};

/** An order and its timeline. */
export type WholeOrder = {
  readonly id: string;
  /** `manual`: it was made by hand or by API. */
  readonly source: string;
  /** A connected account inside the source; else empty. */
  readonly account: string;
  /** The shop's own name of the sale. */
  readonly external_id: string;
  /** What people in the shop call it, #1001 for example. */
  readonly label: string | null;
  /** All names of the sale. */
  readonly refs: readonly string[];
  readonly state: 'pending' | 'issued' | 'partly_parked' | 'parked' | 'cancelled';
  readonly test: boolean;
  readonly flags: readonly string[];
  readonly customer: Customer | null;
  readonly items: readonly Item[];
  readonly mapping_revision: string;
  readonly currency: string | null;
  readonly total: string | null;
  readonly bought_at: string | null;
  readonly created_at: string;
  readonly updated_at: string;
  /** Oldest first. */
  readonly timeline: readonly TimelineEntry[];
  /** Older entries are stored and not shown. */
  readonly timeline_truncated: boolean;
};

/** By path, then by method. */
export interface Paths {
  '/v1/orders': {
    /** List orders. Scope: read. */
    get: {
      query?: {
        readonly source?: string | undefined;
        /** Any name of the sale: the order, its checkout, payment, subscription, … */
        readonly external_id?: string | undefined;
        /** A customer's id or email address. */
        readonly customer?: string | undefined;
        readonly state?: 'pending' | 'issued' | 'partly_parked' | 'parked' | 'cancelled' | undefined;
        readonly test?: boolean | undefined;
        /** Rows on a page; more than 200 are 200. */
        readonly limit?: number | undefined;
        /** `next_cursor` of the page before. */
        readonly cursor?: string | undefined;
      };
      answer: {
        readonly items: readonly Order[];
        /** Send it as `cursor` for the next page; null: this was the last. */
        readonly next_cursor: string | null;
      };
    };
    /** Issue an order. Scope: issue. */
    post: {
      body: {
        /** The order’s external id; a random one if left out. */
        readonly id?: string | undefined;
        readonly customer?: {
          readonly email?: string | undefined;
          readonly name?: string | undefined;
          readonly company?: string | undefined;
          readonly phone?: string | undefined;
          /** Your own id of the customer. */
          readonly reference?: string | undefined;
        } | string | undefined;
        /** The id of an account; the customer becomes one of its. */
        readonly account?: string | undefined;
        readonly items: readonly ({
          /** Unique in its order; the position, from 1, if left out. */
          readonly id?: string | undefined;
          /** A product’s code. */
          readonly product?: string | undefined;
          /** A bundle’s code: each of its products. */
          readonly bundle?: string | undefined;
          /** A policy of the product; its default one if left out. */
          readonly policy?: string | undefined;
          /** One license for each. */
          readonly quantity?: number | undefined;
          /** These win over the policy. */
          readonly values?: {
            /** Never changes once a license is issued. */
            readonly license_type?: 'perpetual' | 'time-limited' | 'subscription' | 'consumption' | undefined;
            /** How long the license is valid from its issue, where the shop has no term. */
            readonly valid_duration?: string | undefined;
            /** The day from which the license is valid. */
            readonly start_date?: string | undefined;
            /** A trial license. */
            readonly is_trial?: boolean | undefined;
            /** Days of the trial. */
            readonly trial_days?: number | undefined;
            /** Devices on which the license may be active at once. */
            readonly max_activations?: number | undefined;
            /** Any number of devices. */
            readonly allow_unlimited_activations?: boolean | undefined;
            /** Moves from device to device; 0 is no limit. */
            readonly max_transfers?: number | undefined;
            /** People who may share the license; 0 is no limit. */
            readonly max_license_users?: number | undefined;
            /** Seats are lent by a floating server in the customer’s own network. */
            readonly is_floating?: boolean | undefined;
            /** Seats are lent over the internet. */
            readonly is_floating_cloud?: boolean | undefined;
            /** Seats that may be in use at once. */
            readonly floating_users?: number | undefined;
            /** Minutes after which an unused seat comes free. */
            readonly floating_timeout?: number | undefined;
            /** A seat may be taken offline. */
            readonly can_borrow?: boolean | undefined;
            /** Longest time offline, in hours. */
            readonly max_borrow_time?: number | undefined;
            /** Updates are included only for a time. */
            readonly enable_maintenance_period?: boolean | undefined;
            /** How long updates are included. */
            readonly maintenance_duration?: string | undefined;
            /** Does not run in virtual machines. */
            readonly prevent_vm?: boolean | undefined;
            /** For devices that are never online. */
            readonly is_air_gapped?: boolean | undefined;
            /** Bound to a hardware key. */
            readonly is_hardware_key_auth?: boolean | undefined;
            /** Keeps working for a while after a missed renewal. */
            readonly allow_grace_period?: boolean | undefined;
            /** How long it keeps working after a missed renewal. */
            readonly grace_period?: string | undefined;
            /** Uses that the license allows. */
            readonly max_consumptions?: number | undefined;
            /** Any number of uses. */
            readonly allow_unlimited_consumptions?: boolean | undefined;
            /** May be used beyond its uses. */
            readonly allow_overages?: boolean | undefined;
            /** How far beyond. */
            readonly max_overages?: number | undefined;
            /** The count of uses starts anew each period. */
            readonly reset_consumption?: boolean | undefined;
            /** How often the count starts anew, with `reset_consumption`. */
            readonly consumption_period?: 'daily' | 'weekly' | 'monthly' | 'annually' | undefined;
            /** Codes of the product’s features that are switched on. */
            readonly features?: readonly string[] | undefined;
            /** Values of the product’s custom fields, by name. */
            readonly custom_fields?: Readonly<Record<string, string | number>> | undefined;
            /** A note for the vendor’s people. */
            readonly note?: string | undefined;
            /** Anything else, as JSON. Kept with the license. */
            readonly metadata?: Readonly<Record<string, unknown>> | undefined;
          } | undefined;
        })[];
        /** Adds items to an order that is there. */
        readonly append?: boolean | undefined;
        readonly test?: boolean | undefined;
        /** Shown in the order’s timeline. */
        readonly note?: string | undefined;
        /** Kept with each license, under the item’s own. */
        readonly metadata?: Readonly<Record<string, unknown>> | undefined;
      };
      answer: WholeOrder;
    };
  };
  '/v1/orders/{id}': {
    /** Read an order. Scope: read. */
    get: {
      path: {
        readonly id: string;
      };
      answer: WholeOrder;
    };
  };
  '/v1/parked': {
    /** List parked lines. Scope: read. */
    get: {
      query?: {
        readonly source?: string | undefined;
        /** Rows on a page; more than 200 are 200. */
        readonly limit?: number | undefined;
        /** `next_cursor` of the page before. */
        readonly cursor?: string | undefined;
      };
      answer: {
        readonly items: readonly ParkedLine[];
        /** Send it as `cursor` for the next page; null: this was the last. */
        readonly next_cursor: string | null;
      };
    };
  };
  '/v1/parked/{id}': {
    /** Read a parked line. Scope: read. */
    get: {
      path: {
        readonly id: string;
      };
      answer: Line;
    };
  };
  '/v1/parked/{id}/resolve': {
    /** Resolve a parked line. Scope: issue. */
    post: {
      path: {
        readonly id: string;
      };
      body: {
        /** `order`: for this order alone. `rule`: a new rule, for all lines like it; it takes a key of the scope `admin`. */
        readonly as?: 'order' | 'rule' | undefined;
        /** A product's code. */
        readonly product?: string | undefined;
        /** A bundle's code: each of its products. */
        readonly bundle?: string | undefined;
        /** A policy of the product; its default one if left out. */
        readonly policy?: string | undefined;
        /** One license for each unit, which is so if left out, or one for the line. */
        readonly per?: 'unit' | 'line' | undefined;
        /** These win over the policy. */
        readonly values?: {
          /** Never changes once a license is issued. */
          readonly license_type?: 'perpetual' | 'time-limited' | 'subscription' | 'consumption' | undefined;
          /** How long the license is valid from its issue, where the shop has no term. */
          readonly valid_duration?: string | undefined;
          /** The day from which the license is valid. */
          readonly start_date?: string | undefined;
          /** A trial license. */
          readonly is_trial?: boolean | undefined;
          /** Days of the trial. */
          readonly trial_days?: number | undefined;
          /** Devices on which the license may be active at once. */
          readonly max_activations?: number | undefined;
          /** Any number of devices. */
          readonly allow_unlimited_activations?: boolean | undefined;
          /** Moves from device to device; 0 is no limit. */
          readonly max_transfers?: number | undefined;
          /** People who may share the license; 0 is no limit. */
          readonly max_license_users?: number | undefined;
          /** Seats are lent by a floating server in the customer’s own network. */
          readonly is_floating?: boolean | undefined;
          /** Seats are lent over the internet. */
          readonly is_floating_cloud?: boolean | undefined;
          /** Seats that may be in use at once. */
          readonly floating_users?: number | undefined;
          /** Minutes after which an unused seat comes free. */
          readonly floating_timeout?: number | undefined;
          /** A seat may be taken offline. */
          readonly can_borrow?: boolean | undefined;
          /** Longest time offline, in hours. */
          readonly max_borrow_time?: number | undefined;
          /** Updates are included only for a time. */
          readonly enable_maintenance_period?: boolean | undefined;
          /** How long updates are included. */
          readonly maintenance_duration?: string | undefined;
          /** Does not run in virtual machines. */
          readonly prevent_vm?: boolean | undefined;
          /** For devices that are never online. */
          readonly is_air_gapped?: boolean | undefined;
          /** Bound to a hardware key. */
          readonly is_hardware_key_auth?: boolean | undefined;
          /** Keeps working for a while after a missed renewal. */
          readonly allow_grace_period?: boolean | undefined;
          /** How long it keeps working after a missed renewal. */
          readonly grace_period?: string | undefined;
          /** Uses that the license allows. */
          readonly max_consumptions?: number | undefined;
          /** Any number of uses. */
          readonly allow_unlimited_consumptions?: boolean | undefined;
          /** May be used beyond its uses. */
          readonly allow_overages?: boolean | undefined;
          /** How far beyond. */
          readonly max_overages?: number | undefined;
          /** The count of uses starts anew each period. */
          readonly reset_consumption?: boolean | undefined;
          /** How often the count starts anew, with `reset_consumption`. */
          readonly consumption_period?: 'daily' | 'weekly' | 'monthly' | 'annually' | undefined;
          /** Codes of the product’s features that are switched on. */
          readonly features?: readonly string[] | undefined;
          /** Values of the product’s custom fields, by name. */
          readonly custom_fields?: Readonly<Record<string, string | number>> | undefined;
          /** A note for the vendor’s people. */
          readonly note?: string | undefined;
          /** Anything else, as JSON. Kept with the license. */
          readonly metadata?: Readonly<Record<string, unknown>> | undefined;
        } | undefined;
        /** Nothing to license here; say why in a few words. */
        readonly ignore?: string | undefined;
        /** Of the rule; what the line names itself by if left out. */
        readonly when?: Readonly<Record<string, string | readonly string[]>> | undefined;
        /** Of the rule; the title of the line if left out. */
        readonly name?: string | undefined;
        /** Of the mapping, as a dry run told it: if another one runs by now, no rule is written. */
        readonly revision?: number | undefined;
        /** Kept in the timeline. */
        readonly note?: string | undefined;
        /** Say what would change, change nothing. */
        readonly dry_run?: boolean | undefined;
      };
      answer: Resolution;
    };
  };
  '/v1/parked/{id}/unresolve': {
    /** Take back what was chosen for a line. Scope: issue. */
    post: {
      path: {
        readonly id: string;
      };
      body?: {
        /** Kept in the timeline. */
        readonly note?: string | undefined;
        /** Say what would change, change nothing. */
        readonly dry_run?: boolean | undefined;
      };
      answer: Resolution;
    };
  };
  '/v1/reviews': {
    /** List reviews. Scope: read. */
    get: {
      query?: {
        readonly source?: string | undefined;
        /** The id of an order. */
        readonly order?: string | undefined;
        readonly state?: 'open' | 'accepted' | 'declined' | undefined;
        /** Rows on a page; more than 200 are 200. */
        readonly limit?: number | undefined;
        /** `next_cursor` of the page before. */
        readonly cursor?: string | undefined;
      };
      answer: {
        readonly items: readonly Review[];
        /** Send it as `cursor` for the next page; null: this was the last. */
        readonly next_cursor: string | null;
      };
    };
  };
  '/v1/reviews/{id}': {
    /** Read a review. Scope: read. */
    get: {
      path: {
        readonly id: string;
      };
      answer: Review;
    };
  };
  '/v1/reviews/{id}/accept': {
    /** Accept a review. Scope: operate. */
    post: {
      path: {
        readonly id: string;
      };
      body?: {
        /** Kept in the timeline. */
        readonly note?: string | undefined;
      };
      answer: {
        readonly id: string;
        readonly order_id: string;
        readonly external_id: string;
        readonly source: string;
        readonly account: string;
        readonly name: string;
        readonly state: 'open' | 'accepted' | 'declined';
        /** `end_period`: a refunded period no longer counts. `look`: what to do, the person knows. */
        readonly act: 'suspend' | 'revoke' | 'take_units' | 'end_period' | 'look';
        readonly title: string;
        /** What brought it about, a refund for example. */
        readonly cause: string;
        readonly line_id: string | null;
        /** What accepting it would change, or did; of very many the first. */
        readonly changes: readonly Change[];
        readonly change_count: number;
        readonly since: string;
        readonly decided_at: string | null;
        readonly decided_by: string | null;
        readonly made: readonly Change[];
      };
    };
  };
  '/v1/reviews/{id}/decline': {
    /** Decline a review. Scope: operate. */
    post: {
      path: {
        readonly id: string;
      };
      body?: {
        /** Kept in the timeline. */
        readonly note?: string | undefined;
      };
      answer: {
        readonly id: string;
        readonly order_id: string;
        readonly external_id: string;
        readonly source: string;
        readonly account: string;
        readonly name: string;
        readonly state: 'open' | 'accepted' | 'declined';
        /** `end_period`: a refunded period no longer counts. `look`: what to do, the person knows. */
        readonly act: 'suspend' | 'revoke' | 'take_units' | 'end_period' | 'look';
        readonly title: string;
        /** What brought it about, a refund for example. */
        readonly cause: string;
        readonly line_id: string | null;
        /** What accepting it would change, or did; of very many the first. */
        readonly changes: readonly Change[];
        readonly change_count: number;
        readonly since: string;
        readonly decided_at: string | null;
        readonly decided_by: string | null;
        readonly made: readonly Change[];
      };
    };
  };
  '/v1/licenses': {
    /** List licenses. Scope: read. */
    get: {
      query?: {
        readonly key?: string | undefined;
        /** The id of an order. */
        readonly order?: string | undefined;
        readonly state?: 'active' | 'suspended' | 'revoked' | 'expired' | undefined;
        /** A product's code. */
        readonly product?: string | undefined;
        /** Rows on a page; more than 200 are 200. */
        readonly limit?: number | undefined;
        /** `next_cursor` of the page before. */
        readonly cursor?: string | undefined;
      };
      answer: {
        readonly items: readonly License[];
        /** Send it as `cursor` for the next page; null: this was the last. */
        readonly next_cursor: string | null;
      };
    };
  };
  '/v1/licenses/{id}': {
    /** Read a license. Scope: read. */
    get: {
      path: {
        readonly id: string;
      };
      answer: WholeLicense;
    };
    /** Change a license. Scope: issue. */
    patch: {
      path: {
        readonly id: string;
      };
      body?: {
        /** How long the license is valid from its issue, where the shop has no term. */
        readonly valid_duration?: string | null | undefined;
        readonly start_date?: string | null | undefined;
        /** A trial license. */
        readonly is_trial?: boolean | null | undefined;
        /** Days of the trial. */
        readonly trial_days?: number | null | undefined;
        /** Devices on which the license may be active at once. */
        readonly max_activations?: number | null | undefined;
        /** Any number of devices. */
        readonly allow_unlimited_activations?: boolean | null | undefined;
        /** Moves from device to device; 0 is no limit. */
        readonly max_transfers?: number | null | undefined;
        /** People who may share the license; 0 is no limit. */
        readonly max_license_users?: number | null | undefined;
        /** Seats are lent by a floating server in the customer’s own network. */
        readonly is_floating?: boolean | null | undefined;
        /** Seats are lent over the internet. */
        readonly is_floating_cloud?: boolean | null | undefined;
        /** Seats that may be in use at once. */
        readonly floating_users?: number | null | undefined;
        /** Minutes after which an unused seat comes free. */
        readonly floating_timeout?: number | null | undefined;
        /** A seat may be taken offline. */
        readonly can_borrow?: boolean | null | undefined;
        /** Longest time offline, in hours. */
        readonly max_borrow_time?: number | null | undefined;
        /** Updates are included only for a time. */
        readonly enable_maintenance_period?: boolean | null | undefined;
        /** How long updates are included. */
        readonly maintenance_duration?: string | null | undefined;
        /** Does not run in virtual machines. */
        readonly prevent_vm?: boolean | null | undefined;
        /** For devices that are never online. */
        readonly is_air_gapped?: boolean | null | undefined;
        /** Bound to a hardware key. */
        readonly is_hardware_key_auth?: boolean | null | undefined;
        /** Keeps working for a while after a missed renewal. */
        readonly allow_grace_period?: boolean | null | undefined;
        /** How long it keeps working after a missed renewal. */
        readonly grace_period?: string | null | undefined;
        /** Uses that the license allows. */
        readonly max_consumptions?: number | null | undefined;
        /** Any number of uses. */
        readonly allow_unlimited_consumptions?: boolean | null | undefined;
        /** May be used beyond its uses. */
        readonly allow_overages?: boolean | null | undefined;
        /** How far beyond. */
        readonly max_overages?: number | null | undefined;
        /** The count of uses starts anew each period. */
        readonly reset_consumption?: boolean | null | undefined;
        /** How often the count starts anew, with `reset_consumption`. */
        readonly consumption_period?: 'daily' | 'weekly' | 'monthly' | 'annually' | null | undefined;
        /** Codes of the product’s features that are switched on. */
        readonly features?: readonly string[] | null | undefined;
        /** Those that are named; null takes one back. */
        readonly custom_fields?: Readonly<Record<string, string | number | null>> | null | undefined;
        /** A note for the vendor’s people. */
        readonly note?: string | null | undefined;
        /** Anything else, as JSON. Kept with the license. */
        readonly metadata?: Readonly<Record<string, unknown>> | null | undefined;
        /** Its end, whatever the shop says. */
        readonly valid_until?: string | 'never' | null | undefined;
        /** It ends no sooner; a paid period that reaches further counts. */
        readonly extend_to?: string | null | undefined;
        /** Kept in the timeline. */
        readonly change_note?: string | undefined;
      };
      answer: {
        readonly id: string;
        readonly key: string;
        readonly state: 'active' | 'suspended' | 'revoked' | 'expired';
        /** Never changes once a license is issued. */
        readonly license_type: 'perpetual' | 'time-limited' | 'subscription' | 'consumption';
        /** A product's code. */
        readonly product: string;
        readonly policy: string;
        /** Null: it has no end. */
        readonly valid_until: string | null;
        readonly starts_at: string;
        /** Why it is not simply active. */
        readonly reasons: readonly Reason[];
        readonly order_id: string;
        readonly line_id: string;
        /** Which of the units of its line, from 0. */
        readonly unit: number;
        /** Which of the products that its line gives. */
        readonly part: string;
        /** Counts the licenses that this unit had before. */
        readonly generation: number;
        /** Another stands in its place. */
        readonly replaced: boolean;
        /** Your app counts activations from here on anew; null: they were never reset. */
        readonly activations_reset_at: string | null;
        readonly issuer: string;
        readonly created_at: string;
        readonly updated_at: string;
        /** Codes of the product’s features that are switched on. */
        readonly features: readonly string[];
        /** Values of the product’s custom fields, by name. */
        readonly custom_fields: Readonly<Record<string, string | number>>;
        /** Anything else, as JSON. Kept with the license. */
        readonly metadata: Readonly<Record<string, unknown>>;
        /** How long the license is valid from its issue, where the shop has no term. */
        readonly valid_duration: string | null;
        readonly start_date: string | null;
        /** A trial license. */
        readonly is_trial: boolean | null;
        /** Days of the trial. */
        readonly trial_days: number | null;
        /** Devices on which the license may be active at once. */
        readonly max_activations: number | null;
        /** Any number of devices. */
        readonly allow_unlimited_activations: boolean | null;
        /** Moves from device to device; 0 is no limit. */
        readonly max_transfers: number | null;
        /** People who may share the license; 0 is no limit. */
        readonly max_license_users: number | null;
        /** Seats are lent by a floating server in the customer’s own network. */
        readonly is_floating: boolean | null;
        /** Seats are lent over the internet. */
        readonly is_floating_cloud: boolean | null;
        /** Seats that may be in use at once. */
        readonly floating_users: number | null;
        /** Minutes after which an unused seat comes free. */
        readonly floating_timeout: number | null;
        /** A seat may be taken offline. */
        readonly can_borrow: boolean | null;
        /** Longest time offline, in hours. */
        readonly max_borrow_time: number | null;
        /** Updates are included only for a time. */
        readonly enable_maintenance_period: boolean | null;
        /** How long updates are included. */
        readonly maintenance_duration: string | null;
        /** Does not run in virtual machines. */
        readonly prevent_vm: boolean | null;
        /** For devices that are never online. */
        readonly is_air_gapped: boolean | null;
        /** Bound to a hardware key. */
        readonly is_hardware_key_auth: boolean | null;
        /** Keeps working for a while after a missed renewal. */
        readonly allow_grace_period: boolean | null;
        /** How long it keeps working after a missed renewal. */
        readonly grace_period: string | null;
        /** Uses that the license allows. */
        readonly max_consumptions: number | null;
        /** Any number of uses. */
        readonly allow_unlimited_consumptions: boolean | null;
        /** May be used beyond its uses. */
        readonly allow_overages: boolean | null;
        /** How far beyond. */
        readonly max_overages: number | null;
        /** The count of uses starts anew each period. */
        readonly reset_consumption: boolean | null;
        /** How often the count starts anew, with `reset_consumption`. */
        readonly consumption_period: 'daily' | 'weekly' | 'monthly' | 'annually' | null;
        /** A note for the vendor’s people. */
        readonly note: string | null;
        /** Null: no person gave it anything. */
        readonly overrides: Overrides | null;
        /** Oldest first. */
        readonly timeline: readonly TimelineEntry[];
        /** Older entries are stored and not shown. */
        readonly timeline_truncated: boolean;
        /** Other reasons hold it where it is. */
        readonly remark: string | null;
      };
    };
  };
  '/v1/licenses/{id}/suspend': {
    /** Suspend a license. Scope: issue. */
    post: {
      path: {
        readonly id: string;
      };
      body?: {
        /** Kept in the timeline. */
        readonly note?: string | undefined;
      };
      answer: {
        readonly id: string;
        readonly key: string;
        readonly state: 'active' | 'suspended' | 'revoked' | 'expired';
        /** Never changes once a license is issued. */
        readonly license_type: 'perpetual' | 'time-limited' | 'subscription' | 'consumption';
        /** A product's code. */
        readonly product: string;
        readonly policy: string;
        /** Null: it has no end. */
        readonly valid_until: string | null;
        readonly starts_at: string;
        /** Why it is not simply active. */
        readonly reasons: readonly Reason[];
        readonly order_id: string;
        readonly line_id: string;
        /** Which of the units of its line, from 0. */
        readonly unit: number;
        /** Which of the products that its line gives. */
        readonly part: string;
        /** Counts the licenses that this unit had before. */
        readonly generation: number;
        /** Another stands in its place. */
        readonly replaced: boolean;
        /** Your app counts activations from here on anew; null: they were never reset. */
        readonly activations_reset_at: string | null;
        readonly issuer: string;
        readonly created_at: string;
        readonly updated_at: string;
        /** Codes of the product’s features that are switched on. */
        readonly features: readonly string[];
        /** Values of the product’s custom fields, by name. */
        readonly custom_fields: Readonly<Record<string, string | number>>;
        /** Anything else, as JSON. Kept with the license. */
        readonly metadata: Readonly<Record<string, unknown>>;
        /** How long the license is valid from its issue, where the shop has no term. */
        readonly valid_duration: string | null;
        readonly start_date: string | null;
        /** A trial license. */
        readonly is_trial: boolean | null;
        /** Days of the trial. */
        readonly trial_days: number | null;
        /** Devices on which the license may be active at once. */
        readonly max_activations: number | null;
        /** Any number of devices. */
        readonly allow_unlimited_activations: boolean | null;
        /** Moves from device to device; 0 is no limit. */
        readonly max_transfers: number | null;
        /** People who may share the license; 0 is no limit. */
        readonly max_license_users: number | null;
        /** Seats are lent by a floating server in the customer’s own network. */
        readonly is_floating: boolean | null;
        /** Seats are lent over the internet. */
        readonly is_floating_cloud: boolean | null;
        /** Seats that may be in use at once. */
        readonly floating_users: number | null;
        /** Minutes after which an unused seat comes free. */
        readonly floating_timeout: number | null;
        /** A seat may be taken offline. */
        readonly can_borrow: boolean | null;
        /** Longest time offline, in hours. */
        readonly max_borrow_time: number | null;
        /** Updates are included only for a time. */
        readonly enable_maintenance_period: boolean | null;
        /** How long updates are included. */
        readonly maintenance_duration: string | null;
        /** Does not run in virtual machines. */
        readonly prevent_vm: boolean | null;
        /** For devices that are never online. */
        readonly is_air_gapped: boolean | null;
        /** Bound to a hardware key. */
        readonly is_hardware_key_auth: boolean | null;
        /** Keeps working for a while after a missed renewal. */
        readonly allow_grace_period: boolean | null;
        /** How long it keeps working after a missed renewal. */
        readonly grace_period: string | null;
        /** Uses that the license allows. */
        readonly max_consumptions: number | null;
        /** Any number of uses. */
        readonly allow_unlimited_consumptions: boolean | null;
        /** May be used beyond its uses. */
        readonly allow_overages: boolean | null;
        /** How far beyond. */
        readonly max_overages: number | null;
        /** The count of uses starts anew each period. */
        readonly reset_consumption: boolean | null;
        /** How often the count starts anew, with `reset_consumption`. */
        readonly consumption_period: 'daily' | 'weekly' | 'monthly' | 'annually' | null;
        /** A note for the vendor’s people. */
        readonly note: string | null;
        /** Null: no person gave it anything. */
        readonly overrides: Overrides | null;
        /** Oldest first. */
        readonly timeline: readonly TimelineEntry[];
        /** Older entries are stored and not shown. */
        readonly timeline_truncated: boolean;
        /** Other reasons hold it where it is. */
        readonly remark: string | null;
      };
    };
  };
  '/v1/licenses/{id}/reinstate': {
    /** Reinstate a license. Scope: issue. */
    post: {
      path: {
        readonly id: string;
      };
      body?: {
        /** Kept in the timeline. */
        readonly note?: string | undefined;
      };
      answer: {
        readonly id: string;
        readonly key: string;
        readonly state: 'active' | 'suspended' | 'revoked' | 'expired';
        /** Never changes once a license is issued. */
        readonly license_type: 'perpetual' | 'time-limited' | 'subscription' | 'consumption';
        /** A product's code. */
        readonly product: string;
        readonly policy: string;
        /** Null: it has no end. */
        readonly valid_until: string | null;
        readonly starts_at: string;
        /** Why it is not simply active. */
        readonly reasons: readonly Reason[];
        readonly order_id: string;
        readonly line_id: string;
        /** Which of the units of its line, from 0. */
        readonly unit: number;
        /** Which of the products that its line gives. */
        readonly part: string;
        /** Counts the licenses that this unit had before. */
        readonly generation: number;
        /** Another stands in its place. */
        readonly replaced: boolean;
        /** Your app counts activations from here on anew; null: they were never reset. */
        readonly activations_reset_at: string | null;
        readonly issuer: string;
        readonly created_at: string;
        readonly updated_at: string;
        /** Codes of the product’s features that are switched on. */
        readonly features: readonly string[];
        /** Values of the product’s custom fields, by name. */
        readonly custom_fields: Readonly<Record<string, string | number>>;
        /** Anything else, as JSON. Kept with the license. */
        readonly metadata: Readonly<Record<string, unknown>>;
        /** How long the license is valid from its issue, where the shop has no term. */
        readonly valid_duration: string | null;
        readonly start_date: string | null;
        /** A trial license. */
        readonly is_trial: boolean | null;
        /** Days of the trial. */
        readonly trial_days: number | null;
        /** Devices on which the license may be active at once. */
        readonly max_activations: number | null;
        /** Any number of devices. */
        readonly allow_unlimited_activations: boolean | null;
        /** Moves from device to device; 0 is no limit. */
        readonly max_transfers: number | null;
        /** People who may share the license; 0 is no limit. */
        readonly max_license_users: number | null;
        /** Seats are lent by a floating server in the customer’s own network. */
        readonly is_floating: boolean | null;
        /** Seats are lent over the internet. */
        readonly is_floating_cloud: boolean | null;
        /** Seats that may be in use at once. */
        readonly floating_users: number | null;
        /** Minutes after which an unused seat comes free. */
        readonly floating_timeout: number | null;
        /** A seat may be taken offline. */
        readonly can_borrow: boolean | null;
        /** Longest time offline, in hours. */
        readonly max_borrow_time: number | null;
        /** Updates are included only for a time. */
        readonly enable_maintenance_period: boolean | null;
        /** How long updates are included. */
        readonly maintenance_duration: string | null;
        /** Does not run in virtual machines. */
        readonly prevent_vm: boolean | null;
        /** For devices that are never online. */
        readonly is_air_gapped: boolean | null;
        /** Bound to a hardware key. */
        readonly is_hardware_key_auth: boolean | null;
        /** Keeps working for a while after a missed renewal. */
        readonly allow_grace_period: boolean | null;
        /** How long it keeps working after a missed renewal. */
        readonly grace_period: string | null;
        /** Uses that the license allows. */
        readonly max_consumptions: number | null;
        /** Any number of uses. */
        readonly allow_unlimited_consumptions: boolean | null;
        /** May be used beyond its uses. */
        readonly allow_overages: boolean | null;
        /** How far beyond. */
        readonly max_overages: number | null;
        /** The count of uses starts anew each period. */
        readonly reset_consumption: boolean | null;
        /** How often the count starts anew, with `reset_consumption`. */
        readonly consumption_period: 'daily' | 'weekly' | 'monthly' | 'annually' | null;
        /** A note for the vendor’s people. */
        readonly note: string | null;
        /** Null: no person gave it anything. */
        readonly overrides: Overrides | null;
        /** Oldest first. */
        readonly timeline: readonly TimelineEntry[];
        /** Older entries are stored and not shown. */
        readonly timeline_truncated: boolean;
        /** Other reasons hold it where it is. */
        readonly remark: string | null;
      };
    };
  };
  '/v1/licenses/{id}/revoke': {
    /** Revoke a license. Scope: issue. */
    post: {
      path: {
        readonly id: string;
      };
      body?: {
        /** Kept in the timeline. */
        readonly note?: string | undefined;
      };
      answer: {
        readonly id: string;
        readonly key: string;
        readonly state: 'active' | 'suspended' | 'revoked' | 'expired';
        /** Never changes once a license is issued. */
        readonly license_type: 'perpetual' | 'time-limited' | 'subscription' | 'consumption';
        /** A product's code. */
        readonly product: string;
        readonly policy: string;
        /** Null: it has no end. */
        readonly valid_until: string | null;
        readonly starts_at: string;
        /** Why it is not simply active. */
        readonly reasons: readonly Reason[];
        readonly order_id: string;
        readonly line_id: string;
        /** Which of the units of its line, from 0. */
        readonly unit: number;
        /** Which of the products that its line gives. */
        readonly part: string;
        /** Counts the licenses that this unit had before. */
        readonly generation: number;
        /** Another stands in its place. */
        readonly replaced: boolean;
        /** Your app counts activations from here on anew; null: they were never reset. */
        readonly activations_reset_at: string | null;
        readonly issuer: string;
        readonly created_at: string;
        readonly updated_at: string;
        /** Codes of the product’s features that are switched on. */
        readonly features: readonly string[];
        /** Values of the product’s custom fields, by name. */
        readonly custom_fields: Readonly<Record<string, string | number>>;
        /** Anything else, as JSON. Kept with the license. */
        readonly metadata: Readonly<Record<string, unknown>>;
        /** How long the license is valid from its issue, where the shop has no term. */
        readonly valid_duration: string | null;
        readonly start_date: string | null;
        /** A trial license. */
        readonly is_trial: boolean | null;
        /** Days of the trial. */
        readonly trial_days: number | null;
        /** Devices on which the license may be active at once. */
        readonly max_activations: number | null;
        /** Any number of devices. */
        readonly allow_unlimited_activations: boolean | null;
        /** Moves from device to device; 0 is no limit. */
        readonly max_transfers: number | null;
        /** People who may share the license; 0 is no limit. */
        readonly max_license_users: number | null;
        /** Seats are lent by a floating server in the customer’s own network. */
        readonly is_floating: boolean | null;
        /** Seats are lent over the internet. */
        readonly is_floating_cloud: boolean | null;
        /** Seats that may be in use at once. */
        readonly floating_users: number | null;
        /** Minutes after which an unused seat comes free. */
        readonly floating_timeout: number | null;
        /** A seat may be taken offline. */
        readonly can_borrow: boolean | null;
        /** Longest time offline, in hours. */
        readonly max_borrow_time: number | null;
        /** Updates are included only for a time. */
        readonly enable_maintenance_period: boolean | null;
        /** How long updates are included. */
        readonly maintenance_duration: string | null;
        /** Does not run in virtual machines. */
        readonly prevent_vm: boolean | null;
        /** For devices that are never online. */
        readonly is_air_gapped: boolean | null;
        /** Bound to a hardware key. */
        readonly is_hardware_key_auth: boolean | null;
        /** Keeps working for a while after a missed renewal. */
        readonly allow_grace_period: boolean | null;
        /** How long it keeps working after a missed renewal. */
        readonly grace_period: string | null;
        /** Uses that the license allows. */
        readonly max_consumptions: number | null;
        /** Any number of uses. */
        readonly allow_unlimited_consumptions: boolean | null;
        /** May be used beyond its uses. */
        readonly allow_overages: boolean | null;
        /** How far beyond. */
        readonly max_overages: number | null;
        /** The count of uses starts anew each period. */
        readonly reset_consumption: boolean | null;
        /** How often the count starts anew, with `reset_consumption`. */
        readonly consumption_period: 'daily' | 'weekly' | 'monthly' | 'annually' | null;
        /** A note for the vendor’s people. */
        readonly note: string | null;
        /** Null: no person gave it anything. */
        readonly overrides: Overrides | null;
        /** Oldest first. */
        readonly timeline: readonly TimelineEntry[];
        /** Older entries are stored and not shown. */
        readonly timeline_truncated: boolean;
        /** Other reasons hold it where it is. */
        readonly remark: string | null;
      };
    };
  };
  '/v1/licenses/{id}/reissue': {
    /** Reissue a license. Scope: issue. */
    post: {
      path: {
        readonly id: string;
      };
      body?: {
        /** Kept in the timeline. */
        readonly note?: string | undefined;
      };
      answer: {
        readonly id: string;
        readonly key: string;
        readonly state: 'active' | 'suspended' | 'revoked' | 'expired';
        /** Never changes once a license is issued. */
        readonly license_type: 'perpetual' | 'time-limited' | 'subscription' | 'consumption';
        /** A product's code. */
        readonly product: string;
        readonly policy: string;
        /** Null: it has no end. */
        readonly valid_until: string | null;
        readonly starts_at: string;
        /** Why it is not simply active. */
        readonly reasons: readonly Reason[];
        readonly order_id: string;
        readonly line_id: string;
        /** Which of the units of its line, from 0. */
        readonly unit: number;
        /** Which of the products that its line gives. */
        readonly part: string;
        /** Counts the licenses that this unit had before. */
        readonly generation: number;
        /** Another stands in its place. */
        readonly replaced: boolean;
        /** Your app counts activations from here on anew; null: they were never reset. */
        readonly activations_reset_at: string | null;
        readonly issuer: string;
        readonly created_at: string;
        readonly updated_at: string;
        /** Codes of the product’s features that are switched on. */
        readonly features: readonly string[];
        /** Values of the product’s custom fields, by name. */
        readonly custom_fields: Readonly<Record<string, string | number>>;
        /** Anything else, as JSON. Kept with the license. */
        readonly metadata: Readonly<Record<string, unknown>>;
        /** How long the license is valid from its issue, where the shop has no term. */
        readonly valid_duration: string | null;
        readonly start_date: string | null;
        /** A trial license. */
        readonly is_trial: boolean | null;
        /** Days of the trial. */
        readonly trial_days: number | null;
        /** Devices on which the license may be active at once. */
        readonly max_activations: number | null;
        /** Any number of devices. */
        readonly allow_unlimited_activations: boolean | null;
        /** Moves from device to device; 0 is no limit. */
        readonly max_transfers: number | null;
        /** People who may share the license; 0 is no limit. */
        readonly max_license_users: number | null;
        /** Seats are lent by a floating server in the customer’s own network. */
        readonly is_floating: boolean | null;
        /** Seats are lent over the internet. */
        readonly is_floating_cloud: boolean | null;
        /** Seats that may be in use at once. */
        readonly floating_users: number | null;
        /** Minutes after which an unused seat comes free. */
        readonly floating_timeout: number | null;
        /** A seat may be taken offline. */
        readonly can_borrow: boolean | null;
        /** Longest time offline, in hours. */
        readonly max_borrow_time: number | null;
        /** Updates are included only for a time. */
        readonly enable_maintenance_period: boolean | null;
        /** How long updates are included. */
        readonly maintenance_duration: string | null;
        /** Does not run in virtual machines. */
        readonly prevent_vm: boolean | null;
        /** For devices that are never online. */
        readonly is_air_gapped: boolean | null;
        /** Bound to a hardware key. */
        readonly is_hardware_key_auth: boolean | null;
        /** Keeps working for a while after a missed renewal. */
        readonly allow_grace_period: boolean | null;
        /** How long it keeps working after a missed renewal. */
        readonly grace_period: string | null;
        /** Uses that the license allows. */
        readonly max_consumptions: number | null;
        /** Any number of uses. */
        readonly allow_unlimited_consumptions: boolean | null;
        /** May be used beyond its uses. */
        readonly allow_overages: boolean | null;
        /** How far beyond. */
        readonly max_overages: number | null;
        /** The count of uses starts anew each period. */
        readonly reset_consumption: boolean | null;
        /** How often the count starts anew, with `reset_consumption`. */
        readonly consumption_period: 'daily' | 'weekly' | 'monthly' | 'annually' | null;
        /** A note for the vendor’s people. */
        readonly note: string | null;
        /** Null: no person gave it anything. */
        readonly overrides: Overrides | null;
        /** Oldest first. */
        readonly timeline: readonly TimelineEntry[];
        /** Older entries are stored and not shown. */
        readonly timeline_truncated: boolean;
        /** Other reasons hold it where it is. */
        readonly remark: string | null;
      };
    };
  };
  '/v1/licenses/{id}/reset_activations': {
    /** Reset the activations of a license. Scope: issue. */
    post: {
      path: {
        readonly id: string;
      };
      body?: {
        /** Kept in the timeline. */
        readonly note?: string | undefined;
      };
      answer: {
        readonly id: string;
        readonly key: string;
        readonly state: 'active' | 'suspended' | 'revoked' | 'expired';
        /** Never changes once a license is issued. */
        readonly license_type: 'perpetual' | 'time-limited' | 'subscription' | 'consumption';
        /** A product's code. */
        readonly product: string;
        readonly policy: string;
        /** Null: it has no end. */
        readonly valid_until: string | null;
        readonly starts_at: string;
        /** Why it is not simply active. */
        readonly reasons: readonly Reason[];
        readonly order_id: string;
        readonly line_id: string;
        /** Which of the units of its line, from 0. */
        readonly unit: number;
        /** Which of the products that its line gives. */
        readonly part: string;
        /** Counts the licenses that this unit had before. */
        readonly generation: number;
        /** Another stands in its place. */
        readonly replaced: boolean;
        /** Your app counts activations from here on anew; null: they were never reset. */
        readonly activations_reset_at: string | null;
        readonly issuer: string;
        readonly created_at: string;
        readonly updated_at: string;
        /** Codes of the product’s features that are switched on. */
        readonly features: readonly string[];
        /** Values of the product’s custom fields, by name. */
        readonly custom_fields: Readonly<Record<string, string | number>>;
        /** Anything else, as JSON. Kept with the license. */
        readonly metadata: Readonly<Record<string, unknown>>;
        /** How long the license is valid from its issue, where the shop has no term. */
        readonly valid_duration: string | null;
        readonly start_date: string | null;
        /** A trial license. */
        readonly is_trial: boolean | null;
        /** Days of the trial. */
        readonly trial_days: number | null;
        /** Devices on which the license may be active at once. */
        readonly max_activations: number | null;
        /** Any number of devices. */
        readonly allow_unlimited_activations: boolean | null;
        /** Moves from device to device; 0 is no limit. */
        readonly max_transfers: number | null;
        /** People who may share the license; 0 is no limit. */
        readonly max_license_users: number | null;
        /** Seats are lent by a floating server in the customer’s own network. */
        readonly is_floating: boolean | null;
        /** Seats are lent over the internet. */
        readonly is_floating_cloud: boolean | null;
        /** Seats that may be in use at once. */
        readonly floating_users: number | null;
        /** Minutes after which an unused seat comes free. */
        readonly floating_timeout: number | null;
        /** A seat may be taken offline. */
        readonly can_borrow: boolean | null;
        /** Longest time offline, in hours. */
        readonly max_borrow_time: number | null;
        /** Updates are included only for a time. */
        readonly enable_maintenance_period: boolean | null;
        /** How long updates are included. */
        readonly maintenance_duration: string | null;
        /** Does not run in virtual machines. */
        readonly prevent_vm: boolean | null;
        /** For devices that are never online. */
        readonly is_air_gapped: boolean | null;
        /** Bound to a hardware key. */
        readonly is_hardware_key_auth: boolean | null;
        /** Keeps working for a while after a missed renewal. */
        readonly allow_grace_period: boolean | null;
        /** How long it keeps working after a missed renewal. */
        readonly grace_period: string | null;
        /** Uses that the license allows. */
        readonly max_consumptions: number | null;
        /** Any number of uses. */
        readonly allow_unlimited_consumptions: boolean | null;
        /** May be used beyond its uses. */
        readonly allow_overages: boolean | null;
        /** How far beyond. */
        readonly max_overages: number | null;
        /** The count of uses starts anew each period. */
        readonly reset_consumption: boolean | null;
        /** How often the count starts anew, with `reset_consumption`. */
        readonly consumption_period: 'daily' | 'weekly' | 'monthly' | 'annually' | null;
        /** A note for the vendor’s people. */
        readonly note: string | null;
        /** Null: no person gave it anything. */
        readonly overrides: Overrides | null;
        /** Oldest first. */
        readonly timeline: readonly TimelineEntry[];
        /** Older entries are stored and not shown. */
        readonly timeline_truncated: boolean;
        /** Other reasons hold it where it is. */
        readonly remark: string | null;
      };
    };
  };
  '/v1/accounts': {
    /** List accounts. Scope: read. */
    get: {
      query?: {
        /** Rows on a page; more than 200 are 200. */
        readonly limit?: number | undefined;
        /** `next_cursor` of the page before. */
        readonly cursor?: string | undefined;
      };
      answer: {
        readonly items: readonly Account[];
        /** Send it as `cursor` for the next page; null: this was the last. */
        readonly next_cursor: string | null;
      };
    };
    /** Create an account. Scope: issue. */
    post: {
      body: {
        readonly name: string;
      };
      answer: Account;
    };
  };
  '/v1/accounts/{id}': {
    /** Read an account. Scope: read. */
    get: {
      path: {
        readonly id: string;
      };
      answer: Account;
    };
  };
  '/v1/customers': {
    /** List customers. Scope: read. */
    get: {
      query?: {
        /** Who has this address. */
        readonly email?: string | undefined;
        /** Rows on a page; more than 200 are 200. */
        readonly limit?: number | undefined;
        /** `next_cursor` of the page before. */
        readonly cursor?: string | undefined;
      };
      answer: {
        readonly items: readonly Customer[];
        /** Send it as `cursor` for the next page; null: this was the last. */
        readonly next_cursor: string | null;
      };
    };
  };
  '/v1/customers/{id}': {
    /** Read a customer. Scope: read. */
    get: {
      path: {
        readonly id: string;
      };
      answer: Customer;
    };
    /** Change a customer. Scope: issue. */
    patch: {
      path: {
        readonly id: string;
      };
      body?: {
        /** The account they belong to. */
        readonly account_id?: string | null | undefined;
        readonly name?: string | null | undefined;
        readonly company?: string | null | undefined;
        readonly phone?: string | null | undefined;
      };
      answer: Customer;
    };
  };
  '/v1/events': {
    /** List events. Scope: read. */
    get: {
      query?: {
        readonly source?: string | undefined;
        readonly state?: 'received' | 'done' | 'ignored' | 'waiting' | 'parked' | undefined;
        /** The shop's word for what happened. */
        readonly type?: string | undefined;
        /** Received then or later. */
        readonly from?: string | undefined;
        /** Received before. */
        readonly to?: string | undefined;
        /** The id of an order. */
        readonly order?: string | undefined;
        /** Rows on a page; more than 200 are 200. */
        readonly limit?: number | undefined;
        /** `next_cursor` of the page before. */
        readonly cursor?: string | undefined;
      };
      answer: {
        readonly items: readonly Event[];
        /** Send it as `cursor` for the next page; null: this was the last. */
        readonly next_cursor: string | null;
      };
    };
  };
  '/v1/events/{id}': {
    /** Read an event. Scope: read. */
    get: {
      path: {
        readonly id: string;
      };
      answer: WholeEvent;
    };
  };
  '/v1/events/{id}/replay': {
    /** Send an event through again. Scope: operate. */
    post: {
      path: {
        readonly id: string;
      };
      body?: {
        /** Only say what would change. */
        readonly dry_run?: boolean | undefined;
        /** Map the sale by today's rules. */
        readonly remap?: boolean | undefined;
        /** Ask the shop anew. */
        readonly refresh?: boolean | undefined;
      };
      answer: {
        /** Empty: nothing was missing. */
        readonly changes: readonly Change[];
        readonly dry_run: boolean;
        readonly state: 'done' | 'ignored' | 'parked' | 'waiting';
        readonly problem: NotedProblem | null;
        readonly order_id: string | null;
      };
    };
  };
  '/v1/replays': {
    /** Replay events by a filter. Scope: operate. */
    post: {
      body?: {
        /** Events of this source. */
        readonly source?: string | undefined;
        /** Events in this state. */
        readonly state?: 'received' | 'done' | 'ignored' | 'waiting' | 'parked' | undefined;
        /** Events of this type, as the shop names it. */
        readonly type?: string | undefined;
        /** Received at this time or later. */
        readonly from?: string | undefined;
        /** Received before this time. */
        readonly to?: string | undefined;
        /** Events of the order of this id. */
        readonly order?: string | undefined;
        /** Of these events only. */
        readonly ids?: readonly string[] | undefined;
        /** Tell what would change; change nothing. */
        readonly dry_run?: boolean | undefined;
        /** Map the lines by today’s rules, whatever they were sold by. */
        readonly remap?: boolean | undefined;
        /** Ask the shop anew. */
        readonly refresh?: boolean | undefined;
      };
      answer: Job;
    };
  };
  '/v1/replays/{id}': {
    /** Read a replay. Scope: read. */
    get: {
      path: {
        readonly id: string;
      };
      answer: Job;
    };
  };
  '/v1/jobs': {
    /** List jobs. Scope: read. */
    get: {
      query?: {
        /** Jobs of this kind. */
        readonly kind?: 'replay' | 'reconcile' | 'import' | undefined;
        /** Jobs in this state. */
        readonly state?: 'queued' | 'running' | 'done' | 'failed' | 'cancelled' | undefined;
        /** Rows on a page; more than 200 are 200. */
        readonly limit?: number | undefined;
        /** `next_cursor` of the page before. */
        readonly cursor?: string | undefined;
      };
      answer: {
        readonly items: readonly Job[];
        readonly next_cursor: string | null;
      };
    };
  };
  '/v1/jobs/{id}': {
    /** Read a job. Scope: read. */
    get: {
      path: {
        readonly id: string;
      };
      answer: Job;
    };
  };
  '/v1/jobs/{id}/findings': {
    /** List what a job found. Scope: read. */
    get: {
      path: {
        readonly id: string;
      };
      query?: {
        /** Rows on a page; more than 200 are 200. */
        readonly limit?: number | undefined;
        /** `next_cursor` of the page before. */
        readonly cursor?: string | undefined;
      };
      answer: {
        /** What they hold depends on the kind of the job. */
        readonly items: readonly ({
        })[];
        readonly next_cursor: string | null;
      };
    };
  };
  '/v1/jobs/{id}/cancel': {
    /** Cancel a job. Scope: operate. */
    post: {
      path: {
        readonly id: string;
      };
      answer: Job;
    };
  };
  '/v1/jobs/{id}/resume': {
    /** Let a job go on. Scope: operate. */
    post: {
      path: {
        readonly id: string;
      };
      answer: Job;
    };
  };
  '/v1/sources': {
    /** List sources. Scope: read. */
    get: {
      query?: {
        /** Rows on a page; more than 200 are 200. */
        readonly limit?: number | undefined;
        /** `next_cursor` of the page before. */
        readonly cursor?: string | undefined;
      };
      answer: {
        readonly items: readonly Source[];
        /** Send it as `cursor` for the next page; null: this was the last. */
        readonly next_cursor: string | null;
      };
    };
  };
  '/v1/refusals': {
    /** List webhooks that were refused. Scope: read. */
    get: {
      query?: {
        /** As it stood in the path. */
        readonly source?: string | undefined;
        /** Rows on a page; more than 200 are 200. */
        readonly limit?: number | undefined;
        /** `next_cursor` of the page before. */
        readonly cursor?: string | undefined;
      };
      answer: {
        readonly items: readonly Refusal[];
        /** Send it as `cursor` for the next page; null: this was the last. */
        readonly next_cursor: string | null;
      };
    };
  };
  '/v1/mappings': {
    /** List mappings. Scope: read. */
    get: {
      query?: {
        /** Rows on a page; more than 200 are 200. */
        readonly limit?: number | undefined;
        /** `next_cursor` of the page before. */
        readonly cursor?: string | undefined;
      };
      answer: {
        readonly items: readonly Revision[];
        /** Send it as `cursor` for the next page; null: this was the last. */
        readonly next_cursor: string | null;
      };
    };
  };
  '/v1/mappings/{source}': {
    /** Read a mapping. Scope: read. */
    get: {
      path: {
        /** The name of a source: of its mapping file. */
        readonly source: string;
      };
      answer: Revision;
    };
    /** Put a mapping. Scope: admin. */
    put: {
      path: {
        /** The name of a source: of its mapping file. */
        readonly source: string;
      };
      body: {
        /** As in the mapping file, as JSON. */
        readonly mapping: Readonly<Record<string, unknown>>;
        /** As catalog.yaml, as JSON; left out, it stays. */
        readonly catalog?: Readonly<Record<string, unknown>> | undefined;
      };
      answer: Revision;
    };
  };
  '/v1/mappings/{source}/revisions': {
    /** List revisions of a mapping. Scope: read. */
    get: {
      path: {
        /** The name of a source: of its mapping file. */
        readonly source: string;
      };
      query?: {
        /** Rows on a page; more than 200 are 200. */
        readonly limit?: number | undefined;
        /** `next_cursor` of the page before. */
        readonly cursor?: string | undefined;
      };
      answer: {
        readonly items: readonly Revision[];
        /** Send it as `cursor` for the next page; null: this was the last. */
        readonly next_cursor: string | null;
      };
    };
  };
  '/v1/mappings/{source}/explain': {
    /** Explain a mapping. Scope: read. */
    post: {
      path: {
        /** The name of a source: of its mapping file. */
        readonly source: string;
      };
      body: {
        /** The id of an event. */
        readonly event: string;
        /** As in the mapping file, as JSON. */
        readonly mapping?: Readonly<Record<string, unknown>> | undefined;
        /** As catalog.yaml, as JSON; left out, it stays. */
        readonly catalog?: Readonly<Record<string, unknown>> | undefined;
      } | {
        /** An order id, or any name of the sale. */
        readonly sale: string;
        /** As in the mapping file, as JSON. */
        readonly mapping?: Readonly<Record<string, unknown>> | undefined;
        /** As catalog.yaml, as JSON; left out, it stays. */
        readonly catalog?: Readonly<Record<string, unknown>> | undefined;
      };
      answer: {
        readonly lines: readonly ExplainedLine[];
      };
    };
  };
  '/v1/adoptions': {
    /** Take in customers from before. Scope: issue. */
    post: {
      body: {
        /** The name of a mapping file. */
        readonly source: string;
        /** A connected account. */
        readonly account?: string | undefined;
        /** Ask the shop for its sales since then. */
        readonly from?: string | null | undefined;
        /** `next_cursor` of the answer before. */
        readonly cursor?: string | null | undefined;
        readonly keys?: readonly ({
          /** The sale's external id, or any other name of it. */
          readonly name: string;
          /** The id of one of its lines, or any ref of it. */
          readonly line?: string | null | undefined;
          /** Its product's code, where a line gives several. */
          readonly product?: string | null | undefined;
          readonly key: string;
        })[] | undefined;
        /** Say what would happen, store nothing. */
        readonly dry_run?: boolean | undefined;
      };
      answer: Adoption;
    };
    /** List keys from before. Scope: read. */
    get: {
      query: {
        readonly source: string;
        /** Rows on a page; more than 200 are 200. */
        readonly limit?: number | undefined;
        /** `next_cursor` of the page before. */
        readonly cursor?: string | undefined;
      };
      answer: {
        readonly items: readonly GivenKey[];
        /** Send it as `cursor` for the next page; null: this was the last. */
        readonly next_cursor: string | null;
      };
    };
  };
  '/v1/adoptions/{id}': {
    /** Take out a key from before. Scope: issue. */
    delete: {
      path: {
        readonly id: string;
      };
      answer: {
        readonly id: string;
        readonly dropped: true;
      };
    };
  };
  '/v1/privacy/requests': {
    /** List privacy requests. Scope: admin. */
    get: {
      query?: {
        readonly source?: string | undefined;
        /** Those that are not done, or those that are. */
        readonly open?: boolean | undefined;
        /** Rows on a page; more than 200 are 200. */
        readonly limit?: number | undefined;
        /** `next_cursor` of the page before. */
        readonly cursor?: string | undefined;
      };
      answer: {
        readonly items: readonly PrivacyRequest[];
        /** Send it as `cursor` for the next page; null: this was the last. */
        readonly next_cursor: string | null;
      };
    };
  };
  '/v1/privacy/requests/{id}': {
    /** Read a privacy request. Scope: admin. */
    get: {
      path: {
        readonly id: string;
      };
      answer: PrivacyRequest;
    };
  };
  '/v1/privacy/requests/{id}/export': {
    /** Export what a privacy request asks for. Scope: admin. */
    get: {
      path: {
        readonly id: string;
      };
      query?: {
        /** `next_cursor` of the page before. */
        readonly cursor?: string | undefined;
      };
      answer: PrivacyExport;
    };
  };
  '/v1/privacy/requests/{id}/done': {
    /** Say that an export was handed over. Scope: admin. */
    post: {
      path: {
        readonly id: string;
      };
      answer: PrivacyRequest;
    };
  };
  '/v1/privacy/exports': {
    /** Export a person's records. Scope: admin. */
    post: {
      body: {
        /** Any name of an order. */
        readonly order?: string | undefined;
        /** Keyferry's id of a customer, or the shop's. */
        readonly customer?: string | undefined;
        readonly email?: string | undefined;
        /** The name of a mapping file. */
        readonly source?: string | undefined;
        /** A connected account inside the source. */
        readonly account?: string | undefined;
        /** `next_cursor` of the page before. */
        readonly cursor?: string | undefined;
      };
      answer: PrivacyExport;
    };
  };
  '/v1/privacy/redactions': {
    /** Forget a person. Scope: admin. */
    post: {
      body: {
        /** Any name of an order. */
        readonly order?: string | undefined;
        /** Keyferry's id of a customer, or the shop's. */
        readonly customer?: string | undefined;
        readonly email?: string | undefined;
        /** The name of a mapping file. */
        readonly source: string;
        /** A connected account inside the source. */
        readonly account?: string | undefined;
        /** Everybody who ever bought at this source, in this account. */
        readonly shop?: true | undefined;
        /** With `shop`: the name of the source once more. */
        readonly confirm?: string | undefined;
        /** Only say what would be forgotten. */
        readonly dry_run?: boolean | undefined;
      };
      answer: {
        readonly dry_run: boolean;
        readonly request: PrivacyRequest | null;
        /** What was, or would be, written anew. */
        readonly touched: {
          readonly orders: number;
          readonly events: number;
        };
      };
    };
  };
  '/v1/api-keys': {
    /** List API keys. Scope: admin. */
    get: {
      query?: {
        /** Rows on a page; more than 200 are 200. */
        readonly limit?: number | undefined;
        /** `next_cursor` of the page before. */
        readonly cursor?: string | undefined;
      };
      answer: {
        readonly items: readonly ApiKey[];
        /** Send it as `cursor` for the next page; null: this was the last. */
        readonly next_cursor: string | null;
      };
    };
    /** Create an API key. Scope: admin. */
    post: {
      body: {
        readonly name: string;
        /** Each includes those before it: read, issue, operate, admin. */
        readonly scopes?: readonly ('read' | 'issue' | 'operate' | 'admin')[] | undefined;
        /** From then on it opens nothing; null: it never ends. */
        readonly expires_at?: string | null | undefined;
      };
      answer: {
        readonly id: string;
        readonly name: string;
        readonly scopes: readonly ('read' | 'issue' | 'operate' | 'admin')[];
        readonly created_at: string;
        readonly expires_at: string | null;
        /** To the minute. */
        readonly last_used_at: string | null;
        readonly revoked_at: string | null;
        readonly key: string;
      };
    };
  };
  '/v1/api-keys/{id}': {
    /** Revoke an API key. Scope: admin. */
    delete: {
      path: {
        readonly id: string;
      };
      answer: ApiKey;
    };
  };
}
