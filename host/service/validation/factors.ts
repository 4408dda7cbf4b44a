import { checkPassword } from '../people/credentials/passwords.ts';
import { checkPin } from '../people/credentials/pins.ts';
import { findUser, prepareUserName } from '../people/users.ts';
import type { ValidationRequest, Validator } from './request.ts';

/** What is known of the factors that are slow to check, before the transaction that decides. */
export interface Proofs {
  /** Undefined where the application does not ask for one. */
  readonly password: boolean | undefined;
  /** Undefined where none was asked for and none was given. */
  readonly pin: boolean | undefined;
}

/**
 * Checks password and PIN by their slow hashes, outside of any transaction, which would hold up everyone else's. Whether
 * that is done depends on the request alone, never on the user; what comes of it counts only where the account is open
 * when the transaction decides, and then as one attempt together with the passcode.
 */
export async function checkFactors(validator: Validator, request: ValidationRequest): Promise<Proofs> {
  const asksPassword = request.factors === 'password_otp';
  const asksPin = request.factors === 'pin_otp' || request.pin !== undefined;
  if (!asksPassword && !asksPin) return { password: undefined, pin: undefined };
  const user = await findUser(validator.db, prepareUserName(request.user) ?? '');
  const password = asksPassword
    ? await checkPassword(user?.password_hash ?? null, request.password ?? '')
    : undefined;
  const pin = asksPin ? await checkPin(validator.keys, user, request.pin ?? '') : undefined;
  return { password, pin };
}
