import type { Actor } from '../../base/actor.ts';
import type { Result } from '../../base/results.ts';
import { type Db, writing } from '../../storage/database/database.ts';
import type { Keys } from '../../storage/encryption-at-rest/key-file.ts';
import type { Management, PublicUrlSources } from '../../storage/management.ts';

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

/** The work of an act inside a transaction; if it is refused, it has written nothing. */
export type ActWork<Input, T> = (acting: Acting, input: Input) => Promise<Result<T>>;

/** An act as the API and the console call it. @throws ServiceError `busy` */
export type Act<Input, T> = (management: Management, actor: Actor, input: Input) => Promise<Result<T>>;

/** Returns an act that does the work in a transaction of its own. Jobs do the same work in theirs. */
export function actOf<Input, T>(work: ActWork<Input, T>): Act<Input, T> {
  return (management, actor, input) =>
    writing(management.db, db => work(actingOf({ ...management, db }, actor), input));
}

/** Returns the context of an act that starts now. @param management its database is the open transaction */
export function actingOf({ db, keys, clock, publicUrl }: Management, actor: Actor): Acting {
  return { db, keys, actor, atMs: clock(), publicUrl };
}
