/**
 * The second half of the demo's story: what follows a sale. A subscription is renewed, a unit refunded, a purchase
 * disputed, and each time the licenses follow.
 */
import type { WrittenSource } from './configuration.ts';
import type { DemoApi, ShownOrder } from './demo-api.ts';
import { caseOf, expect, type Sent, type Stage, sendOnce } from './demo-steps.ts';
import { orderText } from './demo-text.ts';
import type { Paint } from './text.ts';

interface Telling {
  readonly stage: Stage;
  readonly api: DemoApi;
  readonly step: (title: string) => void;
  readonly note: (text: string) => void;
  readonly say: (...lines: readonly string[]) => void;
  readonly paint: Paint;
}

/** Other purchases than those of the first half. */
const SUBSCRIBED = 'demoplan';
/** The seed of the first half: it is its order that is refunded, its purchase that is disputed. */
const SOLD = 'demo';

/**
 * @param bought the purchase that is disputed
 * @returns how many licenses it added, and in which order
 */
export async function tellAfter(
  it: Telling,
  bought: Sent,
): Promise<{ readonly licenses: number; readonly order_id: string }> {
  const { step, note, say, paint } = it;

  step(`${shopOf(it, 'subscription')}: a subscription, told by three events`);
  for (const sample of ['subscription', 'subscription-created']) await send(it, sample, SUBSCRIBED);
  const begun = await send(it, 'subscription-paid', SUBSCRIBED);
  const [first] = licensesIn(begun);
  expect(first?.valid_until != null, 'the subscription gave no license with an end');
  note('One license, to the end of the period that was paid, and its grace:');
  say(...orderText(begun, paint));

  step('It is renewed');
  const renewed = await send(it, 'renewal', SUBSCRIBED);
  const [second, ...others] = licensesIn(renewed);
  expect(others.length === 0 && second?.key === first.key, 'the renewal made another license');
  expect((second.valid_until ?? '') > first.valid_until, 'the renewal did not extend the license');
  note(`The same key, to ${second.valid_until?.slice(0, 10)}.`);

  step(`${shopOf(it, 'refund-unit')}: one of the two units of Acme Pro is refunded`);
  const refunded = await send(it, 'refund-unit', SOLD);
  const ended = licensesIn(refunded).filter(({ state }) => state === 'revoked');
  expect(ended.length === 1, `the refund of one unit ended ${ended.length} licenses`);
  say(...orderText(refunded, paint));

  const { title } = bought.source.integration;
  step(`${title}: the buyer's bank disputes the first purchase; it is won`);
  const disputed = await send(it, 'dispute', SOLD, bought.source);
  expect(statesOf(disputed) === 'suspended', `the dispute left the license ${statesOf(disputed)}`);
  expect(disputed.id === bought.order.id, 'the dispute found another order');
  say(...orderText(disputed, paint));
  const won = await send(it, 'dispute-won', SOLD, bought.source);
  expect(statesOf(won) === 'active', `the dispute that was won left the license ${statesOf(won)}`);
  note('Won: the same key is active again.');

  return { licenses: 1, order_id: renewed.id };
}

function shopOf({ stage }: Telling, sample: string): string {
  return caseOf(sample, stage, SOLD).source.integration.title;
}

/** @param of where several sources have a case of this name */
async function send(
  { stage, api }: Telling,
  sample: string,
  seed: string,
  of?: WrittenSource,
): Promise<ShownOrder> {
  const { source, written } = caseOf(sample, of ? { ...stage, sources: [of] } : stage, seed);
  return (await sendOnce(source, written, stage, api)).order;
}

function licensesIn({ items }: ShownOrder) {
  return items.flatMap((item) => item.licenses);
}

function statesOf(order: ShownOrder): string {
  return licensesIn(order)
    .map(({ state }) => state)
    .join(', ');
}
