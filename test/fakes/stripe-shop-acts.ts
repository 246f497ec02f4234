/**
 * What may happen to a sale of the simulated Stripe after it was bought. An act that a moment does not allow is left
 * out, so that any list of acts is a life. What must never happen here: time passing a period's end by itself.
 */
import type { Stage } from './stripe-shop.ts';
import {
  bill,
  collect,
  lineOf,
  nextPeriod,
  type Outcome,
  periodEnd,
  prorated,
} from './stripe-shop-billing.ts';
import { MONEY_ACTS, type MoneyAct, mayMove, moves } from './stripe-shop-money.ts';
import { bankSpeaks } from './stripe-shop-purchase.ts';
import {
  applyPending,
  type Billing,
  billChange,
  end,
  pastDue,
  type Renewal,
  renew,
} from './stripe-shop-renewal.ts';
import { DAY, type Item, type Subscription, type Ware, wareOf } from './stripe-shop-world.ts';

type SubscriptionAct =
  | Renewal
  | ({ readonly after: number } & (
      | { readonly do: 'retry'; readonly pay: Outcome }
      | { readonly do: 'give up'; readonly to: 'unpaid' | 'canceled' }
      | { readonly do: 'close invoice'; readonly as: 'void' | 'uncollectible' }
      | { readonly do: 'quantity'; readonly item: number; readonly to: number; readonly bill: Billing }
      | { readonly do: 'plan'; readonly item: number; readonly to: Ware; readonly bill: Billing }
      | { readonly do: 'rhythm'; readonly pay: Outcome }
      | { readonly do: 'add'; readonly ware: Ware; readonly quantity: number; readonly bill: Billing }
      | { readonly do: 'remove'; readonly item: number }
      | { readonly do: 'cancel'; readonly how: 'now' | 'period end' | 'flag' | 'at'; readonly days: number }
      | { readonly do: 'keep' }
      | { readonly do: 'pause' }
      | { readonly do: 'resume'; readonly pay: Outcome }
      | { readonly do: 'collection'; readonly as: Subscription['pause_collection'] }
      | { readonly do: 'propose'; readonly item: number; readonly to: number }
      | { readonly do: 'proposal'; readonly applied: boolean }
      | { readonly do: 'bank'; readonly ok: boolean }
      | { readonly do: 'touch' }
    ));

export type Act = SubscriptionAct | MoneyAct;

const LIVE = ['trialing', 'active', 'past_due', 'unpaid', 'paused', 'incomplete'];
/** Those that come to the end of a period. */
const RUNNING = ['trialing', 'active', 'past_due', 'unpaid'];

function isMoney(act: Act): act is MoneyAct {
  return MONEY_ACTS.some((it) => it === act.do);
}

function itemAt(sub: Subscription, place: number): Item | undefined {
  return sub.items[place % sub.items.length];
}

export function mayAct(stage: Stage, act: Act): boolean {
  if (isMoney(act)) return mayMove(stage, act);
  const { world } = stage;
  const sub = world.subscription;
  if (act.do === 'bank') return world.bank_thinks;
  if (!sub || !LIVE.includes(sub.status)) return false;
  const { status } = sub;
  const open = world.invoices.some((it) => it.status === 'open');
  const onItsWay = world.bank_thinks;
  const settled = ['trialing', 'active'].includes(status) && !sub.pending_update && !onItsWay;
  switch (act.do) {
    case 'renew':
      return RUNNING.includes(status) && !onItsWay && !sub.pending_update;
    case 'retry':
      return open && !onItsWay && !sub.pending_update && status !== 'paused';
    case 'give up':
      return status === 'past_due' || status === 'incomplete';
    case 'close invoice':
      return open && !onItsWay && !sub.pending_update && status !== 'incomplete';
    case 'quantity':
    case 'plan':
    case 'add':
    case 'rhythm':
      return settled && sub.items.length > 0;
    case 'remove':
      return settled && sub.items.length > 1;
    case 'propose':
      return status === 'active' && settled;
    case 'proposal':
      return sub.pending_update !== null;
    case 'cancel':
      return status !== 'incomplete';
    case 'keep':
      return sub.cancel_at !== null || sub.cancel_at_period_end;
    case 'pause':
      return status === 'active' && settled;
    case 'resume':
      return status === 'paused';
    case 'collection':
      return ['active', 'trialing', 'past_due'].includes(status) && sub.pause_collection !== act.as;
    default:
      return true;
  }
}

