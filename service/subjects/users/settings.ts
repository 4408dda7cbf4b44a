import { isIP } from 'node:net';
import type { Actor } from '../../base/actor.ts';
import { userLimits } from '../../base/limits/users.ts';
import { validationLimits } from '../../base/limits/validation.ts';
import { defaultLockPolicy, type LockPolicy } from '../../base/lock.ts';
import { prepareLine } from '../../base/one-line.ts';
import { done, refused } from '../../base/results.ts';
import { texts } from '../../base/texts/texts.ts';
import { type Db, writing } from '../../storage/database/database.ts';
import type { Management } from '../../storage/management.ts';
import { recordAudit } from '../audit/record.ts';

/** The settings of the whole service that an administrator changes. */
export interface Settings {
  readonly lock: LockPolicy;
  /** The service's name on its pages and in its mail. */
  readonly serviceName: string;
  /** The address for users: scheme, host and optional port; null until it is set. */
  readonly publicAddress: string | null;
}

/** Returns the named value, or undefined if it was never set. The caller has to validate it. */
export async function readSetting<T>(db: Db, name: string): Promise<T | undefined> {
  const row = await db.selectFrom('settings').select('value').where('name', '=', name).executeTakeFirst();
  return row === undefined ? undefined : (JSON.parse(row.value) as T);
}

/** The same with the time when it was set, in milliseconds since 1970. */
export async function readSettingWithTime<T>(
  db: Db,
  name: string,
): Promise<{ readonly value: T; readonly changedMs: number } | undefined> {
  const row = await db
    .selectFrom('settings')
    .select(['value', 'changed_ms'])
    .where('name', '=', name)
    .executeTakeFirst();
  return row && { value: JSON.parse(row.value) as T, changedMs: row.changed_ms };
}

/** Sets the named value, in the caller's transaction. Not for secrets: the value is stored unencrypted. */
export async function writeSetting(db: Db, name: string, value: unknown, nowMs: number): Promise<void> {
  const row = { value: JSON.stringify(value), changed_ms: nowMs };
  await db
    .insertInto('settings')
    .values({ name, ...row })
    .onConflict(conflict => conflict.column('name').doUpdateSet(row))
    .execute();
}

/** Returns the current lockout policy. */
export async function readLockPolicy(db: Db): Promise<LockPolicy> {
  return lockPolicyOf(await lockPolicyQuery(db).execute());
}

/** The query of the lockout policy, to be run together with others. */
export function lockPolicyQuery(db: Db) {
  return db.selectFrom('settings').select('value').where('name', '=', 'lock');
}

/** Returns the lockout policy from the rows of its query. */
export function lockPolicyOf([row]: readonly { readonly value: string }[]): LockPolicy {
  const lock = row && (JSON.parse(row.value) as LockPolicy);
  return lock !== undefined && fitsLockPolicy(lock) ? lock : defaultLockPolicy;
}

/** Sets the lockout policy if none is set: the configuration only gives the initial value. */
export async function beginWithLockPolicy(db: Db, lock: LockPolicy, nowMs: number): Promise<void> {
  await writing(db, async transaction => {
    if ((await readSetting(transaction, 'lock')) === undefined)
      await writeSetting(transaction, 'lock', lock, nowMs);
  });
}

/** Returns the service's name: the product's name until an administrator sets another. */
export async function readServiceName(db: Db): Promise<string> {
  const name = await readSetting<string>(db, 'service_name');
  return (name === undefined ? undefined : prepareServiceName(name)) ?? texts.product;
}

/** Returns the current settings; a setting that was never set, or is no longer valid, has its default. */
export async function readSettings(db: Db): Promise<Settings> {
  const address = await readSetting<string | null>(db, 'public_address');
  return {
    lock: await readLockPolicy(db),
    serviceName: await readServiceName(db),
    publicAddress: typeof address === 'string' ? (prepareAddress(address) ?? null) : null,
  };
}

/** Changes the given settings and leaves the others. */
export async function changeSettings(management: Management, actor: Actor, given: Partial<Settings>) {
  const prepared = prepare(given);
  if (typeof prepared === 'string') return refused(prepared);
  const atMs = management.clock();
  return await writing(management.db, async db => {
    const before = await readSettings(db);
    const { lock, serviceName, publicAddress } = prepared;
    if (lock !== undefined) await writeSetting(db, 'lock', lock, atMs);
    if (serviceName !== undefined) await writeSetting(db, 'service_name', serviceName, atMs);
    if (publicAddress !== undefined) await writeSetting(db, 'public_address', publicAddress, atMs);
    await recordAudit(db, management.keys, {
      atMs,
      actor,
      action: 'settings.change',
      subjectKind: 'settings',
      subjectId: 'service',
      subject: Object.keys(prepared).join(' '),
      detail: {
        ...(lock && { lockThreshold: lock.threshold, lockPeriodMs: lock.periodMs }),
        ...(lock && { lockThresholdBefore: before.lock.threshold, lockPeriodMsBefore: before.lock.periodMs }),
        ...(serviceName !== undefined && { serviceName, serviceNameBefore: before.serviceName }),
        ...(publicAddress !== undefined && { publicAddress, publicAddressBefore: before.publicAddress }),
      },
    });
    return done({ ...before, ...prepared });
  });
}

function prepare(given: Partial<Settings>) {
  const prepared: { -readonly [Name in keyof Settings]?: Settings[Name] } = {};
  if (given.lock !== undefined) {
    if (!fitsLockPolicy(given.lock)) return 'bad_lock_policy';
    prepared.lock = { threshold: given.lock.threshold, periodMs: given.lock.periodMs };
  }
  if (given.serviceName !== undefined) {
    const name = prepareServiceName(given.serviceName);
    if (name === undefined) return 'bad_service_name';
    prepared.serviceName = name;
  }
  if (given.publicAddress !== undefined) {
    const address = given.publicAddress === null ? null : prepareAddress(given.publicAddress);
    if (address === undefined) return 'bad_address';
    prepared.publicAddress = address;
  }
  return prepared;
}

function fitsLockPolicy({ threshold, periodMs }: LockPolicy): boolean {
  const within = (value: number, least: number, most: number) =>
    Number.isInteger(value) && value >= least && value <= most;
  return (
    within(threshold, 0, validationLimits.lockThresholdMax) &&
    within(periodMs, validationLimits.lockPeriodMinMs, validationLimits.lockPeriodMaxMs)
  );
}

function prepareServiceName(typed: string): string | undefined {
  return prepareLine(typed, userLimits.serviceNameMax) || undefined;
}

/**
 * Returns the origin of an address, or undefined if the address has more parts than that, or it is not safe to send
 * users there.
 */
export function prepareAddress(typed: string): string | undefined {
  if (typed.length > userLimits.publicAddressMax || !URL.canParse(typed)) return undefined;
  const { protocol, hostname, origin, href } = new URL(typed);
  if (href !== `${origin}/`) return undefined;
  const isLoopback =
    hostname === 'localhost' || hostname === '[::1]' || (isIP(hostname) === 4 && hostname.startsWith('127.'));
  return protocol === 'https:' || (protocol === 'http:' && isLoopback) ? origin : undefined;
}
