/** What the audit log says of a settle: whose deed it was, once, without a key, and never longer than its bound. */
import { describe, expect, test } from 'vitest';
import { auditsOf } from '../../src/core/audits.ts';
import type { Contribution } from '../../src/core/draft.ts';
import { LIMITS } from '../../src/core/limits.ts';
import { inParts } from '../../src/core/settlement.ts';
import type { AppliedChange, Cause } from '../../src/core/store.ts';
import { settlementOf } from '../fakes/settlements.ts';

const PERSON: Cause = { by: 'person', actor: 'ann', act: 'x', note: 'because' };
const WEBHOOK: Cause = { by: 'events', event_ids: ['evt_1'] };
const issue = (unit: number): AppliedChange => ({
  change: 'issue',
  line_id: 'l',
  unit,
  part: 'p.0',
  generation: 1,
  product: 'p',
  policy: 'x',
  fields: { metadata: { note: 'long '.repeat(20) } },
  reasons: [],
  starts_at: 0,
  valid_until: null,
  license_id: `lic_${unit}`,
  key: `KEY-${unit}`,
});
/** As far as the log reads it. */
const event = (id: string, creates: string | null, entered?: { actor: string; act: string; note?: string }) =>
  ({ event: { id }, reading: { creates, entered } }) as unknown as Contribution;

describe('what a settle is told of', () => {
  test('is a deed of somebody, and none where a shop, the clock or another mapping brought it about', () => {
    const causes: readonly Cause[] = [WEBHOOK, { by: 'clock' }, { by: 'revision', revision_id: 'rev' }];
    for (const cause of causes)
      expect(
        auditsOf({ cause, contributions: [event('evt_1', '1')] }, null, settlementOf('1', { cause })),
      ).toEqual([]);
    const forget = { cause: PERSON, redact: true, contributions: [] } as const;
    expect(auditsOf(forget, null, settlementOf('1', { cause: PERSON }))).toEqual([]);
  });

  test('is each order and each addition that came together, though the events settle as one', () => {
    const contributions = [
      event('evt_1', '1', { actor: 'ann', act: 'issue by hand', note: 'for Bob' }),
      event('evt_2', null, { actor: 'bob', act: 'issue by hand' }),
    ];
    const it = settlementOf('1', { changes: [issue(0), issue(1)] });
    const told = auditsOf({ cause: WEBHOOK, contributions }, null, it);
    expect(told.map(({ actor, action, subject, note }) => [actor, action, subject, note])).toEqual([
      ['ann', 'order.create', 'ord_1', 'for Bob'],
      ['bob', 'order.append', 'ord_1', undefined],
    ]);
    expect(told[0]?.after).toMatchObject({
      event_id: 'evt_1',
      licenses: [{ license_id: 'lic_0' }, { license_id: 'lic_1' }],
    });
    expect(told[1]?.after).toEqual({ event_id: 'evt_2' });
    expect(JSON.stringify(told)).not.toContain('KEY-');
    const redacted = { ...it, doc: { ...it.doc, redacted: true as const } };
    expect(auditsOf({ cause: WEBHOOK, contributions }, null, redacted)[0]).not.toHaveProperty('note');
  });

  test('is bounded, and says how many there were', () => {
    const changes = Array.from({ length: 5_000 }, (_, n) => issue(n));
    const act = { act: 'suspend', license: 'lic_1' } as const;
    const [told] = auditsOf(
      { cause: PERSON, act, contributions: [] },
      { state: 'issued' },
      settlementOf('1', { cause: PERSON, changes }),
    );
    expect(told?.after).toMatchObject({ license_count: 5_000 });
    expect(JSON.stringify(told).length).toBeLessThan(2 * LIMITS.told_letters);
  });

  test('is written once where a settle goes in as several', () => {
    const changes = Array.from({ length: 50 }, (_, n) => issue(n));
    const audits = [{ actor: 'ann', action: 'order.create', subject: 'ord_1', before: null, after: null }];
    const parts = inParts(settlementOf('1', { changes, audits }), 6_000);
    expect(parts.length).toBeGreaterThan(2);
    expect(parts.flatMap((it) => it.audits)).toEqual(audits);
    expect(parts[0]?.audits).toEqual(audits);
  });
});
