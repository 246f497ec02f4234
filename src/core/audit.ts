/**
 * The audit log: who changed what, and what stood there before. What must never happen here: a secret, a license key
 * or a whole body in an entry.
 */
import type { Json } from './json.ts';

export interface AuditEntry {
  /** The id of an API key, `environment`, `command`, `keyferry` itself, a source whose shop asked, a file or a schedule. */
  readonly actor: string;
  /** What was done to what: `account.create`, `license.suspend`, `mapping.put`. */
  readonly action: string;
  /** The id of what was changed. */
  readonly subject: string;
  /** Those values that changed; null of what was not there. */
  readonly before: Json;
  /** Null of what is gone. */
  readonly after: Json;
  readonly note?: string | undefined;
}

/** Who changes something, and what they had read. */
export interface Editor {
  readonly actor: string;
  /** One of these must be the version that is changed, as the database has it; null: any may be. */
  readonly versions: readonly number[] | null;
  readonly note?: string | undefined;
}

/** Whether what is there is not what the editor had read. */
export function isEdited({ versions }: Editor, version: number): boolean {
  return versions !== null && !versions.includes(version);
}

export interface AuditRecord extends AuditEntry {
  readonly id: string;
  /** Epoch ms. */
  readonly at: number;
  /** What the key is called; null for whoever is none. */
  readonly actor_name: string | null;
}

export interface AuditFilter {
  readonly actor?: string | undefined;
  readonly subject?: string | undefined;
  readonly action?: string | undefined;
  /** Written at this time or later, epoch ms. */
  readonly from?: number | undefined;
  /** Written before this time, epoch ms. */
  readonly to?: number | undefined;
}

/** Whoever acts without a key: what this house does itself, and what is done on its machine. */
export const HOUSE = 'keyferry';
export const COMMAND = 'command';
