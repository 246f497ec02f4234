/**
 * The audit log: who changed what, and what stood there before. What must never happen here: a secret, a license key
 * or a whole body in an entry.
 */
import type { Json } from './json.ts';

export interface AuditEntry {
  /** The id of an API key, `environment`, `command`, a file or a schedule. */
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
}
