import { isRefusal } from 'passfob/errors';
import { relayLimits } from '../../../../base/limits/relay.ts';
import { tokenLimits } from '../../../../base/limits/tokens.ts';
import { candidateSteps, driftAfter, passcodeAt, sameText } from '../../../../base/passcode.ts';
import { otplibAgrees } from '../../../../base/second-opinion.ts';
import { relayTexts } from '../../../../base/texts/relay.ts';
import type { TokenRow } from '../../../tokens/rows.ts';
import { passcodeFactsOf, secretOf } from '../../../tokens/tokens.ts';
import { RelayRefusal } from '../records/refusal.ts';
import { opened } from './locked.ts';
import type { Run } from './run.ts';

/** A step whose passcode the fob made after a press. */
export interface Pressed {
  readonly step: number;
  readonly driftSteps: number;
}

/**
 * Asks the user to press for a passcode and verifies it with the stored seed. Only replay protection decides whether
 * it is new.
 * @returns undefined if it is outside the accepted time: the fob's clock is off
 * @throws RelayRefusal `no_press`, `not_proved`, FobError `refused`, those of the link
 */
export async function pressedPasscode(
  run: Run,
  token: TokenRow,
  id: Uint8Array,
): Promise<Pressed | undefined> {
  const { code, counter } = await opened(run, () => pressed(run, id));
  const nowMs = run.tools.now();
  const facts = passcodeFactsOf(token);
  const secret = secretOf(run.management.keys, token);
  if (secret === undefined) throw new RelayRefusal('failed', 'the seed does not unseal');
  try {
    const isTotp = token.period_seconds !== null;
    if (isTotp && !candidateSteps(facts, nowMs).includes(counter)) return undefined;
    // The counter comes through the owner's session: it may be ahead by any amount.
    const passcode = String.fromCharCode(...code);
    const isRight =
      counter <= tokenLimits.counterMax && sameText(passcodeAt(facts, secret, counter), passcode);
    if (!isRight) throw new RelayRefusal('not_proved', 'wrong passcode');
    if (otplibAgrees(facts, secret, { step: counter, passcode }) === false)
      throw new RelayRefusal('failed', 'otplib has another passcode');
    return { step: counter, driftSteps: driftAfter(facts, counter, nowMs) };
  } finally {
    secret.fill(0);
  }
}

async function pressed({ client, tools, tell }: Run, id: Uint8Array) {
  const { steps } = relayTexts;
  for (let asked = 1; ; asked++) {
    const onPressNeeded = () => tell('press', asked === 1 ? steps.press : steps.pressAgain);
    try {
      return await client.call('code', { id }, { signal: tools.signal, onPressNeeded });
    } catch (error) {
      if (!isRefusal(error, 'press-denied', 'press-timeout')) throw error;
      if (asked >= relayLimits.pressesAskedMax) throw new RelayRefusal('no_press');
    }
  }
}
