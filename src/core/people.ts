/**
 * Accounts and customers: who bought, and for whom. Shops say who the customers are; accounts, and which customer
 * belongs to which, are a person's word. An order needs no customer, a customer no account. It stands beside the
 * river. What must never happen here: a shop's delivery undoing what a person wrote.
 */
import type { Result } from './problem.ts';

export interface AccountRecord {
  readonly id: string;
  readonly name: string;
  /** Epoch ms. */
  readonly created_at: number;
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
}

/** What a person changes of a customer; what is left out stays. The email is the customer's name across sources, and stays. */
export interface CustomerChange {
  readonly account_id?: string | null | undefined;
  readonly name?: string | null | undefined;
  readonly company?: string | null | undefined;
  readonly phone?: string | null | undefined;
}

/** What a person writes; it is read through `Records`. */
export interface People {
  /** Two accounts may have one name: their ids keep them apart. */
  addAccount(it: { readonly name: string }): Promise<AccountRecord>;
  /** Durable when it resolves. @returns `not_found` for a customer, `request_invalid` for an account that is not there */
  changeCustomer(id: string, change: CustomerChange): Promise<Result<void>>;
}
