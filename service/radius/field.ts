import type { Factors } from '../base/kinds.ts';
import { radiusLimits } from '../base/limits/radius.ts';
import { tokenLimits } from '../base/limits/tokens.ts';
import { normalisePasscode, separators } from '../base/passcode.ts';
import type { Db } from '../storage/database/database.ts';
import type { Management } from '../storage/management.ts';
import { temporaryCodeEnd } from '../subjects/tokens/codes/temporary-codes.ts';
import type { TokenRow } from '../subjects/tokens/rows.ts';
import { usableTokens } from '../subjects/tokens/tokens.ts';
import { findUser, prepareUserName } from '../subjects/users/users.ts';
import { evaluate } from '../subjects/validation/validator.ts';

/** The parts of one password field. Secrets. */
export interface SplitPassword {
  readonly passcode: string;
  readonly pin?: string;
  readonly password?: string;
}

/**
 * Splits the one password field of PAP: the passcode is its tail, the PIN or the password stands before it. If the
 * user's passcodes have one length, that is the length of the tail. If they have several, the token whose passcode
 * the field ends with decides, and then the engine, once. Whether a PIN is checked, which takes time, follows from
 * the factors and the length of the field, so that no response time tells one user from another.
 */
export async function splitPassword(
  management: Management,
  user: string,
  { field, factors }: { readonly field: string; readonly factors: Factors },
): Promise<SplitPassword> {
  if (factors === 'otp' && field.length < radiusLimits.radiusJoinedMin) return { passcode: field };
  const owned = await ownedBy(management, user);
  const asksPin = owned.tokens.some(({ pin_place }) => pin_place === 'service');
  if (factors === 'otp' && !asksPin) return { passcode: field, pin: '' };
  const at = tailAt(field, tailLength(management, owned, field));
  const [head, passcode] = [field.slice(0, at), field.slice(at)];
  // A password may end with a space; a PIN has only digits.
  return factors === 'password_otp'
    ? { passcode, password: head }
    : { passcode, pin: head.replace(separators, '') };
}

/** Returns where a tail of so many passcode characters begins, as typed: with spaces or dashes between. */
function tailAt(field: string, length: number): number {
  const characters = [...field];
  let left = length;
  let at = characters.length;
  while (at > 0 && left > 0) {
    at--;
    if (characters[at]?.replace(separators, '') !== '') left--;
  }
  return characters.slice(0, at).join('').length;
}

interface Owned {
  readonly tokens: readonly TokenRow[];
  readonly hasTemporaryCode: boolean;
}

async function ownedBy({ db, clock }: Management, name: string): Promise<Owned> {
  const user = await findUser(db, prepareUserName(name) ?? '');
  return await ofUser(db, user?.id ?? '', clock());
}

async function ofUser(db: Db, userId: string, nowMs: number): Promise<Owned> {
  const tokens = await usableTokens(db, userId);
  const hasTemporaryCode = (await temporaryCodeEnd(db, userId, nowMs)) !== undefined;
  return { tokens, hasTemporaryCode };
}

function tailLength({ keys, clock }: Management, { tokens, hasTemporaryCode }: Owned, field: string): number {
  const [first = hasTemporaryCode ? tokenLimits.temporaryCodeDigits : tokenLimits.digitsDefault, ...others] =
    new Set([
      ...tokens.map(({ digits }) => digits),
      ...(hasTemporaryCode ? [tokenLimits.temporaryCodeDigits] : []),
    ]);
  if (others.length === 0) return first;
  const nowMs = clock();
  const isShownBy = (token: TokenRow) => {
    const passcode = normalisePasscode(field.slice(tailAt(field, token.digits))) ?? '';
    return evaluate(keys, [token], { passcode, nowMs, isEnough: false }).some(
      ({ steps = [], repeats }) => steps.length > 0 || repeats !== undefined,
    );
  };
  // Every token is evaluated, whichever matches.
  const found = tokens.filter(isShownBy)[0];
  return found?.digits ?? (hasTemporaryCode ? tokenLimits.temporaryCodeDigits : first);
}
