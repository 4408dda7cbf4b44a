import { pairingCode, pairingKey } from '../../../../client/handshake.ts';
import { pause } from '../../../../client/pause.ts';
import { FobError, isFobError, isOutcomeUnknown, isRefusal } from '../../../../errors.ts';
import { CODE_ATTEMPTS_MAX } from '../../../../limits.ts';
import { askedCode, freshSecrets, giveSecrets } from '../../../../owner/pairing.ts';
import { limits } from '../../../limits.ts';
import { relayTexts } from '../../../texts/relay.ts';
import { clearSecrets } from '../../../tokens/fob-secrets.ts';
import type { FobRow } from '../../../tokens/fobs.ts';
import { countAttempt } from '../records/attempts.ts';
import { addPairing, confirmPairing, dropPairing } from '../records/pairings.ts';
import { RelayRefusal } from '../refusal.ts';
import type { Run } from './run.ts';

const { steps } = relayTexts;

/**
 * Makes the service the owner of a blank fob, by the code on its screen. A wrong code counts as an attempt, and the fob
 * shows another.
 * @throws RelayRefusal `wrong_code`, `attempts`, FobError `refused`, those of the link
 */
export async function pairBlank(run: Run): Promise<FobRow> {
  const { claim, client, tools } = run;
  for (let tries = 1; ; tries++) {
    const code = await shownCode(run, tries > 1);
    try {
      await client.openSession(pairingCode(code), tools.signal);
      return await adopt(run);
    } catch (error) {
      const hasGoneOut = isRefusal(error, 'no-code-shown');
      if (!hasGoneOut && !isFobError(error, 'wrong-code') && !isRefusal(error, 'wrong-proof')) throw error;
      if (tries >= CODE_ATTEMPTS_MAX) throw new RelayRefusal('wrong_code');
      // A code that went out while it was being typed was not wrong.
      if (!hasGoneOut && (await countAttempt(claim, 'wrong_code'))) throw new RelayRefusal('attempts');
    }
  }
}

async function shownCode(run: Run, isOther: boolean): Promise<string> {
  const { tell, typedCode } = run;
  const seconds = await pairingSeconds(run);
  try {
    return await askedCode(async isAgain => {
      const again = isAgain || isOther;
      tell('code', again ? steps.codeAgain : steps.code, { again, seconds });
      return typedCode();
    });
  } catch (error) {
    throw isFobError(error, 'bad-input') ? new RelayRefusal('wrong_code', 'no code') : error;
  }
}

/** Has the fob show a code, once it has gathered the chance for one. @returns for how many seconds */
async function pairingSeconds({ client, tools, tell }: Run): Promise<number> {
  for (let polls = 0; ; polls++) {
    try {
      return await client.startPairing(tools.signal);
    } catch (error) {
      const isOver = polls * limits.pinPollMs >= limits.relayWaitMs;
      if (isOver || !isRefusal(error, 'needs-entropy')) throw error;
      if (polls === 0) tell('hello', steps.gather);
      await pause(limits.pinPollMs, tools.signal);
    }
  }
}

/**
 * Makes the secrets, keeps them, gives them to the fob, and sees that the fob has them. Kept before they are sent: a cut
 * at any moment leaves a fob that is blank, or one whose key is known.
 */
async function adopt({ claim, client, hello, tools, tell }: Run): Promise<FobRow> {
  tell('pairing', steps.pairing);
  const secrets = freshSecrets(tools.random);
  try {
    const id = await claim.holding(acting => addPairing(acting, hello.serial, secrets));
    let isEscrowed: boolean;
    try {
      ({ isEscrowed } = await giveSecrets(tools, client, secrets));
    } catch (error) {
      if (!isOutcomeUnknown(error)) await claim.holding(({ db }) => dropPairing(db, id));
      // The session is gone with the code that opened it.
      throw isRefusal(error, 'no-session') ? new FobError('wrong-code', { cause: error }) : error;
    }
    await client.openSession(pairingKey(secrets.pairingKey), tools.signal);
    const fob = await claim.holding(acting => confirmPairing(acting, hello, secrets));
    if (!isEscrowed && client.knows('escrow'))
      await client.call('escrow', { recoveryKey: secrets.recoveryKey }, { signal: tools.signal });
    return fob;
  } finally {
    clearSecrets(secrets);
  }
}
