/**
 * The management API as one table of routes. A new resource is a file here and a line below. What must never
 * happen here: a route outside the table, and so outside the door.
 */
import { accounts } from './accounts.ts';
import { adoptions } from './adoptions.ts';
import { apiKeys } from './api-keys.ts';
import { customers } from './customers.ts';
import { events } from './events.ts';
import { jobs } from './jobs.ts';
import { licenseActs } from './license-acts.ts';
import { licenses } from './licenses.ts';
import { mappings } from './mappings.ts';
import { orders } from './orders.ts';
import { parked } from './parked.ts';
import { privacy } from './privacy.ts';
import { refusals } from './refusals.ts';
import { replays } from './replays.ts';
import { reviews } from './reviews.ts';
import type { Route } from './route.ts';
import { sources } from './sources.ts';

export const ROUTES: readonly Route[] = [
  ...orders,
  ...parked,
  ...reviews,
  ...licenses,
  ...licenseActs,
  ...accounts,
  ...customers,
  ...events,
  ...replays,
  ...jobs,
  ...sources,
  ...refusals,
  ...mappings,
  ...adoptions,
  ...privacy,
  ...apiKeys,
];
