import type { Actor } from '../base/actor.ts';
import { type Db, writing } from './database/database.ts';
import type { Keys } from './encryption-at-rest/key-file.ts';
import type { Management, PublicUrlSources } from './management.ts';

/** One act of administration inside its transaction. */
export interface Acting {
  /** The open transaction. */
  readonly db: Db;
  readonly keys: Keys;
  readonly actor: Actor;
  /** Milliseconds since 1970: one time for the whole act. */
  readonly atMs: number;
  readonly publicUrl?: PublicUrlSources | undefined;
}

/**
 * Returns an act that does the work in a transaction of its own, as the API and the console call it. Jobs do the same
 * work in theirs.
 *
 * @param work if it is refused, it has written nothing
 * @returns a function that throws ServiceError `busy`
 */
export function actOf<Input, R>(work: (acting: Acting, input: Input) => Promise<R>) {
  return (management: Management, actor: Actor, input: Input): Promise<R> =>
    writing(management.db, db => work(actingOf({ ...management, db }, actor), input));
}

/** Returns the context of an act that starts now. @param management its database is the open transaction */
export function actingOf({ db, keys, clock, publicUrl }: Management, actor: Actor): Acting {
  return { db, keys, actor, atMs: clock(), publicUrl };
}
