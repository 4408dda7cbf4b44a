import { pause } from 'passfob/client/pause';
import { isRefusal } from 'passfob/errors';
import { policyRequest, statusOf } from 'passfob/owner/status';
import { relayLimits } from '../../../../base/limits/relay.ts';
import { type RelayRefusalCode, relayTexts } from '../../../../base/texts/relay.ts';
import { RelayRefusal } from '../records/refusal.ts';
import type { Run } from './run.ts';

/** The text that asks for a PIN, and the refusal if nobody enters it. */
interface PinRequest {
  readonly text: string;
  readonly refusal: RelayRefusalCode;
}

/** Asks for the PIN of the user who has the fob. */
export const USERS_PIN: PinRequest = { text: relayTexts.steps.pin, refusal: 'no_pin' };
/** Asks for the PIN of an earlier user. */
export const EARLIER_PIN: PinRequest = { text: relayTexts.steps.pinEarlier, refusal: 'earlier_pin' };

/**
 * Runs `work`, which needs an unlocked vault; if a PIN locks it, asks the user to enter the PIN, and runs `work`
 * again.
 * @throws RelayRefusal that of the request, errors that `work` throws
 */
export async function opened<T>(run: Run, work: () => Promise<T>, request = USERS_PIN): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isRefusal(error, 'locked')) throw error;
      await untilStatus(run, request, ({ isLocked }) => !isLocked);
    }
  }
}

/**
 * Has the fob ask for a PIN of at least so many digits, and waits until the user has chosen one. The PIN never leaves
 * the fob.
 * @throws RelayRefusal `old_firmware`, `no_pin`
 */
export async function pinOnFob(run: Run, digits: number): Promise<void> {
  const { client, tools } = run;
  if (!client.knows('setPolicy')) throw new RelayRefusal('old_firmware');
  const { signal } = tools;
  const { policy, pin } = statusOf(await client.call('status', {}, { signal }));
  if (policy.pinDigits < digits)
    await client.call('setPolicy', policyRequest({ ...policy, pinDigits: digits }), { signal });
  else if (pin === 'set') return;
  const request = {
    text: relayTexts.steps.pinNew(Math.max(digits, policy.pinDigits)),
    refusal: 'no_pin',
  } as const;
  await untilStatus(run, request, status => status.pin === 'set' && !status.isLocked);
}

async function untilStatus(
  { client, tools, tell }: Run,
  { text, refusal }: PinRequest,
  isReached: (status: ReturnType<typeof statusOf>) => boolean,
): Promise<void> {
  const { signal } = tools;
  for (let polls = 0; polls * relayLimits.pinPollMs < relayLimits.relayWaitMs; polls++) {
    if (isReached(statusOf(await client.call('status', {}, { signal })))) return;
    if (polls === 0) tell('pin', text);
    await pause(relayLimits.pinPollMs, signal);
  }
  throw new RelayRefusal(refusal);
}
