/**
 * Reads what was answered to an event of our own: the sale as its own events would bring it, and what became of its
 * money. It stands in normalize. What must never happen here: a payment of something else bringing a sale into being.
 */
import type { Answer, Reading, StoredEvent } from '../../src/core/integration.ts';
import { problem } from '../../src/core/problem.ts';
import { read, withoutAnswer } from './answers.ts';
import { invoicePaymentFacts } from './invoice-facts.ts';
import { disputeFacts, refundFacts, warningFacts } from './money-facts.ts';
import { readSession } from './read-session.ts';
import { readSubscription } from './read-subscription.ts';
import { lookAt, type Told } from './types.ts';

export function readLook(told: Told, answers: readonly Answer[], event: StoredEvent): Reading {
  const reading = readSale(told, answers, event);
  return reading.is === 'facts' ? { ...reading, facts: [...reading.facts, ...moneyFacts(answers)] } : reading;
}

function readSale(told: Told, answers: readonly Answer[], event: StoredEvent): Reading {
  if (told.kind === 'subscription') return readSubscription(told, answers, event);
  if (told.kind === 'session') return readSession(told, answers, event);
  const subscription = read(answers, 'subscription').at(-1)?.value;
  if (subscription) {
    return readSubscription(lookAt('subscription', subscription.id, told.account), answers, event);
  }
  const session = read(answers, 'checkout.session').at(-1)?.value;
  if (session) return readSession(lookAt('session', session.id, told.account), answers, event);
  if (answers.length === 0) return withoutAnswer(answers, 'payment');
  const detail = 'a payment of no checkout and of no subscription';
  return { is: 'ignored', problem: problem('not_a_sale', detail) };
}

function moneyFacts(answers: readonly Answer[]) {
  return [
    ...read(answers, 'invoice_payments').flatMap(({ value, from }) =>
      value.data.flatMap((it) => invoicePaymentFacts(it, from)),
    ),
    ...read(answers, 'refunds').flatMap(({ value, from }) =>
      value.data.flatMap((it) => refundFacts(it, from)),
    ),
    ...read(answers, 'disputes').flatMap(({ value, from }) =>
      value.data.flatMap((it) => disputeFacts(it, from)),
    ),
    ...read(answers, 'early_fraud_warnings').flatMap(({ value, from }) =>
      value.data.flatMap((it) => warningFacts(it, from)),
    ),
  ];
}
