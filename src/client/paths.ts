/**
 * Generated from the routes by `npm run generate`; changes made here are lost. What the API takes and answers.
 */

/** For whom customers buy: a company, a school. */
export type Account = {
  readonly id: string;
  readonly name: string;
  readonly created_at: string;
};

/** A license after what a person did to it. */
export type ActedLicense = {
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
  /** Whether it opens anything. */
  readonly state: 'valid' | 'expired' | 'revoked';
  /** Each includes those before it: read, issue, operate, admin. */
  readonly scopes: readonly ('read' | 'issue' | 'operate' | 'admin')[];
  readonly created_at: string;
  readonly expires_at: string | null;
  /** To the minute. */
  readonly last_used_at: string | null;
  readonly revoked_at: string | null;
};

/** One change: who made it, and what it was. */
export type AuditEntry = {
  readonly id: string;
  readonly at: string;
  readonly actor: {
    readonly id: string;
    /** As it is called now. */
    readonly name: string | null;
  };
  readonly action: string;
  /** The id of what was changed. */
  readonly subject: string;
  /** What stood there, as far as it changed; null of what was not there. */
  readonly before: unknown;
  /** What stands there since; null of what is gone. */
  readonly after: unknown;
  readonly note: string | null;
};

export type Bundle = {
  /** Unique and never changed. */
  readonly code: string;
  readonly name: string;
  /** At least one product. */
  readonly products: readonly ({
    /** Unique and never changed. */
    readonly product: string;
    /** Unique in its product and never changed. */
    readonly policy?: string;
  })[];
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

/** Bundle, and where it runs. */
export type ChangedBundle = {
  /** Unique and never changed. */
  readonly code: string;
  readonly name: string;
  /** At least one product. */
  readonly products: readonly ({
    /** Unique and never changed. */
    readonly product: string;
    /** Unique in its product and never changed. */
    readonly policy?: string;
  })[];
  /** The sources that sell by the new catalog, each with its new revision; none where nothing changed. */
  readonly revisions: readonly SoldBy[];
  /** Sources that stay as they are: they have a catalog of their own, or a mapping with errors. */
  readonly left: readonly LeftSource[];
};

/** CustomField, and where it runs. */
export type ChangedCustomField = {
  /** The name of the custom field. */
  readonly name: string;
  readonly type: 'text' | 'number' | 'date';
  /** The value where none is given. */
  readonly default?: string | number;
  readonly description?: string;
  /** The sources that sell by the new catalog, each with its new revision; none where nothing changed. */
  readonly revisions: readonly SoldBy[];
  /** Sources that stay as they are: they have a catalog of their own, or a mapping with errors. */
  readonly left: readonly LeftSource[];
};

/** Feature, and where it runs. */
export type ChangedFeature = {
  /** Unique in its product and never changed. */
  readonly code: string;
  readonly name: string;
  /** Switched on, or counted. */
  readonly type: 'activation' | 'consumption';
  /** Uses of a counted feature. */
  readonly max_consumption?: number;
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
  /** How long the feature is on. */
  readonly valid_duration?: string;
  /** The day on which the feature ends. */
  readonly expiry_date?: string;
  /** Lent by a floating server. */
  readonly is_floating?: boolean;
  /** Lent over the internet. */
  readonly is_floating_cloud?: boolean;
  /** How many may use it at once. */
  readonly floating_users?: number;
  /** Minutes after which it comes free. */
  readonly floating_timeout?: number;
  /** Anything else, as JSON. Kept with the license. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** The sources that sell by the new catalog, each with its new revision; none where nothing changed. */
  readonly revisions: readonly SoldBy[];
  /** Sources that stay as they are: they have a catalog of their own, or a mapping with errors. */
  readonly left: readonly LeftSource[];
};

/** Policy, and where it runs. */
export type ChangedPolicy = {
  /** Unique in its product and never changed. */
  readonly code: string;
  readonly name: string;
  /** Taken where a rule names no policy. Exactly one of a product. */
  readonly default: boolean;
  /** Never changes once a license is issued. */
  readonly license_type: 'perpetual' | 'time-limited' | 'subscription' | 'consumption';
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
  /** The sources that sell by the new catalog, each with its new revision; none where nothing changed. */
  readonly revisions: readonly SoldBy[];
  /** Sources that stay as they are: they have a catalog of their own, or a mapping with errors. */
  readonly left: readonly LeftSource[];
};

/** Product, and where it runs. */
export type ChangedProduct = {
  /** Unique and never changed. */
  readonly code: string;
  readonly name: string;
  /** How the app asks: by license key or by user. */
  readonly authorization: 'key' | 'user';
  readonly features: readonly Feature[];
  readonly custom_fields: readonly CustomField[];
  readonly policies: readonly Policy[];
  /** The sources that sell by the new catalog, each with its new revision; none where nothing changed. */
  readonly revisions: readonly SoldBy[];
  /** Sources that stay as they are: they have a catalog of their own, or a mapping with errors. */
  readonly left: readonly LeftSource[];
};

/** What a person chose for a line, for its order alone. */
export type Choice = {
  readonly product: string | null;
  readonly bundle: string | null;
  readonly policy: string | null;
  readonly per: 'unit' | 'line' | null;
  readonly values: LicenseValues;
  readonly ignore: string | null;
  /** The id of an API key. */
  readonly by: string;
  readonly at: string;
};

export type CustomField = {
  /** The name of the custom field. */
  readonly name: string;
  readonly type: 'text' | 'number' | 'date';
  /** The value where none is given. */
  readonly default?: string | number;
  readonly description?: string;
};

/** Who bought. */
export type Customer = {
  readonly id: string;
  readonly account_id: string | null;
  readonly account: {
    readonly id: string;
    readonly name: string;
  } | null;
  readonly email: string | null;
  readonly name: string | null;
  readonly company: string | null;
  readonly phone: string | null;
  /** The shop’s own id of the customer, or yours. */
  readonly reference: string | null;
  readonly created_at: string;
};

/** A review after its decision. */
export type DecidedReview = {
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
  /** What was changed by it. */
  readonly made: readonly Change[];
};

/** A custom field that is gone, and where. */
export type DeletedCustomField = {
  readonly name: string;
  readonly deleted: true;
  /** The sources that sell by the new catalog, each with its new revision; none where nothing changed. */
  readonly revisions: readonly SoldBy[];
  /** Sources that stay as they are: they have a catalog of their own, or a mapping with errors. */
  readonly left: readonly LeftSource[];
};

/** What is sold no more, and where. */
export type DeletedPart = {
  readonly code: string;
  readonly deleted: true;
  /** The sources that sell by the new catalog, each with its new revision; none where nothing changed. */
  readonly revisions: readonly SoldBy[];
  /** Sources that stay as they are: they have a catalog of their own, or a mapping with errors. */
  readonly left: readonly LeftSource[];
};

/** One place where two revisions differ. */
export type Difference = {
  /** Keys; members of a list by their code or name, else by their position. */
  readonly path: readonly (string | number)[];
  readonly kind: 'added' | 'removed' | 'changed' | 'moved';
  /** Of what was removed or changed; of a list in another order its names. */
  readonly before?: unknown;
  readonly after?: unknown;
  /** Of what was added to a list: its position. */
  readonly at?: number | null;
};

/** A customer who is there, by now or before. */
export type EnteredCustomer = {
  readonly id: string;
  readonly account_id: string | null;
  readonly account: {
    readonly id: string;
    readonly name: string;
  } | null;
  readonly email: string | null;
  readonly name: string | null;
  readonly company: string | null;
  readonly phone: string | null;
  /** The shop’s own id of the customer, or yours. */
  readonly reference: string | null;
  readonly created_at: string;
  /** Fields that were sent and are otherwise with the customer who is there. PATCH changes them. */
  readonly differs: readonly string[];
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

export type Feature = {
  /** Unique in its product and never changed. */
  readonly code: string;
  readonly name: string;
  /** Switched on, or counted. */
  readonly type: 'activation' | 'consumption';
  /** Uses of a counted feature. */
  readonly max_consumption?: number;
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
  /** How long the feature is on. */
  readonly valid_duration?: string;
  /** The day on which the feature ends. */
  readonly expiry_date?: string;
  /** Lent by a floating server. */
  readonly is_floating?: boolean;
  /** Lent over the internet. */
  readonly is_floating_cloud?: boolean;
  /** How many may use it at once. */
  readonly floating_users?: number;
  /** Minutes after which it comes free. */
  readonly floating_timeout?: number;
  /** Anything else, as JSON. Kept with the license. */
  readonly metadata?: Readonly<Record<string, unknown>>;
};

/** What a job found: by its kind one of these. */
export type Finding = ImportFinding | ReplayFinding | ReconcileFinding | Remark;

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

/** A row that was not taken, and why. */
export type ImportFinding = {
  /** Of the file, from 1; its header is the first. */
  readonly row: number;
  /** Null: it is the whole row. */
  readonly column: string | null;
  /** What is wrong there. */
  readonly message: string;
  /** How to mend it. */
  readonly remedy: string;
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

/** Work that takes many steps. */
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
  readonly problem: NotedProblem | null;
  readonly created_at: string;
  /** An API key, `environment`, `command` or `schedule`. */
  readonly created_by: string;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  /** When it ends if it goes on as so far. */
  readonly eta: string | null;
};

/** A source that stays as it is, and why. */
export type LeftSource = {
  readonly source: string;
  readonly because: 'own_catalog' | 'faulty';
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

/** What a license may say; what is left out is up to its policy. */
export type LicenseValues = {
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

/** An API key that was just made. */
export type NewApiKey = {
  readonly id: string;
  readonly name: string;
  /** Whether it opens anything. */
  readonly state: 'valid' | 'expired' | 'revoked';
  /** Each includes those before it: read, issue, operate, admin. */
  readonly scopes: readonly ('read' | 'issue' | 'operate' | 'admin')[];
  readonly created_at: string;
  readonly expires_at: string | null;
  /** To the minute. */
  readonly last_used_at: string | null;
  readonly revoked_at: string | null;
  /** Shown this once. */
  readonly key: string;
};

/** A revision that was made, or would be. */
export type NewRevision = {
  readonly id: string;
  readonly source: string;
  /** Counts from 1; the highest runs. Also the `ETag`. */
  readonly revision: number;
  readonly origin: 'file' | 'api';
  readonly created_at: string;
  /** The file, or the API key. */
  readonly created_by: string;
  /** As a mapping file, with its defaults. */
  readonly mapping: Readonly<Record<string, unknown>>;
  /** As catalog.yaml, with its defaults. */
  readonly catalog: Readonly<Record<string, unknown>>;
  /** True: nothing was changed, `revision` is the number it would have. */
  readonly dry_run: boolean;
  /** Against what ran before. */
  readonly changes: {
    readonly mapping: readonly Difference[];
    readonly catalog: readonly Difference[];
  };
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

export type Policy = {
  /** Unique in its product and never changed. */
  readonly code: string;
  readonly name: string;
  /** Taken where a rule names no policy. Exactly one of a product. */
  readonly default: boolean;
  /** Never changes once a license is issued. */
  readonly license_type: 'perpetual' | 'time-limited' | 'subscription' | 'consumption';
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
export type ProblemCode = 'source_unknown' | 'source_closed' | 'secret_white_space' | 'source_silent' | 'body_too_large' | 'body_unreadable' | 'signature_missing' | 'signature_malformed' | 'signature_wrong' | 'signature_stale' | 'body_malformed' | 'not_stored' | 'mode_mismatch' | 'type_unknown' | 'not_a_sale' | 'shop_unproven' | 'app_uninstalled' | 'payment_unlinked' | 'word_unknown' | 'topic_mismatch' | 'export_requested' | 'redaction_waits' | 'fields_missing' | 'body_unparsable' | 'api_key_needed' | 'api_key_refused' | 'line_items_unavailable' | 'shop_unavailable' | 'shop_object_gone' | 'older_sales_hidden' | 'older_changes_hidden' | 'cursor_unknown' | 'answer_missing' | 'sale_unknown' | 'unmapped' | 'renewal_unlinked' | 'sold_before' | 'line_refs_unknown' | 'template_empty' | 'value_invalid' | 'quantity_unknown' | 'too_many_units' | 'license_replaced' | 'license_revoked' | 'conflict_persists' | 'bug' | 'config_invalid' | 'database_outdated' | 'database_newer' | 'key_missing' | 'scope_missing' | 'rate_limited' | 'edited_meanwhile' | 'referenced' | 'code_taken' | 'person_forgotten' | 'import_stopped' | 'import_file_gone' | 'job_over' | 'not_found' | 'request_invalid' | 'method_not_allowed' | 'request_too_large' | 'request_unreadable' | 'request_malformed' | 'headers_too_large' | 'request_too_slow' | 'last_admin_key' | 'key_over' | 'catalog_missing' | 'exists_with_different_content' | 'line_not_parked' | 'line_stays_parked' | 'review_gone' | 'review_decided' | 'sold_since_missing' | 'request_by_itself' | 'body_pruned';

export type Product = {
  /** Unique and never changed. */
  readonly code: string;
  readonly name: string;
  /** How the app asks: by license key or by user. */
  readonly authorization: 'key' | 'user';
  readonly features: readonly Feature[];
  readonly custom_fields: readonly CustomField[];
  readonly policies: readonly Policy[];
};

/** Why a license is not simply active. */
export type Reason = {
  readonly name: 'refund' | 'dispute' | 'cancellation' | 'past_due' | 'pause' | 'removed' | 'replaced' | 'reissued' | 'hold';
  readonly act: 'suspend' | 'revoke';
  /** The id of the refund or dispute, the unpaid period, … */
  readonly cause: string;
};

/** A sale that is not here as it is in its shop. */
export type ReconcileFinding = {
  readonly drift: 'missing_here' | 'differing' | 'unknown_there';
  /** The sale's external id. */
  readonly name: string;
  readonly order_id: string | null;
  /** Where the shop named it, in its words. */
  readonly seen: readonly string[];
  /** Of very many the first; without the keys of licenses. */
  readonly changes: readonly Change[];
  readonly change_count: number;
  /** Of the order, here and there: only where they differ. */
  readonly states: {
    readonly was: string | null;
    readonly will: string;
  } | null;
  /** Lines that wait. */
  readonly parked: readonly ({
    readonly line_id: string;
    readonly title: string;
    readonly problem: NotedProblem | null;
  })[];
  readonly healed: boolean;
  readonly problem: NotedProblem | null;
  /** What a person can do where nothing heals by itself. */
  readonly remedy: string | null;
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

/** What a person should know of all of it. */
export type Remark = {
  readonly remark: NotedProblem;
};

/** An event with changes or with a problem. */
export type ReplayFinding = {
  readonly event_id: string;
  readonly order_id: string | null;
  /** Null: it could not be sent through. */
  readonly state: 'done' | 'ignored' | 'parked' | 'waiting' | null;
  /** Of very many the first; without the keys of licenses. */
  readonly changes: readonly Change[];
  readonly change_count: number;
  readonly problem: NotedProblem | null;
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

/** What a source sells by, or did. */
export type Revision = {
  readonly id: string;
  readonly source: string;
  /** Counts from 1; the highest runs. Also the `ETag`. */
  readonly revision: number;
  readonly origin: 'file' | 'api';
  readonly created_at: string;
  /** The file, or the API key. */
  readonly created_by: string;
  /** As a mapping file, with its defaults. */
  readonly mapping: Readonly<Record<string, unknown>>;
  /** As catalog.yaml, with its defaults. */
  readonly catalog: Readonly<Record<string, unknown>>;
};

/** A source, and the revision by which it sells. */
export type SoldBy = {
  readonly source: string;
  readonly revision: number;
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
      answer: DecidedReview;
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
      answer: DecidedReview;
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
      answer: ActedLicense;
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
      answer: ActedLicense;
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
      answer: ActedLicense;
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
      answer: ActedLicense;
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
      answer: ActedLicense;
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
      answer: ActedLicense;
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
        /** As people call it; two accounts may have one name. */
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
    /** Change an account. Scope: issue. */
    patch: {
      path: {
        readonly id: string;
      };
      body?: {
        /** As people call it; two accounts may have one name. */
        readonly name?: string | undefined;
      };
      answer: Account;
    };
    /** Delete an account. Scope: issue. */
    delete: {
      path: {
        readonly id: string;
      };
      answer: {
        readonly id: string;
        readonly deleted: true;
      };
    };
  };
  '/v1/customers': {
    /** List customers. Scope: read. */
    get: {
      query?: {
        readonly email?: string | undefined;
        /** The id of an account. */
        readonly account?: string | undefined;
        /** The shop’s own id of the customer, or yours. */
        readonly reference?: string | undefined;
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
    /** Create a customer. Scope: issue. */
    post: {
      body: {
        readonly email?: string | undefined;
        readonly name?: string | undefined;
        readonly company?: string | undefined;
        readonly phone?: string | undefined;
        /** Your own id of the customer. */
        readonly reference?: string | undefined;
        /** The id of an account. */
        readonly account_id?: string | undefined;
      };
      answer: EnteredCustomer;
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
        /** The id of an account. */
        readonly account_id?: string | null | undefined;
        readonly name?: string | null | undefined;
        readonly company?: string | null | undefined;
        readonly phone?: string | null | undefined;
      };
      answer: Customer;
    };
    /** Delete a customer. Scope: issue. */
    delete: {
      path: {
        readonly id: string;
      };
      answer: {
        readonly id: string;
        readonly deleted: true;
      };
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
  '/v1/reconciliations': {
    /** Compare a source with its shop. Scope: operate. */
    post: {
      body: {
        /** The source to compare, by its name. */
        readonly source: string;
        /** A connected account inside the source. */
        readonly account?: string | undefined;
        /** Sales made or changed in the shop at this time or later. */
        readonly from: string;
        /** Before this time; until now if left out. */
        readonly to?: string | null | undefined;
        /** Tell what differs; change nothing. */
        readonly dry_run?: boolean | undefined;
      };
      answer: Job;
    };
  };
  '/v1/reconciliations/{id}': {
    /** Read a reconciliation. Scope: read. */
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
        /** Send it as `cursor` for the next page; null: this was the last. */
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
        readonly items: readonly Finding[];
        /** Send it as `cursor` for the next page; null: this was the last. */
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
    /** Read the mapping of a source. Scope: read. */
    get: {
      path: {
        /** The name of a source: of its mapping file. */
        readonly source: string;
      };
      answer: Revision;
    };
    /** Replace the mapping of a source. Scope: admin. */
    put: {
      path: {
        /** The name of a source: of its mapping file. */
        readonly source: string;
      };
      body: {
        /** As in the mapping file, as JSON. */
        readonly mapping: Readonly<Record<string, unknown>>;
        /** As catalog.yaml: what is sold from now on, by hand too. It stays as it is if left out; a new source sells what is sold by hand. */
        readonly catalog?: Readonly<Record<string, unknown>> | undefined;
        /** Checks it and tells what would change; nothing does. */
        readonly dry_run?: boolean | undefined;
        /** Why; kept in the audit log. */
        readonly note?: string | undefined;
      };
      answer: NewRevision;
    };
  };
  '/v1/mappings/{source}/explain': {
    /** Explain how lines are mapped. Scope: read. */
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
        /** As catalog.yaml, as JSON. */
        readonly catalog?: Readonly<Record<string, unknown>> | undefined;
      } | {
        /** An order id, or any name of the sale. */
        readonly sale: string;
        /** As in the mapping file, as JSON. */
        readonly mapping?: Readonly<Record<string, unknown>> | undefined;
        /** As catalog.yaml, as JSON. */
        readonly catalog?: Readonly<Record<string, unknown>> | undefined;
      };
      answer: {
        readonly lines: readonly ExplainedLine[];
      };
    };
  };
  '/v1/mappings/{source}/revisions': {
    /** List the revisions of a mapping. Scope: read. */
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
  '/v1/mappings/{source}/revisions/{number}': {
    /** Read a revision of a mapping. Scope: read. */
    get: {
      path: {
        /** The name of a source: of its mapping file. */
        readonly source: string;
        readonly number: string;
      };
      answer: Revision;
    };
  };
  '/v1/mappings/{source}/diff': {
    /** Compare two revisions of a mapping. Scope: read. */
    get: {
      path: {
        /** The name of a source: of its mapping file. */
        readonly source: string;
      };
      query?: {
        /** The one before `to` if left out. */
        readonly from?: string | undefined;
        /** The newest if left out. */
        readonly to?: string | undefined;
      };
      answer: {
        readonly source: string;
        readonly from: number;
        readonly to: number;
        readonly mapping: readonly Difference[];
        readonly catalog: readonly Difference[];
      };
    };
  };
  '/v1/mappings/{source}/rollback': {
    /** Go back to an earlier revision. Scope: admin. */
    post: {
      path: {
        /** The name of a source: of its mapping file. */
        readonly source: string;
      };
      body: {
        /** Whose content is wanted. */
        readonly revision: number;
        /** The catalog of then; or the one that is sold now, with the mapping of then. */
        readonly catalog?: 'then' | 'now' | undefined;
        /** Checks it and tells what would change; nothing does. */
        readonly dry_run?: boolean | undefined;
        /** Why; kept in the audit log. */
        readonly note?: string | undefined;
      };
      answer: NewRevision;
    };
  };
  '/v1/products': {
    /** List products. Scope: read. */
    get: {
      query?: {
        /** Rows on a page; more than 200 are 200. */
        readonly limit?: number | undefined;
        /** `next_cursor` of the page before. */
        readonly cursor?: string | undefined;
      };
      answer: {
        readonly items: readonly Product[];
        /** Send it as `cursor` for the next page; null: this was the last. */
        readonly next_cursor: string | null;
      };
    };
    /** Create a product. Scope: admin. */
    post: {
      body: {
        /** Unique and never changed. */
        readonly code: string;
        /** Shown to people; the code if left out. */
        readonly name?: string | undefined;
        /** How the app asks: by license key or by user. */
        readonly authorization?: 'key' | 'user' | undefined;
        readonly features?: readonly ({
          /** Unique in its product and never changed. */
          readonly code: string;
          /** Shown to people; the code if left out. */
          readonly name?: string | undefined;
          /** Switched on, or counted. */
          readonly type?: 'activation' | 'consumption' | undefined;
          /** Uses of a counted feature. */
          readonly max_consumption?: number | undefined;
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
          /** How long the feature is on. */
          readonly valid_duration?: string | undefined;
          /** The day on which the feature ends. */
          readonly expiry_date?: string | undefined;
          /** Lent by a floating server. */
          readonly is_floating?: boolean | undefined;
          /** Lent over the internet. */
          readonly is_floating_cloud?: boolean | undefined;
          /** How many may use it at once. */
          readonly floating_users?: number | undefined;
          /** Minutes after which it comes free. */
          readonly floating_timeout?: number | undefined;
          /** Anything else, as JSON. Kept with the license. */
          readonly metadata?: Readonly<Record<string, unknown>> | undefined;
        })[] | undefined;
        readonly custom_fields?: readonly ({
          /** The name of the custom field. */
          readonly name: string;
          readonly type?: 'text' | 'number' | 'date' | undefined;
          /** The value where none is given. */
          readonly default?: string | number | undefined;
          readonly description?: string | undefined;
        })[] | undefined;
        /** At least one policy. */
        readonly policies: readonly ({
          /** Unique in its product and never changed. */
          readonly code: string;
          /** Shown to people; the code if left out. */
          readonly name?: string | undefined;
          /** Taken where a rule names no policy. Exactly one of a product. */
          readonly default?: boolean | undefined;
          /** Never changes once a license is issued. */
          readonly license_type: 'perpetual' | 'time-limited' | 'subscription' | 'consumption';
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
        })[];
      };
      answer: ChangedProduct;
    };
  };
  '/v1/products/{code}': {
    /** Read a product. Scope: read. */
    get: {
      path: {
        readonly code: string;
      };
      answer: Product;
    };
    /** Change a product. Scope: admin. */
    patch: {
      path: {
        readonly code: string;
      };
      body?: {
        /** Unique and never changed. */
        readonly code?: string | undefined;
        readonly name?: string | null | undefined;
        /** How the app asks: by license key or by user. */
        readonly authorization?: 'key' | 'user' | undefined;
      };
      answer: ChangedProduct;
    };
    /** Delete a product. Scope: admin. */
    delete: {
      path: {
        readonly code: string;
      };
      answer: DeletedPart;
    };
  };
  '/v1/products/{code}/policies': {
    /** List policies. Scope: read. */
    get: {
      path: {
        readonly code: string;
      };
      query?: {
        /** Rows on a page; more than 200 are 200. */
        readonly limit?: number | undefined;
        /** `next_cursor` of the page before. */
        readonly cursor?: string | undefined;
      };
      answer: {
        readonly items: readonly Policy[];
        /** Send it as `cursor` for the next page; null: this was the last. */
        readonly next_cursor: string | null;
      };
    };
    /** Create a policy. Scope: admin. */
    post: {
      path: {
        readonly code: string;
      };
      body: {
        /** Unique in its product and never changed. */
        readonly code: string;
        /** Shown to people; the code if left out. */
        readonly name?: string | undefined;
        /** Taken where a rule names no policy. Exactly one of a product. */
        readonly default?: boolean | undefined;
        /** Never changes once a license is issued. */
        readonly license_type: 'perpetual' | 'time-limited' | 'subscription' | 'consumption';
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
      };
      answer: ChangedPolicy;
    };
  };
  '/v1/products/{code}/policies/{policy}': {
    /** Read a policy. Scope: read. */
    get: {
      path: {
        readonly code: string;
        readonly policy: string;
      };
      answer: Policy;
    };
    /** Change a policy. Scope: admin. */
    patch: {
      path: {
        readonly code: string;
        readonly policy: string;
      };
      body?: {
        /** Unique in its product and never changed. */
        readonly code?: string | null | undefined;
        /** Shown to people; the code if left out. */
        readonly name?: string | null | undefined;
        /** Taken where a rule names no policy. Exactly one of a product. */
        readonly default?: boolean | null | undefined;
        /** Never changes once a license is issued. */
        readonly license_type?: 'perpetual' | 'time-limited' | 'subscription' | 'consumption' | null | undefined;
        /** How long the license is valid from its issue, where the shop has no term. */
        readonly valid_duration?: string | null | undefined;
        /** The day from which the license is valid. */
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
        /** Values of the product’s custom fields, by name. */
        readonly custom_fields?: Readonly<Record<string, string | number>> | null | undefined;
        /** A note for the vendor’s people. */
        readonly note?: string | null | undefined;
        /** Anything else, as JSON. Kept with the license. */
        readonly metadata?: Readonly<Record<string, unknown>> | null | undefined;
      };
      answer: ChangedPolicy;
    };
    /** Delete a policy. Scope: admin. */
    delete: {
      path: {
        readonly code: string;
        readonly policy: string;
      };
      answer: DeletedPart;
    };
  };
  '/v1/products/{code}/features': {
    /** List features. Scope: read. */
    get: {
      path: {
        readonly code: string;
      };
      query?: {
        /** Rows on a page; more than 200 are 200. */
        readonly limit?: number | undefined;
        /** `next_cursor` of the page before. */
        readonly cursor?: string | undefined;
      };
      answer: {
        readonly items: readonly Feature[];
        /** Send it as `cursor` for the next page; null: this was the last. */
        readonly next_cursor: string | null;
      };
    };
    /** Create a feature. Scope: admin. */
    post: {
      path: {
        readonly code: string;
      };
      body: {
        /** Unique in its product and never changed. */
        readonly code: string;
        /** Shown to people; the code if left out. */
        readonly name?: string | undefined;
        /** Switched on, or counted. */
        readonly type?: 'activation' | 'consumption' | undefined;
        /** Uses of a counted feature. */
        readonly max_consumption?: number | undefined;
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
        /** How long the feature is on. */
        readonly valid_duration?: string | undefined;
        /** The day on which the feature ends. */
        readonly expiry_date?: string | undefined;
        /** Lent by a floating server. */
        readonly is_floating?: boolean | undefined;
        /** Lent over the internet. */
        readonly is_floating_cloud?: boolean | undefined;
        /** How many may use it at once. */
        readonly floating_users?: number | undefined;
        /** Minutes after which it comes free. */
        readonly floating_timeout?: number | undefined;
        /** Anything else, as JSON. Kept with the license. */
        readonly metadata?: Readonly<Record<string, unknown>> | undefined;
      };
      answer: ChangedFeature;
    };
  };
  '/v1/products/{code}/features/{feature}': {
    /** Read a feature. Scope: read. */
    get: {
      path: {
        readonly code: string;
        readonly feature: string;
      };
      answer: Feature;
    };
    /** Change a feature. Scope: admin. */
    patch: {
      path: {
        readonly code: string;
        readonly feature: string;
      };
      body?: {
        /** Unique in its product and never changed. */
        readonly code?: string | null | undefined;
        /** Shown to people; the code if left out. */
        readonly name?: string | null | undefined;
        /** Switched on, or counted. */
        readonly type?: 'activation' | 'consumption' | null | undefined;
        /** Uses of a counted feature. */
        readonly max_consumption?: number | null | undefined;
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
        /** How long the feature is on. */
        readonly valid_duration?: string | null | undefined;
        /** The day on which the feature ends. */
        readonly expiry_date?: string | null | undefined;
        /** Lent by a floating server. */
        readonly is_floating?: boolean | null | undefined;
        /** Lent over the internet. */
        readonly is_floating_cloud?: boolean | null | undefined;
        /** How many may use it at once. */
        readonly floating_users?: number | null | undefined;
        /** Minutes after which it comes free. */
        readonly floating_timeout?: number | null | undefined;
        /** Anything else, as JSON. Kept with the license. */
        readonly metadata?: Readonly<Record<string, unknown>> | null | undefined;
      };
      answer: ChangedFeature;
    };
    /** Delete a feature. Scope: admin. */
    delete: {
      path: {
        readonly code: string;
        readonly feature: string;
      };
      answer: DeletedPart;
    };
  };
  '/v1/products/{code}/custom_fields': {
    /** List custom fields. Scope: read. */
    get: {
      path: {
        readonly code: string;
      };
      query?: {
        /** Rows on a page; more than 200 are 200. */
        readonly limit?: number | undefined;
        /** `next_cursor` of the page before. */
        readonly cursor?: string | undefined;
      };
      answer: {
        readonly items: readonly CustomField[];
        /** Send it as `cursor` for the next page; null: this was the last. */
        readonly next_cursor: string | null;
      };
    };
    /** Create a custom field. Scope: admin. */
    post: {
      path: {
        readonly code: string;
      };
      body: {
        /** The name of the custom field. */
        readonly name: string;
        readonly type?: 'text' | 'number' | 'date' | undefined;
        /** The value where none is given. */
        readonly default?: string | number | undefined;
        readonly description?: string | undefined;
      };
      answer: ChangedCustomField;
    };
  };
  '/v1/products/{code}/custom_fields/{field}': {
    /** Read a custom field. Scope: read. */
    get: {
      path: {
        readonly code: string;
        readonly field: string;
      };
      answer: CustomField;
    };
    /** Change a custom field. Scope: admin. */
    patch: {
      path: {
        readonly code: string;
        readonly field: string;
      };
      body?: {
        /** The name of the custom field. */
        readonly name?: string | null | undefined;
        readonly type?: 'text' | 'number' | 'date' | null | undefined;
        /** The value where none is given. */
        readonly default?: string | number | null | undefined;
        readonly description?: string | null | undefined;
      };
      answer: ChangedCustomField;
    };
    /** Delete a custom field. Scope: admin. */
    delete: {
      path: {
        readonly code: string;
        readonly field: string;
      };
      answer: DeletedCustomField;
    };
  };
  '/v1/bundles': {
    /** List bundles. Scope: read. */
    get: {
      query?: {
        /** Rows on a page; more than 200 are 200. */
        readonly limit?: number | undefined;
        /** `next_cursor` of the page before. */
        readonly cursor?: string | undefined;
      };
      answer: {
        readonly items: readonly Bundle[];
        /** Send it as `cursor` for the next page; null: this was the last. */
        readonly next_cursor: string | null;
      };
    };
    /** Create a bundle. Scope: admin. */
    post: {
      body: {
        /** Unique and never changed. */
        readonly code: string;
        /** Shown to people; the code if left out. */
        readonly name?: string | undefined;
        /** At least one product. */
        readonly products: readonly ({
          /** Unique and never changed. */
          readonly product: string;
          /** Unique in its product and never changed. */
          readonly policy?: string | undefined;
        })[];
      };
      answer: ChangedBundle;
    };
  };
  '/v1/bundles/{code}': {
    /** Read a bundle. Scope: read. */
    get: {
      path: {
        readonly code: string;
      };
      answer: Bundle;
    };
    /** Change a bundle. Scope: admin. */
    patch: {
      path: {
        readonly code: string;
      };
      body?: {
        /** Unique and never changed. */
        readonly code?: string | null | undefined;
        /** Shown to people; the code if left out. */
        readonly name?: string | null | undefined;
        /** At least one product. */
        readonly products?: readonly ({
          /** Unique and never changed. */
          readonly product: string;
          /** Unique in its product and never changed. */
          readonly policy?: string | undefined;
        })[] | null | undefined;
      };
      answer: ChangedBundle;
    };
    /** Delete a bundle. Scope: admin. */
    delete: {
      path: {
        readonly code: string;
      };
      answer: DeletedPart;
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
  '/v1/exports/customers.csv': {
    /** Export customers. Scope: read. */
    get: {
      query?: {
        readonly email?: string | undefined;
        /** The id of an account. */
        readonly account?: string | undefined;
        /** The shop’s own id of the customer, or yours. */
        readonly reference?: string | undefined;
        /** Begin with a byte order mark, by which Excel knows UTF-8. */
        readonly bom?: boolean | undefined;
      };
      answer: string;
    };
  };
  '/v1/exports/orders.csv': {
    /** Export orders. Scope: read. */
    get: {
      query?: {
        readonly source?: string | undefined;
        /** Any name of the sale: the order, its checkout, payment, subscription, … */
        readonly external_id?: string | undefined;
        /** A customer's id or email address. */
        readonly customer?: string | undefined;
        readonly state?: 'pending' | 'issued' | 'partly_parked' | 'parked' | 'cancelled' | undefined;
        readonly test?: boolean | undefined;
        /** Begin with a byte order mark, by which Excel knows UTF-8. */
        readonly bom?: boolean | undefined;
      };
      answer: string;
    };
  };
  '/v1/exports/licenses.csv': {
    /** Export licenses. Scope: read. */
    get: {
      query?: {
        readonly key?: string | undefined;
        /** The id of an order. */
        readonly order?: string | undefined;
        readonly state?: 'active' | 'suspended' | 'revoked' | 'expired' | undefined;
        /** A product's code. */
        readonly product?: string | undefined;
        /** Begin with a byte order mark, by which Excel knows UTF-8. */
        readonly bom?: boolean | undefined;
      };
      answer: string;
    };
  };
  '/v1/imports/customers': {
    /** Import customers. Scope: issue. */
    post: {
      query?: {
        /** Say what would happen, change nothing. */
        readonly dry_run?: boolean | undefined;
        /** At a row that does not fit: tell of it and go on, or import nothing behind it. */
        readonly on_error?: 'continue' | 'stop' | undefined;
      };
      answer: Job;
    };
  };
  '/v1/imports/orders': {
    /** Import orders. Scope: issue. */
    post: {
      query?: {
        /** Say what would happen, change nothing. */
        readonly dry_run?: boolean | undefined;
        /** At a row that does not fit: tell of it and go on, or import nothing behind it. */
        readonly on_error?: 'continue' | 'stop' | undefined;
      };
      answer: Job;
    };
  };
  '/v1/imports/licenses': {
    /** Import licenses. Scope: issue. */
    post: {
      query?: {
        /** Say what would happen, change nothing. */
        readonly dry_run?: boolean | undefined;
        /** At a row that does not fit: tell of it and go on, or import nothing behind it. */
        readonly on_error?: 'continue' | 'stop' | undefined;
      };
      answer: Job;
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
      answer: NewApiKey;
    };
  };
  '/v1/api-keys/{id}': {
    /** Read an API key. Scope: admin. */
    get: {
      path: {
        readonly id: string;
      };
      answer: ApiKey;
    };
    /** Change an API key. Scope: admin. */
    patch: {
      path: {
        readonly id: string;
      };
      body?: {
        readonly name?: string | undefined;
        /** Fewer than it has; a key never gains one. */
        readonly scopes?: readonly ('read' | 'issue' | 'operate' | 'admin')[] | undefined;
        /** When it ends, sooner or later than before; null: never. */
        readonly expires_at?: string | null | undefined;
      };
      answer: ApiKey;
    };
    /** Revoke an API key. Scope: admin. */
    delete: {
      path: {
        readonly id: string;
      };
      answer: ApiKey;
    };
  };
  '/v1/audit': {
    /** List what was changed. Scope: admin. */
    get: {
      query?: {
        /** The id of an API key, `environment`, `command`, `keyferry`, a source, or a file. */
        readonly actor?: string | undefined;
        /** The id of what was changed. */
        readonly subject?: string | undefined;
        readonly action?: string | undefined;
        /** At this time or later. */
        readonly from?: string | undefined;
        /** Before this time. */
        readonly to?: string | undefined;
        /** Rows on a page; more than 200 are 200. */
        readonly limit?: number | undefined;
        /** `next_cursor` of the page before. */
        readonly cursor?: string | undefined;
      };
      answer: {
        readonly items: readonly AuditEntry[];
        /** Send it as `cursor` for the next page; null: this was the last. */
        readonly next_cursor: string | null;
      };
    };
  };
}
