import { createHash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { type Db, writing } from '../data/database.ts';
import { limits } from '../limits.ts';

/** The one application of this first piece: its log-in form and whoever holds its API key. */
const FIRST_APPLICATION = 'login';

/** A client that may ask for validations. */
export interface Application {
  readonly id: string;
  readonly name: string;
}

/**
 * A random bearer value (256 bits) with a prefix that secret scanners can look for.
 *
 * @returns the value to hand out once and the hash to store; so much entropy needs no slow hash
 */
export function makeBearer(prefix: string): { value: string; hash: string } {
  const value = `${prefix}_${randomBytes(limits.bearerBytes).toString('base64url')}`;
  return { value, hash: hashBearer(value) };
}

/** The hash under which a bearer value is stored and looked up. */
export function hashBearer(value: string): string {
  return createHash('sha256').update(value, 'utf8').digest('base64url');
}

/**
 * The first application, made when there is none.
 *
 * @returns the application, and its API key if it was made now: the key is shown once and only its hash is kept
 */
export function ensureApplication(
  db: Db,
  nowMs: number,
): Promise<{ application: Application; apiKey: string | null }> {
  return writing(db, async transaction => {
    const present = await transaction
      .selectFrom('applications')
      .select(['id', 'name'])
      .where('name', '=', FIRST_APPLICATION)
      .executeTakeFirst();
    if (present !== undefined) return { application: present, apiKey: null };
    const application: Application = { id: randomUUID(), name: FIRST_APPLICATION };
    const { value, hash } = makeBearer('pfk');
    await transaction
      .insertInto('applications')
      .values({ ...application, key_hash: hash, factors: 'otp', disabled_ms: null, created_ms: nowMs })
      .execute();
    return { application, apiKey: value };
  });
}

/** Whether a service has run on this database before: its start makes the first application. */
export async function hasApplications(db: Db): Promise<boolean> {
  return (await db.selectFrom('applications').select('id').limit(1).executeTakeFirst()) !== undefined;
}

/** The application whose API key this is, or undefined. */
export async function applicationOfKey(db: Db, apiKey: string): Promise<Application | undefined> {
  const hash = hashBearer(apiKey);
  const row = await db
    .selectFrom('applications')
    .select(['id', 'name', 'key_hash'])
    .where('key_hash', '=', hash)
    .executeTakeFirst();
  if (row === undefined || !timingSafeEqual(Buffer.from(row.key_hash), Buffer.from(hash))) return undefined;
  return { id: row.id, name: row.name };
}
