import { pause } from 'passfob/client/pause';
import { isRefusal } from 'passfob/errors';
import { policyRequest, statusOf } from 'passfob/owner/status';
import { relayLimits } from '../../../../base/limits/relay.ts';
import { relayTexts } from '../../../../base/texts/relay.ts';
import { RelayRefusal } from '../records/refusal.ts';
import type { Run } from './run.ts';

/**
 * Runs `work`, which needs an unlocked vault; if a PIN locks it, asks the user to enter the PIN, and runs `work`
 * again.
 * @throws RelayRefusal `no_pin`, errors that `work` throws
 */
export async function opened<T>(run: Run, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isRefusal(error, 'locked')) throw error;
      await untilStatus(run, relayTexts.steps.pin, ({ isLocked }) => !isLocked);
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
  await untilStatus(run, relayTexts.steps.pinNew, status => status.pin === 'set' && !status.isLocked);
}

async function untilStatus(
  { client, tools, tell }: Run,
  text: string,
  isReached: (status: ReturnType<typeof statusOf>) => boolean,
): Promise<void> {
  const { signal } = tools;
  for (let polls = 0; polls * relayLimits.pinPollMs < relayLimits.relayWaitMs; polls++) {
    if (isReached(statusOf(await client.call('status', {}, { signal })))) return;
    if (polls === 0) tell('pin', text);
    await pause(relayLimits.pinPollMs, signal);
  }
  throw new RelayRefusal('no_pin');
}
