import type { Kysely } from 'kysely';
import type { DatabaseEngine } from './engine.ts';
import type { Schema } from './schema.ts';

/** A handle that queries run on: the database itself or one open transaction. */
export type Db = Kysely<Schema>;

/** The opened database. */
export interface Store {
  readonly db: Db;
  readonly engine: DatabaseEngine;
  /** Whether the files of SQLite are those on the disk, with our locks on them; PostgreSQL looks after its own. */
  areFilesHeld(): boolean;
  /**
   * Calls `changed` soon after another node or process has committed (and, on PostgreSQL, announced).
   *
   * @returns stops watching
   */
  watch(changed: () => void): () => void;
  /** Lets other nodes know that something changed, where the database does not do so by itself. */
  announce(): Promise<void>;
  close(): Promise<void>;
}
