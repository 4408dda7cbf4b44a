import { randomUUID, timingSafeEqual } from 'node:crypto';
import { hashBearer, makeBearer } from '../../base/bearers.ts';
import type { Factors } from '../../base/kinds.ts';
import { type Db, writing } from '../../storage/database/database.ts';

/** The application of the service's own log-in form, and of the holder of its API key. */
export const LOGIN_APPLICATION = { name: 'login', factors: 'otp' } as const;
/** The console itself: operators sign in to it with password and passcode. Nobody knows its API key. */
export const CONSOLE_APPLICATION = { name: 'console', factors: 'password_otp' } as const;

/** A client that may request validations. */
export interface Application {
  readonly id: string;
  readonly name: string;
  /** The factors that its log-ins must show. */
  readonly factors: Factors;
}

/**
 * Creates one of the service's own applications if its name is new; an existing one stays unchanged.
 *
 * @returns the application, and its API key if it was created now: the key is shown once and only its hash is stored
 */
export function ensureApplication(
  db: Db,
  nowMs: number,
  own: Omit<Application, 'id'> = LOGIN_APPLICATION,
): Promise<{ application: Application; apiKey: string | null }> {
  return writing(db, async transaction => {
    const present = await transaction
      .selectFrom('applications')
      .select(['id', 'name', 'factors'])
      .where('name', '=', own.name)
      .executeTakeFirst();
    if (present !== undefined) return { application: present, apiKey: null };
    const application: Application = { id: randomUUID(), name: own.name, factors: own.factors };
    const { value, hash } = makeBearer('pfk');
    await transaction
      .insertInto('applications')
      .values({ ...application, key_hash: hash, disabled_ms: null, created_ms: nowMs })
      .execute();
    return { application, apiKey: value };
  });
}

/** Whether a service has run on this database before: its first start creates the first application. */
export async function hasApplications(db: Db): Promise<boolean> {
  return (await db.selectFrom('applications').select('id').limit(1).executeTakeFirst()) !== undefined;
}

/** Returns the enabled application with this API key, or undefined. */
export async function applicationOfKey(db: Db, apiKey: string): Promise<Application | undefined> {
  const hash = hashBearer(apiKey);
  const row = await db
    .selectFrom('applications')
    .select(['id', 'name', 'factors', 'key_hash'])
    .where('key_hash', '=', hash)
    .where('disabled_ms', 'is', null)
    .executeTakeFirst();
  if (row === undefined || !timingSafeEqual(Buffer.from(row.key_hash), Buffer.from(hash))) return undefined;
  return { id: row.id, name: row.name, factors: row.factors };
}