/**
 * @param ms the time before it
 * @param moment to be called where the world stands for a while
 */
export function does(stage: Stage, act: Act, ms: number, moment: () => void): void {
  const wanted = ms + act.after;
  const sub = stage.world.subscription;
  if (sub && LIVE.includes(sub.status) && act.do !== 'renew') {
    const running = RUNNING.includes(sub.status) ? periodEnd(sub) : Number.POSITIVE_INFINITY;
    const ends = Math.min(running, sub.cancel_at ?? Number.POSITIVE_INFINITY) * 1000;
    // What would come after the end of the period comes just before it.
    stage.passTo(Math.min(wanted, Math.max(ms, ends - 1)));
  } else if (act.do !== 'renew') stage.passTo(wanted);
  if (isMoney(act)) moves(stage, act);
  else if (act.do === 'bank') bank(stage, act.ok);
  else if (sub) change(stage, sub, act, moment);
}

function bank(stage: Stage, ok: boolean): void {
  const { world, say, update } = stage;
  say(ok ? 'the bank says yes' : 'the bank says no');
  world.bank_thinks = false;
  const [invoice] = world.invoices;
  if (world.subscription && invoice) collect(stage, invoice, ok ? 'paid' : 'failed');
  bankSpeaks(stage, ok);
  if (!ok && world.subscription?.status === 'active') update({ status: 'past_due' });
}

