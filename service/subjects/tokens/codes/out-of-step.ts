import { tokenLimits } from '../../../base/limits/tokens.ts';
import { asShown, normalisePasscode, passcodeAt, sameText, timeStep } from '../../../base/passcode.ts';
import { writing } from '../../../storage/database/database.ts';
import type { Management } from '../../../storage/management.ts';
import { findUser, prepareUserName } from '../../users/users.ts';
import type { TokenRow } from '../rows.ts';
import { passcodeFactsOf, secretOf, usableTokens } from '../tokens.ts';

/** A token that is out of step, and the step of its passcode. */
interface OutOfStep {
  readonly token: TokenRow;
  readonly step: number;
}

/**
 * Returns the tokens of a user whose passcode slightly outside the accepted range was refused (RFC 4226 §7.4). One
 * such passcode proves nothing; two consecutive ones do. The refusal must have been counted as a failure, so that
 * this is no second way to guess.
 */
export async function outOfStep(
  { db, keys, clock }: Management,
  name: string,
  passcode: string,
): Promise<{ readonly userId: string; readonly tokens: readonly OutOfStep[] } | undefined> {
  const user = await findUser(db, prepareUserName(name) ?? '');
  const normal = normalisePasscode(passcode);
  if (user === undefined || normal === undefined) return undefined;
  const tokens = (await usableTokens(db, user.id)).flatMap((token): OutOfStep[] => {
    const secret = secretOf(keys, token);
    if (secret === undefined) return [];
    const facts = passcodeFactsOf(token);
    const shown = asShown(facts, normal) ?? '';
    const steps = stepsAround(token, clock()).filter(step =>
      sameText(passcodeAt(facts, secret, step), shown),
    );
    secret.fill(0);
    return steps.slice(0, 1).map(step => ({ token, step }));
  });
  return tokens.length === 0 ? undefined : { userId: user.id, tokens };
}

function stepsAround({ last_step, period_seconds, look_ahead }: TokenRow, nowMs: number): number[] {
  const around = period_seconds === null ? 0 : timeStep(tokenLimits.offAroundMs, period_seconds);
  const centre = period_seconds === null ? last_step + 1 : timeStep(nowMs, period_seconds);
  const from = Math.max(last_step + 1, centre - around);
  const to = period_seconds === null ? from + look_ahead + tokenLimits.offCounters : centre + around;
  const most = Math.min(to, tokenLimits.counterMax);
  return Array.from({ length: Math.max(0, most - from + 1) }, (_, index) => from + index);
}

/**
 * Remembers the step of a passcode that was just refused as wrong, if a token is out of step: the next passcode,
 * shown within ten minutes on any channel, resynchronises the fob. Nothing of this is visible outside. Never rejects:
 * the refusal is already stored, and remains the response even if the database fails now.
 */
export async function rememberOutOfStep(
  management: Management,
  name: string,
  passcode: string,
): Promise<void> {
  try {
    const found = await outOfStep(management, name, passcode);
    if (found !== undefined) await remember(management, found.tokens);
  } catch {
    return;
  }
}

async function remember({ db, clock }: Management, tokens: readonly OutOfStep[]): Promise<void> {
  const atMs = clock();
  await writing(db, async transaction => {
    for (const { token, step } of tokens)
      await transaction
        .updateTable('tokens')
        .set({ ahead_step: step, ahead_ms: atMs })
        .where('id', '=', token.id)
        .where('last_step', '<', step)
        .execute();
  });
}
