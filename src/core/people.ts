/**
 * Accounts and customers: who bought, and for whom. Shops say who the customers are; accounts, and which customer
 * belongs to which, are a person's word. An order needs no customer, a customer no account. It stands beside the
 * river. What must never happen here: a shop's delivery undoing what a person wrote.
 */
import type { Editor } from './audit.ts';
import type { Result } from './problem.ts';

export interface AccountRecord {
  readonly id: string;
  readonly name: string;
  /** Epoch ms. */
  readonly created_at: number;
  /** Grows with every change by hand. */
  readonly version: number;
}

export interface CustomerRecord {
  readonly id: string;
  readonly account: Pick<AccountRecord, 'id' | 'name'> | null;
  readonly email: string | null;
  readonly name: string | null;
  readonly company: string | null;
  readonly phone: string | null;
  /** The shop's own id of the customer. */
  readonly reference: string | null;
  /** Epoch ms. */
  readonly created_at: number;
  /** Grows with every change by hand, and when they are forgotten. */
  readonly version: number;
}

/** What a person changes of a customer; what is left out stays. The email is the customer's name across sources, and stays. */
export interface CustomerChange {
  readonly account_id?: string | null | undefined;
  readonly name?: string | null | undefined;
  readonly company?: string | null | undefined;
  readonly phone?: string | null | undefined;
}

/** With an email or a reference: by one of them the customer is found again. */
export interface NewCustomer extends CustomerChange {
  readonly email?: string | undefined;
  readonly reference?: string | undefined;
}

export interface AddedCustomer {
  readonly customer: CustomerRecord;
  /** They are new with this. */
  readonly created: boolean;
  /** Fields that were said and are otherwise with the one who is there: they stay. */
  readonly differs: readonly string[];
}

export interface CustomerFilter {
  readonly email?: string | undefined;
  /** An account's id. */
  readonly account?: string | undefined;
  /** The shop's own id of them; two shops may have one. */
  readonly reference?: string | undefined;
}

/**
 * What a person writes; it is read through `Records`. Durable when it resolves. Problems: `not_found`,
 * `request_invalid` for an account that is not there, `edited_meanwhile`, and `referenced` of what is to go.
 */
export interface People {
  /** Two accounts may have one name: their ids keep them apart. */
  addAccount(it: { readonly name: string }, actor: string): Promise<AccountRecord>;
  changeAccount(
    id: string,
    change: { readonly name?: string | undefined },
    by: Editor,
  ): Promise<Result<AccountRecord>>;
  /** Only without customers. */
  removeAccount(id: string, by: Editor): Promise<Result<void>>;
  /** The same person is never made twice. @returns besides `person_forgotten` */
  addCustomer(it: NewCustomer, actor: string): Promise<Result<AddedCustomer>>;
  changeCustomer(id: string, change: CustomerChange, by: Editor): Promise<Result<CustomerRecord>>;
  /** Only without orders. */
  removeCustomer(id: string, by: Editor): Promise<Result<void>>;
}
