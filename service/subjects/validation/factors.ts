import { ServiceError } from '../../base/errors.ts';
import { validationLimits } from '../../base/limits/validation.ts';
import { sourceKey } from '../../base/rate-limit.ts';
import { texts } from '../../base/texts/texts.ts';
import { checkPassword } from '../users/credentials/passwords.ts';
import { checkPin } from '../users/credentials/pins.ts';
import { findUser, prepareUserName, type User } from '../users/users.ts';
import type { DecisionContext, ValidationRequest } from './request.ts';

/** The results of checking slow factors before the deciding transaction. */
export interface Proofs {
  /** Undefined if the application does not require one. */
  readonly password: boolean | undefined;
  /** Undefined if no PIN was required or given. */
  readonly pin: boolean | undefined;
  /** The hashes they were checked against; null if there were none. */
  readonly passwordHash: string | null;
  readonly pinHash: string | null;
}

/**
 * Returns the proofs that are still valid for the user as the deciding transaction reads them: if a hash has changed,
 * its proof is invalid.
 */
export function stillProved(proofs: Proofs, user: User | undefined): Proofs {
  const { password, pin, passwordHash, pinHash } = proofs;
  return {
    ...proofs,
    password: password && passwordHash === (user?.password_hash ?? null),
    pin: pin && pinHash === (user?.pin_hash ?? null),
  };
}

/**
 * Checks password and PIN by their slow hashes, outside of any transaction, which would delay all others. Whether
 * they are checked depends only on the request, never on the user; the result counts only if the account is open when
 * the transaction decides, and then as one attempt together with the passcode.
 *
 * @throws ServiceError `busy` if too many are being checked at once, in all, of this user name or from this source
 */
export async function checkFactors(validator: DecisionContext, request: ValidationRequest): Promise<Proofs> {
  const asksPassword = request.factors === 'password_otp';
  const asksPin = request.factors === 'pin_otp' || request.pin !== undefined || request.changesPin === true;
  if (!asksPassword && !asksPin)
    return { password: undefined, pin: undefined, passwordHash: null, pinHash: null };
  const name = prepareUserName(request.user) ?? '';
  const source = `${request.applicationId} ${sourceKey(request.source)}`;
  return await bounded({ name, source }, () => check(validator, request, { name, asksPassword, asksPin }));
}

interface FactorQuestion {
  readonly name: string;
  readonly asksPassword: boolean;
  readonly asksPin: boolean;
}

async function check(
  validator: DecisionContext,
  request: ValidationRequest,
  { name, asksPassword, asksPin }: FactorQuestion,
): Promise<Proofs> {
  const user = await findUser(validator.db, name);
  const password = asksPassword
    ? await checkPassword(user?.password_hash ?? null, request.password ?? '')
    : undefined;
  const pin = asksPin ? await checkPin(validator.keys, user, request.pin ?? '') : undefined;
  return { password, pin, passwordHash: user?.password_hash ?? null, pinHash: user?.pin_hash ?? null };
}

const underWay = new Map<string, number>();

/**
 * Limits the checks that run at once per name and per source: a flood of one name, or of many names, does not take
 * the whole capacity, whether these users exist or not.
 */
async function bounded<T>(
  { name, source }: { readonly name: string; readonly source: string },
  work: () => Promise<T>,
): Promise<T> {
  const bounds = [
    [`name ${name}`, validationLimits.slowChecksOfOne],
    [`source ${source}`, validationLimits.slowChecksOfSource],
  ] as const;
  if (bounds.some(([key, most]) => (underWay.get(key) ?? 0) >= most))
    throw new ServiceError('busy', texts.startup.tooManyLogins);
  for (const [key] of bounds) underWay.set(key, (underWay.get(key) ?? 0) + 1);
  try {
    return await work();
  } finally {
    for (const [key] of bounds) {
      const left = (underWay.get(key) ?? 1) - 1;
      if (left === 0) underWay.delete(key);
      else underWay.set(key, left);
    }
  }
}