function change(
  stage: Stage,
  sub: Subscription,
  act: Exclude<SubscriptionAct, { do: 'bank' }>,
  moment: () => void,
): void {
  const { world, now, say, update, tell } = stage;
  const open = world.invoices.findLast((it) => it.status === 'open');
  switch (act.do) {
    case 'renew':
      renew(stage, sub, act, moment);
      return;
    case 'retry':
      if (!open) return;
      say(`${open.id} is tried again: ${act.pay}`);
      if (collect(stage, open, act.pay) && ['past_due', 'unpaid', 'incomplete'].includes(sub.status)) {
        const latest = world.invoices.findLast((it) => it.subscription === sub.id && it.status !== 'draft');
        if (latest?.status === 'paid') update({ status: 'active' });
      }
      return;
    case 'give up':
      if (sub.status === 'incomplete') {
        say('the first payment never came');
        for (const it of world.invoices.filter(({ status }) => status === 'open')) it.status = 'void';
        update((it) => {
          it.status = 'incomplete_expired';
          it.ended_at = now();
        });
        for (const it of world.invoices) tell('invoice.voided', 'invoice', it.id);
      } else if (act.to === 'unpaid') {
        say('the shop gives up: unpaid');
        update({ status: 'unpaid' });
      } else end(stage, 'the shop gives up: canceled');
      return;
    case 'close invoice':
      if (!open) return;
      say(`${open.id} becomes ${act.as}`);
      open.status = act.as;
      tell(act.as === 'void' ? 'invoice.voided' : 'invoice.marked_uncollectible', 'invoice', open.id);
      return;
    case 'quantity':
    case 'plan': {
      const item = itemAt(sub, act.item);
      if (!item) return;
      const before = { ...item };
      const price = act.do === 'plan' ? item.price.replace(wareOf(item.price), act.to) : item.price;
      const quantity = act.do === 'quantity' ? act.to : item.quantity;
      if (price === item.price && quantity === item.quantity) return;
      say(`${item.id}: from ${before.quantity} ${before.price} to ${quantity} ${price}, billed ${act.bill}`);
      update(() => Object.assign(item, { price, quantity }));
      billChange(stage, sub, before, { ...item }, act.bill);
      return;
    }
    case 'rhythm': {
      const other = sub.items[0]?.price.endsWith('_m') ? '_y' : '_m';
      say(`all items go from ${sub.items[0]?.price.slice(-2)} to ${other}, ${act.pay}`);
      const before = sub.items.map((it) => ({ ...it }));
      update((it) => {
        for (const one of it.items) one.price = one.price.replace(/_[my]$/, other);
        nextPeriod(it, now());
        if (it.status === 'trialing') Object.assign(it, { status: 'active', trial_end: now() });
      });
      const lines = [
        ...before.flatMap((it) => prorated(it, null, now())),
        ...sub.items.map((it) => lineOf(it)),
      ];
      if (!bill(stage, 'subscription_update', lines, act.pay)) pastDue(stage);
      return;
    }
    case 'add': {
      const rhythm = sub.items[0]?.price.endsWith('_y') ? 'y' : 'm';
      const end = periodEnd(sub);
      const item: Item = {
        id: stage.id('si'),
        price: `price_${act.ware}_${rhythm}`,
        quantity: act.quantity,
        start: sub.items[0]?.start ?? now(),
        end,
      };
      say(`${item.id} is added: ${item.quantity} ${item.price}, billed ${act.bill}`);
      update({ items: [...sub.items, item] });
      billChange(stage, sub, null, { ...item }, act.bill);
      return;
    }
    case 'remove': {
      const item = itemAt(sub, act.item);
      if (!item) return;
      say(`${item.id} is removed`);
      update({ items: sub.items.filter((one) => one !== item) });
      return;
    }
    case 'cancel':
      if (act.how === 'now') {
        end(stage, 'canceled at once');
        return;
      }
      say(`notice is given: ${act.how}, ${act.days} days`);
      update((it) => {
        it.canceled_at = now();
        if (act.how === 'at')
          Object.assign(it, { cancel_at: now() + act.days * DAY, cancel_at_period_end: false });
        else it.cancel_at_period_end = true;
        if (act.how === 'period end') it.cancel_at = periodEnd(it);
        else if (act.how === 'flag') it.cancel_at = null;
      });
      return;
    case 'keep':
      say('notice is withdrawn');
      update((it) => Object.assign(it, { cancel_at: null, cancel_at_period_end: false, canceled_at: null }));
      return;
    case 'pause':
      say('paused');
      update({ status: 'paused' }, 'customer.subscription.paused');
      return;
    case 'resume': {
      say(`to be resumed: ${act.pay}`);
      const before = sub.items.map((it) => ({ ...it }));
      nextPeriod(sub, now());
      const lines = sub.items.map((it) => lineOf(it));
      for (const [n, it] of sub.items.entries()) Object.assign(it, before[n]);
      // It stays paused until this invoice is paid.
      if (!bill(stage, 'subscription_cycle', lines, act.pay)) return;
      update((it) => {
        it.status = 'active';
        nextPeriod(it, now());
      }, 'customer.subscription.resumed');
      return;
    }
    case 'collection':
      say(`collection: ${act.as ?? 'goes on'}`);
      update({ pause_collection: act.as });
      return;
    case 'propose': {
      const item = itemAt(sub, act.item);
      if (!item || item.quantity === act.to) return;
      say(`${item.id}: ${act.to} once they are paid`);
      update({ pending_update: { item: item.id, quantity: act.to } });
      bill(
        stage,
        'subscription_update',
        prorated({ ...item }, { ...item, quantity: act.to }, now()),
        'failed',
      );
      const invoice = world.invoices.at(-1);
      // What costs nothing is in force at once.
      if (invoice?.status === 'paid') applyPending(stage, sub);
      return;
    }
    case 'proposal':
      say(act.applied ? 'the pending update is paid' : 'the pending update expires');
      if (act.applied) {
        if (open) collect(stage, open, 'paid');
        applyPending(stage, sub);
        return;
      }
      if (open) {
        open.status = 'void';
        tell('invoice.voided', 'invoice', open.id);
      }
      update({ pending_update: null }, 'customer.subscription.pending_update_expired');
      return;
    case 'touch':
      say('somebody writes a note');
      update({ note: sub.note + 1 });
      return;
  }
}
