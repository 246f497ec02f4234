/**
 * The embedded issuer: licenses live in the ledger itself, so whatever settle wrote is issued. It stands at the
 * end of walk two and owes the world nothing.
 */
import type { Abilities } from '../core/plan.ts';

/** The ledger can change any field of a license in place; its type never changes (the plan sees to that). */
export const embedded: Abilities = { alter: true };
