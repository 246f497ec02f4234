/** What one step of an import has to know, and what came of its rows. A part of imports.ts. */
import type { Finding } from '../core/import-rows.ts';
import { makeTurns } from '../core/turns.ts';

export interface StepOf {
  readonly dry_run: boolean;
  /** The id of the job. */
  readonly job: string;
  /** Who asked for it. */
  readonly actor: string;
  /** Epoch ms. */
  readonly now: number;
}

export interface Carried {
  /** By name. */
  readonly counts: Readonly<Record<string, number>>;
  /** Rows of which nothing came. */
  readonly refused: ReadonlySet<number>;
  /** In the order of their rows. */
  readonly findings: readonly Finding[];
}

/** @param also rows that are refused with others, and of which nothing is told by itself */
export function carried(
  counts: Readonly<Record<string, number>>,
  findings: readonly Finding[],
  also: readonly number[] = [],
): Carried {
  return {
    counts,
    refused: new Set([...findings.map(({ row }) => row), ...also]),
    findings: findings.toSorted((a, b) => a.row - b.row),
  };
}

/** All of them, so many at once. Only when none is under way any more it throws what one of them threw. */
export async function eachInTurn<T>(
  all: readonly T[],
  at_once: number,
  run: (it: T) => Promise<void>,
): Promise<void> {
  const turns = makeTurns(at_once);
  const ends = await Promise.allSettled(all.map((it) => turns(() => run(it))));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
