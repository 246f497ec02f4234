/**
 * Which money is which: payments, charges, invoices and refunds that speak of the same money, joined by the names
 * they tell of each other; and how much of it went back. A leaf of `grantsOf`, pure. What must never happen here: two
 * renewals of one subscription taken for the same money, or a refund counted twice.
 */
import { isLive, type Known, type KnownRefund, type KnownSale } from './known.ts';

/** All that is known of one payment, or of one invoice with its payments. */
export interface Money {
  /** Every name it goes by: invoice, payment, charge, checkout. */
  readonly names: ReadonlySet<string>;
  /** In the order in which they were made. */
  readonly refunds: readonly KnownRefund[];
  /** Charges that say how much of them went back, while no refund of theirs is known by name. */
  readonly unnamed: readonly Known<'payment'>[];
  /** What is known to have gone back, of what was paid. */
  readonly refunded: 'nothing' | 'a part' | 'all';
  /** What brought it so far: the refund that completed the whole, else the newest; where none has a name, the charge. */
  readonly cause: string;
}

/** Every money of the sale. Only minor units are counted with: where a shop writes decimals, it says itself what was refunded. */
export function moneyOf(sale: KnownSale): readonly Money[] {
  const groups = components(sale);
  const groupOf = new Map(groups.flatMap((names) => [...names].map((it) => [it, names])));
  const membersOf = <T extends { readonly id: string }>(all: readonly T[]) =>
    Map.groupBy(all, ({ id }) => groupOf.get(id));
  const [allRefunds, allCharges, allInvoices] = [
    membersOf(sale.refunds),
    membersOf(sale.payments.filter(({ money }) => isUnits(money?.amount))),
    membersOf(sale.invoices.filter(({ money }) => isUnits(money?.amount))),
  ];
  return groups.map((names) => {
    const refunds = allRefunds.get(names) ?? [];
    const charges = allCharges.get(names) ?? [];
    const invoices = allInvoices.get(names) ?? [];
    const [currency] = refunds.flatMap((it) => it.money?.currency ?? []);
    const paid = paidOf(
      [invoices, charges.filter(({ money }) => money?.refunded !== undefined), charges],
      currency,
    );
    const live = refunds.filter(isLive);
    const unnamed = unnamedOf(charges, refunds);
    const returned = [
      ...live.map(({ id, money }) => ({ id, amount: isUnits(money?.amount) ? Number(money?.amount) : 0 })),
      ...unnamed.map(({ id, money }) => ({ id, amount: Number(money?.refunded) })),
    ];
    let back = 0;
    let cause = '';
    for (const { id, amount } of returned) {
      if (paid !== null && back >= paid) break;
      back += amount;
      cause = id;
    }
    const all = paid !== null && paid > 0 && back >= paid;
    return {
      names,
      refunds,
      unnamed,
      refunded: all ? 'all' : back > 0 || live.length > 0 ? 'a part' : 'nothing',
      cause,
    };
  });
}

type Amount = {
  readonly id: string;
  readonly money?: { readonly amount: string; readonly currency: string; readonly refunded?: string };
};

function isUnits(amount: string | null | undefined): boolean {
  return typeof amount === 'string' && /^\d+$/.test(amount);
}

/** By the surest word: the invoice's own, then the charge's, then the payment's; of the refunds' currency. */
function paidOf(words: readonly (readonly Amount[])[], currency: string | undefined): number | null {
  for (const said of words) {
    const fitting = said.filter(({ money }) => currency === undefined || money?.currency === currency);
    if (fitting.length > 0) return fitting.reduce((sum, { money }) => sum + Number(money?.amount), 0);
  }
  return null;
}

/** A refund is of the charge that it names, or of the one charge of its payment. */
function unnamedOf(
  charges: readonly Known<'payment'>[],
  refunds: readonly KnownRefund[],
): readonly Known<'payment'>[] {
  const named = new Set(refunds.flatMap(({ links }) => links?.refs ?? []));
  return charges
    .filter(({ money }) => Number(money?.refunded ?? 0) > 0)
    .filter(({ id, links }) => ![id, ...(links?.refs ?? [])].some((it) => named.has(it)))
    .sort((a, b) => Number(a.money?.refunded) - Number(b.money?.refunded));
}

/** Names that lead to each other, without the subscription's: that would make all its invoices one. */
function components({ checkout, subscription, invoices, payments, refunds }: KnownSale): Set<string>[] {
  const groups = new Map<string, Set<string>>();
  for (const { id, links } of [...(checkout ? [checkout] : []), ...invoices, ...payments, ...refunds]) {
    const names = [id, ...(links?.refs ?? [])].filter((it) => it !== subscription?.id);
    const joined = [...new Set(names.flatMap((it) => groups.get(it) ?? []))];
    // Into the largest of them: so no name moves often, however many refunds speak of one payment.
    const group = joined.reduce((a, b) => (b.size > a.size ? b : a), new Set<string>());
    const moved = joined.filter((it) => it !== group).flatMap((it) => [...it]);
    for (const it of [...moved, ...names]) {
      group.add(it);
      groups.set(it, group);
    }
  }
  return [...new Set(groups.values())];
}
