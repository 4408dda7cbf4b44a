import type { Actor } from '../../base/actor.ts';
import type { Db } from '../../storage/database/database.ts';
import type { Keys } from '../../storage/encryption-at-rest/key-file.ts';
import { recordAudit } from '../audit/record.ts';
import type { User } from './users.ts';

/** The transaction of an act on a user, its actor and its time. */
export interface ActingOnUser {
  readonly db: Db;
  readonly keys: Keys;
  readonly actor: Actor;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

/** Writes the audit row of an act on a user. @param detail never a secret */
export function recordUserAct(
  { db, keys, actor, atMs }: ActingOnUser,
  action: string,
  user: Pick<User, 'id' | 'name'>,
  detail: Readonly<Record<string, string | number | boolean | null>> = {},
): Promise<void> {
  const about = { subjectKind: 'user', subjectId: user.id, subject: user.name } as const;
  return recordAudit(db, keys, { atMs, actor, action, ...about, detail });
}
