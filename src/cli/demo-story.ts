/**
 * The demo's story, step by step through the front door: signed webhooks in, what became of them read back by
 * the management API. Each step knows what must come of it. What must never happen here: a step that is told
 * without having been checked.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMap, parseDocument, stringify } from 'yaml';
import { CALL, IN_CHECKOUT, SERVE } from './called.ts';
import type { WrittenSource } from './configuration.ts';
import { tellAfter } from './demo-after.ts';
import { makeDemoApi, type ShownItem, type ShownOrder } from './demo-api.ts';
import {
  caseOf,
  DemoFailed,
  expect,
  licensesOf,
  repeat,
  type Sent,
  type Stage,
  sendOnce,
  settledLicenses,
  until,
} from './demo-steps.ts';
import { orderText } from './demo-text.ts';
import type { Terminal } from './terminal.ts';
import { counted, table, wrap } from './text.ts';

/** A case of whichever integration has it, and what must come of its lines. */
interface Scene {
  readonly sample: string;
  readonly licenses: number;
  readonly ignored: number;
  readonly parked: number;
}

const SCENES: readonly Scene[] = [
  { sample: 'payment-link', licenses: 1, ignored: 0, parked: 0 },
  { sample: 'paid', licenses: 4, ignored: 0, parked: 0 },
  { sample: 'mixed-cart', licenses: 1, ignored: 3, parked: 0 },
  { sample: 'unmapped', licenses: 0, ignored: 0, parked: 1 },
];
const SEED = 'demo';

/** @returns what `--json` prints @throws DemoFailed */
export async function tell(stage: Stage, terminal: Terminal): Promise<unknown> {
  const { say, paint, width } = terminal;
  const api = makeDemoApi(stage.url, stage.adminKey);
  let number = 0;
  const step = (title: string) =>
    say('', `${paint('name', String(++number).padEnd(2))} ${paint('strong', title)}`);
  const note = (text: string) => say(...wrap(text, width, '   '));

  say(
    paint('strong', 'Keyferry demo'),
    'A real server on this machine, in a folder of its own; nothing stays behind.',
  );
  step('Start: migrate the database, read the catalog and the mappings, open the port');
  const rows = stage.sources.map((it) => [
    ['strong', it.name] as const,
    it.open ? (['good', 'open'] as const) : 'closed',
    `${stage.url}/webhooks/${it.name}`,
  ]);
  say(...table(rows, paint, '   '));

  const sent = new Map<string, Sent>();
  for (const scene of SCENES) {
    const { source, written, title } = caseOf(scene.sample, stage, SEED);
    step(`${source.integration.title}: ${title}`);
    const it = await sendOnce(source, written, stage, api);
    sent.set(scene.sample, it);
    note(`POST /webhooks/${source.name}  ${written.type}, signed: 200, on disk`);
    say(...orderText(it.order, paint));
    expectScene(scene, it.order);
  }
  const expected = SCENES.reduce((sum, it) => sum + it.licenses, 0);

  step('The shop sends the same event twice');
  const twice = await repeat(sentOf(sent, 'paid'), stage);
  expect(twice.duplicate, 'the second delivery was not recognized');
  const before = await settledLicenses(api);
  expect(before.length === expected, `${counted(before.length, 'license')} instead of ${expected} after it`);
  note(`200, known already: still ${counted(before.length, 'license')}, none of them double.`);

  step('The missing rule is added, and the parked line issues by itself');
  const parked = sentOf(sent, 'unmapped');
  const [line] = parked.order.items;
  expect(line !== undefined, 'the parked line is gone');
  const rule = addRule(parked.source, line, stage.mappings);
  note(`Appended to ${parked.source.name}.yaml while the server runs:`);
  say(...rule.map((it) => paint('good', `   + ${it}`)));
  const mended = await until(
    () => api.order(parked.order.id),
    (it) => it.state === 'issued',
    'the parked line did not issue',
  );
  say(...orderText(mended, paint));
  expect(licensesOf(mended) === 1, `the line issued ${counted(licensesOf(mended), 'license')} instead of 1`);

  step('A person replays its event, to be sure');
  const replayed = await api.replay(parked.event.id);
  expect(replayed.changes.length === 0, `the replay made ${counted(replayed.changes.length, 'change')}`);
  note(`POST /v1/events/${parked.event.id}/replay: no changes.`);

  const later = await tellAfter({ stage, api, step, note, say, paint }, sentOf(sent, 'payment-link'));

  const all = await settledLicenses(api);
  const total = expected + 1 + later.licenses;
  expect(all.length === total, `${counted(all.length, 'license')} instead of ${total} at the end`);
  expect(new Set(all.map((it) => it.key)).size === all.length, 'two licenses have the same key');
  const ids = [...[...sent.values()].map((it) => it.order.id), later.order_id];
  const orders = await Promise.all(ids.map((id) => api.order(id)));
  say(
    '',
    `${paint('good', '✓')} ${counted(orders.length, 'sale')}, ${counted(all.length, 'license')}, each exactly once. All of it was checked.`,
    '',
  );
  say(
    'Next:',
    ...table(
      [
        ...(IN_CHECKOUT ? [] : [[`${CALL} init`, 'mapping files to start from']]),
        [SERVE, 'with your own secrets'],
        [`${CALL} --help`, 'and all the rest'],
      ],
      paint,
      '  ',
    ),
  );
  return { ok: true, orders, licenses: all.length, duplicate: twice, replay: replayed };
}

function sentOf(sent: ReadonlyMap<string, Sent>, name: string): Sent {
  const it = sent.get(name);
  if (!it) throw new DemoFailed(`"${name}" was not sent`);
  return it;
}

/** Appends a rule for the line to its source's file, as a person would. @returns its text */
function addRule(source: WrittenSource, line: ShownItem, folder: string): string[] {
  const [first] = Object.entries(line.refs);
  const ref = line.refs.sku === undefined ? first : ['sku', line.refs.sku];
  expect(ref !== undefined, 'the parked line has no refs to write a rule for');
  const product = parseDocument(readFileSync(join(folder, 'catalog.yaml'), 'utf8')).getIn([
    'products',
    0,
    'code',
  ]);
  const path = join(folder, `${source.name}.yaml`);
  const document = parseDocument(readFileSync(path, 'utf8'));
  const rule = document.createNode({ name: line.title, when: Object.fromEntries([ref]), grant: { product } });
  for (const key of ['when', 'grant']) {
    const inner = rule.get(key, true);
    if (isMap(inner)) inner.flow = true;
  }
  document.addIn(['rules'], rule);
  writeFileSync(path, String(document));
  return stringify([rule]).trimEnd().split('\n');
}

function expectScene({ sample, licenses, ignored, parked }: Scene, order: ShownOrder): void {
  const inState = (state: string) =>
    new Set(order.items.filter((it) => it.state === state).map((it) => it.line_id)).size;
  const found = { licenses: licensesOf(order), ignored: inState('ignored'), parked: inState('parked') };
  for (const [what, count] of Object.entries({ licenses, ignored, parked })) {
    const got = Object.entries(found).find(([name]) => name === what)?.[1];
    expect(got === count, `the sale "${sample}" has ${what}: ${got}, expected ${count}`);
  }
}
