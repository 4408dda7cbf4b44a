import { pairingCode, pairingKey } from 'passfob/client/handshake';
import { isFobError, isOutcomeUnknown, isRefusal } from 'passfob/errors';
import { CODE_ATTEMPTS_MAX } from 'passfob/limits';
import { freshSecrets, giveSecrets, type PairingResult } from 'passfob/owner/pairing';
import { relayLimits } from '../../../../base/limits/relay.ts';
import { relayTexts } from '../../../../base/texts/relay.ts';
import { clearSecrets } from '../../../tokens/fob-secrets.ts';
import type { FobRow } from '../../../tokens/fobs.ts';
import { countAttempt } from '../records/attempts.ts';
import { addPairing, confirmPairing, dropPairing } from '../records/pairings.ts';
import { RelayRefusal } from '../records/refusal.ts';
import type { Run } from './run.ts';
import { ScreenCode } from './screen-code.ts';

const { steps } = relayTexts;

/**
 * Makes the service the owner of a blank fob, by the code on its screen. A wrong code counts as an attempt, and is
 * asked for again. A code that expired before or during its use does not count as wrong, and the fob shows another.
 * @throws RelayRefusal `wrong_code`, `attempts`, `idle`, FobError `refused`, those of the link
 */
export async function pairBlank(run: Run): Promise<FobRow> {
  const { claim, client, tools } = run;
  const screen = new ScreenCode(run);
  let occasion: 'code' | 'codeAgain' | 'codeNew' = 'code';
  let wrong = 0;
  for (let tries = 0; tries < relayLimits.codesMax; tries++) {
    const code = await screen.typed(occasion);
    const wasLate = screen.wasLate();
    try {
      await client.openSession(pairingCode(code), tools.signal);
      return await adopt(run);
    } catch (error) {
      // When a code expires, its handshake and session end with it.
      const hasGoneOut = isRefusal(error, 'no-code-shown', 'no-session');
      const isWrong = isFobError(error, 'wrong-code') || isRefusal(error, 'wrong-proof');
      if (!hasGoneOut && !isWrong) throw error;
      occasion = hasGoneOut || wasLate ? 'codeNew' : 'codeAgain';
      if (occasion === 'codeNew') continue;
      if (++wrong >= CODE_ATTEMPTS_MAX) throw new RelayRefusal('wrong_code');
      if (await countAttempt(claim, 'wrong_code')) throw new RelayRefusal('attempts');
    }
  }
  throw new RelayRefusal('idle');
}

/**
 * Makes the secrets, stores them, gives them to the fob, and verifies that the fob has them. They are stored before
 * they are sent: an interruption at any moment leaves a fob that is blank, or one whose key is known.
 */
async function adopt({ claim, client, hello, tools, tell }: Run): Promise<FobRow> {
  tell('pairing', steps.pairing);
  const secrets = freshSecrets(tools.random);
  try {
    const id = await claim.holding(acting => addPairing(acting, hello.serial, secrets));
    let taken: PairingResult;
    try {
      taken = await giveSecrets(tools, client, secrets);
    } catch (error) {
      if (!isOutcomeUnknown(error)) await claim.holding(({ db }) => dropPairing(db, id));
      throw error;
    }
    await client.openSession(pairingKey(secrets.pairingKey), tools.signal);
    const fob = await claim.holding(acting => confirmPairing(acting, hello, secrets, taken.isClockSet));
    if (!taken.isEscrowed && client.knows('escrow'))
      await client.call('escrow', { recoveryKey: secrets.recoveryKey }, { signal: tools.signal });
    return fob;
  } finally {
    clearSecrets(secrets);
  }
}
