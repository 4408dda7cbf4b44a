import type { Factors } from '../../base/kinds.ts';
import { radiusLimits } from '../../base/limits/radius.ts';
import { tokenLimits } from '../../base/limits/tokens.ts';
import { normalisePasscode, separators } from '../../base/passcode.ts';
import { temporaryCodeEnd } from '../../features/tokens/codes/temporary-codes.ts';
import type { TokenRow } from '../../features/tokens/rows.ts';
import { usableTokens } from '../../features/tokens/tokens.ts';
import { findUser, prepareUserName } from '../../features/users/users.ts';
import { evaluate } from '../../features/validation/validator.ts';
import type { Db } from '../../storage/database/database.ts';
import type { Management } from '../../storage/management.ts';

/** What one password field held. Secrets. */
export interface SplitPassword {
  readonly passcode: string;
  readonly pin?: string;
  readonly password?: string;
}

/**
 * Takes apart what was typed into the one password field that PAP has: the passcode is its tail, what stands before it the PIN
 * or the password. How long the tail is follows from the user's tokens alone where their passcodes have one length; where they
 * have several, from the one whose passcode it ends with, and then the engine decides, once. Whether a PIN is looked at, which
 * takes time, follows from the factors and the length of the field, so that no answer's time tells one user from another.
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
  // A password may end with a space; a PIN has digits alone.
  return factors === 'password_otp'
    ? { passcode, password: head }
    : { passcode, pin: head.replace(separators, '') };
}

/** Where so many characters of a passcode begin at the end of a field, as it is typed: with spaces or dashes between. */
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
  // Every token is looked at, whichever it is.
  const found = tokens.filter(isShownBy)[0];
  return found?.digits ?? (hasTemporaryCode ? tokenLimits.temporaryCodeDigits : first);
}
