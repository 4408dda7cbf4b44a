import { limits } from '../limits.ts';
import type { Management } from '../management.ts';
import { findUser, prepareUserName } from '../people/users.ts';
import type { TokenRow } from '../tokens/rows.ts';
import { passcodeFactsOf, secretOf, usableTokens } from '../tokens/tokens.ts';
import { asShown, normalisePasscode, passcodeAt, sameText, timeStep } from '../validation/passcode.ts';

/**
 * The user whose fob is out of step: a passcode that was just refused, and counted as a failure, is one that a token of theirs
 * shows a little further off than is accepted (RFC 4226 §7.4). That is no proof of anything; two consecutive ones are.
 */
export async function outOfStep(
  { db, keys, clock }: Management,
  name: string,
  passcode: string,
): Promise<string | undefined> {
  const user = await findUser(db, prepareUserName(name) ?? '');
  const normal = normalisePasscode(passcode);
  if (user === undefined || normal === undefined) return undefined;
  const tokens = await usableTokens(db, user.id);
  const found = tokens.filter(token => {
    const secret = secretOf(keys, token);
    if (secret === undefined) return false;
    const facts = passcodeFactsOf(token);
    const shown = asShown(facts, normal) ?? '';
    const steps = stepsAround(token, clock()).filter(step =>
      sameText(passcodeAt(facts, secret, step), shown),
    );
    secret.fill(0);
    return steps.length > 0;
  });
  return found.length > 0 ? user.id : undefined;
}

function stepsAround({ last_step, period_seconds }: TokenRow, nowMs: number): number[] {
  const around = period_seconds === null ? 0 : timeStep(limits.radiusAroundMs, period_seconds);
  const centre = period_seconds === null ? last_step + 1 : timeStep(nowMs, period_seconds);
  const from = Math.max(last_step + 1, centre - around);
  const to = period_seconds === null ? from + limits.radiusAheadCounters : centre + around;
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}
