import { PIN_DIGITS_MAX, PIN_DIGITS_MIN } from '@passfob/protocol/limits';
import { trivialPin } from '@passfob/protocol/pins';
import { sql } from 'kysely';
import { texts } from '../../base/texts/texts.ts';
import type { Db } from '../../storage/database/database.ts';
import { findUser, prepareUserName, type User } from './users.ts';

/** Why a PIN cannot be chosen, and what to do. */
export interface PinProblem {
  readonly code: 'bad_pin' | 'trivial_pin';
  readonly text: string;
}

/**
 * Returns why a PIN is not allowed at the service, or undefined: the fob's own bounds and list, and the number of
 * digits in the policy. This rule applies wherever a PIN is chosen.
 *
 * @param fewest digits that the user's policy requires (`fewestPinDigits`)
 */
export function pinProblem(pin: string, fewest: number = PIN_DIGITS_MIN): PinProblem | undefined {
  if (!/^[0-9]+$/.test(pin) || pin.length < fewest || pin.length > PIN_DIGITS_MAX)
    return { code: 'bad_pin', text: texts.pinDigits(fewest) };
  if (!trivialPin(new Uint8Array(Buffer.from(pin)))) return undefined;
  return { code: 'trivial_pin', text: texts.refusals.trivial_pin };
}

/** Whether a user has to choose a PIN first: after a reset, or if there never was one. */
export function isPinDue({ pin_hash, pin_change }: Pick<User, 'pin_hash' | 'pin_change'>): boolean {
  return pin_change === 1 || pin_hash === null;
}

/**
 * Returns the minimum number of digits of a user's PIN: the maximum over the tokens for which the service asks for a
 * PIN.
 */
export async function fewestPinDigits(db: Db, userId: string): Promise<number> {
  const { most } = await db
    .selectFrom('tokens')
    .select(query => query.fn.max('pin_min_digits').as('most'))
    .where('user_id', '=', userId)
    .where('state', '<>', 'revoked')
    .where('pin_place', '<>', 'fob')
    .executeTakeFirstOrThrow();
  return Math.max(PIN_DIGITS_MIN, Number(most ?? 0));
}

/** The same for a typed name; for an unknown one, the general minimum. */
export async function fewestPinDigitsOf(db: Db, name: string): Promise<number> {
  const user = await findUser(db, prepareUserName(name) ?? '');
  return user === undefined ? PIN_DIGITS_MIN : await fewestPinDigits(db, user.id);
}

/** Whether any token needs a PIN at the service, so that log-in forms have a field for one. */
export async function asksServicePin(db: Db): Promise<boolean> {
  const token = await db
    .selectFrom('tokens')
    .select('id')
    .where('pin_place', '=', sql.lit('service'))
    .limit(1)
    .executeTakeFirst();
  return token !== undefined;
}

/** Whether the service asks a user for a PIN: for one of their tokens, or because an application requires it. */
export async function hasPinAsked(db: Db, userId: string): Promise<boolean> {
  const tokens = await db
    .selectFrom('tokens')
    .select('pin_place')
    .where('user_id', '=', userId)
    .where('state', '<>', 'revoked')
    .where('pin_place', '<>', 'fob')
    .execute();
  if (tokens.some(({ pin_place }) => pin_place === 'service')) return true;
  if (tokens.length === 0) return false;
  const asking = await db
    .selectFrom('applications')
    .select('id')
    .where('factors', '=', 'pin_otp')
    .where('disabled_ms', 'is', null)
    .limit(1)
    .executeTakeFirst();
  return asking !== undefined;
}
