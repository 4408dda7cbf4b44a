import { isIP } from 'node:net';
import { userLimits } from '../../base/limits/users.ts';
import { validationLimits } from '../../base/limits/validation.ts';
import { defaultLockPolicy, type LockPolicy } from '../../base/lock.ts';
import { prepareLine } from '../../base/one-line.ts';
import { done } from '../../base/results.ts';
import { count, named, nullable, object, serviceText, type TypeOf, text, whole } from '../../base/shapes.ts';
import { consoleTexts } from '../../base/texts/console.ts';
import { texts } from '../../base/texts/texts.ts';
import { type Db, writing } from '../../storage/database/database.ts';
import { readSetting, writeSetting } from '../../storage/settings.ts';
import { act, did, subject } from '../kit/act.ts';
import { field, optional } from '../kit/field.ts';

/** The settings of the whole service that an administrator changes. */
export const settingsShape = named(
  object({
    lock: object({ threshold: count, periodMs: count }),
    /** Its name on its pages and in its mail. */
    serviceName: serviceText,
    /** The address for users: scheme, host and optional port; null until it is set. */
    publicAddress: nullable(serviceText),
  }),
  'Settings',
);
export type Settings = TypeOf<typeof settingsShape>;

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

const lock = object({
  threshold: whole(0, validationLimits.lockThresholdMax),
  periodMs: whole(validationLimits.lockPeriodMinMs, validationLimits.lockPeriodMaxMs),
});
const words = consoleTexts.settings;

/** Omitted settings stay. */
export const changeSettings = act({
  permission: 'settings.change',
  subject: subject({
    kind: 'settings',
    key: 'none',
    home: '/settings',
    missing: [],
    find: async db => done({ id: 'service', name: 'settings', before: await readSettings(db) }),
  }),
  fields: {
    lock: optional(
      field(lock, { label: words.threshold, hint: words.thresholdHint }, 'bad_lock_policy', given =>
        fitsLockPolicy(given) ? { threshold: given.threshold, periodMs: given.periodMs } : undefined,
      ),
    ),
    serviceName: optional(
      field(
        text(userLimits.serviceNameMax),
        { label: words.serviceName },
        'bad_service_name',
        prepareServiceName,
      ),
    ),
    publicAddress: optional(
      field(
        nullable(text(userLimits.publicAddressMax)),
        { label: words.publicAddress, hint: words.publicAddressHint },
        'bad_address',
        given => {
          const address = given === null ? null : prepareAddress(given);
          return address === undefined ? undefined : { address };
        },
      ),
    ),
  },
  gives: settingsShape,
  refusals: {},
  routes: [
    {
      name: 'settings.change',
      summary: 'Change settings. Omitted settings stay.',
      at: 'PATCH /v1/settings',
      example: { lock: { threshold: 5, periodMs: 600_000 }, serviceName: 'Log-ins of Example Ltd' },
    },
  ],
  async run({ db, atMs, item: { id, before } }, { lock, serviceName, publicAddress: sent }) {
    if (lock !== undefined) await writeSetting(db, 'lock', lock, atMs);
    if (serviceName !== undefined) await writeSetting(db, 'service_name', serviceName, atMs);
    if (sent !== undefined) await writeSetting(db, 'public_address', sent.address, atMs);
    const given = {
      ...(lock && { lock }),
      ...(serviceName !== undefined && { serviceName }),
      ...(sent && { publicAddress: sent.address }),
    };
    return did(
      { ...before, ...given },
      { id, name: Object.keys(given).join(' ') },
      {
        ...(lock && { lockThreshold: lock.threshold, lockPeriodMs: lock.periodMs }),
        ...(lock && { lockThresholdBefore: before.lock.threshold, lockPeriodMsBefore: before.lock.periodMs }),
        ...(serviceName !== undefined && { serviceName, serviceNameBefore: before.serviceName }),
        ...(sent && { publicAddress: sent.address, publicAddressBefore: before.publicAddress }),
      },
    );
  },
});

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
