import type { Kysely } from 'kysely';
import type { DatabaseEngine } from './engine.ts';
import type { Schema } from './schema.ts';

/** A handle for queries: the database itself or one open transaction. */
export type Db = Kysely<Schema>;

/** The opened database. */
export interface Store {
  readonly db: Db;
  readonly engine: DatabaseEngine;
  /** Whether SQLite's files are those on the disk, with our locks on them; PostgreSQL guards its own files. */
  areFilesHeld(): boolean;
  /**
   * Calls `changed` soon after another node or process has committed (and, on PostgreSQL, announced).
   *
   * @returns a function that stops watching
   */
  watch(changed: () => void): () => void;
  /** Notifies other nodes of a change, if the database does not do so itself. */
  announce(): Promise<void>;
  close(): Promise<void>;
}
