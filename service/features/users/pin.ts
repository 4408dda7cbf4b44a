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
 * Why a PIN cannot be chosen at the service, or undefined where it can: the fob's own bounds and list, and the digits that the
 * policy wants. The one rule, whatever a PIN is chosen by.
 *
 * @param fewest digits that the user's policy wants (`fewestPinDigits`)
 */
export function pinProblem(pin: string, fewest: number = PIN_DIGITS_MIN): PinProblem | undefined {
  if (!/^[0-9]+$/.test(pin) || pin.length < fewest || pin.length > PIN_DIGITS_MAX)
    return { code: 'bad_pin', text: texts.pinDigits(fewest) };
  if (!trivialPin(new Uint8Array(Buffer.from(pin)))) return undefined;
  return { code: 'trivial_pin', text: texts.refusals.trivial_pin };
}

/** Whether a user has to choose a PIN before one counts: after a reset, and where there never was one. */
export function isPinDue({ pin_hash, pin_change }: Pick<User, 'pin_hash' | 'pin_change'>): boolean {
  return pin_change === 1 || pin_hash === null;
}

/** The fewest digits that a PIN of a user has: as the tokens want it for which the service asks for one. */
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

/** The same by the name that was typed; of nobody, what holds for everybody. */
export async function fewestPinDigitsOf(db: Db, name: string): Promise<number> {
  const user = await findUser(db, prepareUserName(name) ?? '');
  return user === undefined ? PIN_DIGITS_MIN : await fewestPinDigits(db, user.id);
}

/** Whether any token wants a PIN at the service, so that log-in forms have a field for one. */
export async function asksServicePin(db: Db): Promise<boolean> {
  const token = await db
    .selectFrom('tokens')
    .select('id')
    .where('pin_place', '=', sql.lit('service'))
    .limit(1)
    .executeTakeFirst();
  return token !== undefined;
}

/** Whether the service asks a user for a PIN: for a token of theirs, or because an application does. */
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
