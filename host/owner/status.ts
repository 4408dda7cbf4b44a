import type { Response } from '@passfob/protocol/commands';
import type { Client } from '../client/client.ts';
import type { OwnerTools } from './tools.ts';

/** The owner's policy for a fob's PIN. */
export interface Policy {
  /** Fewest digits of a PIN; 0: no PIN. */
  readonly pinDigits: number;
  /** Wrong PINs until `onLimit` happens. */
  readonly attempts: number;
  readonly onLimit: 'wipe' | 'lock';
  /** Seconds from the last key press until the fob locks; 0: when the display goes off. */
  readonly lockAfterSeconds: number;
  /** Acts that need the PIN, in addition to unlocking. */
  readonly ask: readonly PinUse[];
  /** Whether the fob may type passcodes into a computer, and press Enter after them. */
  readonly typing: 'never' | 'allowed' | 'enter';
}

export type PinUse = keyof typeof PIN_USE_BITS;

/** A fob's report about its PIN, its memory and its battery. */
export interface FobStatus {
  readonly policy: Policy;
  readonly pin: 'none' | 'set' | 'to-be-chosen';
  readonly isLocked: boolean;
  /** Wrong PINs since the last right one. */
  readonly failures: number;
  /** Rounds of the PIN's key derivation; 1: the PIN guards only the keys. */
  readonly iterations: number;
  /** Whether the owner can reset the PIN. */
  readonly canBeReset: boolean;
  /** Whether older memory content was put back (rollback); `unknown` after the part that detects it lost power. */
  readonly wentBack: 'no' | 'yes' | 'unknown';
  /** Absent if the board does not measure it. */
  readonly batteryPercent?: number;
}

const PINS: readonly FobStatus['pin'][] = ['none', 'set', 'to-be-chosen'];
const WENT_BACK: readonly FobStatus['wentBack'][] = ['no', 'yes', 'unknown'];
const NO_BATTERY = 255;
export const PIN_USE_BITS = { passcode: 1, approval: 2, settings: 4 } as const;
/** In the order of their numbers on the wire, which has no 2. */
const TYPING: readonly (Policy['typing'] | undefined)[] = ['never', 'allowed', undefined, 'enter'];

/** @param status within `ANSWER_LIMITS`, as every answer */
export function statusOf(status: Response<'status'>): FobStatus {
  return {
    policy: {
      pinDigits: status.pinDigits,
      attempts: status.attempts,
      onLimit: status.wipe === 1 ? 'wipe' : 'lock',
      lockAfterSeconds: status.lockSeconds,
      ask: (Object.keys(PIN_USE_BITS) as PinUse[]).filter(name => (status.asks & PIN_USE_BITS[name]) !== 0),
      typing: TYPING[status.typing] as Policy['typing'],
    },
    pin: PINS[status.pin] as FobStatus['pin'],
    isLocked: status.locked !== 0,
    failures: status.failures,
    iterations: status.iterations,
    canBeReset: status.escrowed !== 0,
    wentBack: WENT_BACK[status.wentBack] as FobStatus['wentBack'],
    ...(status.battery !== NO_BATTERY && { batteryPercent: status.battery }),
  };
}

/** Encodes the policy for the wire. */
export function policyRequest({ pinDigits, attempts, onLimit, lockAfterSeconds, ask, typing }: Policy) {
  return {
    pinDigits,
    attempts,
    wipe: onLimit === 'wipe' ? 1 : 0,
    lockSeconds: lockAfterSeconds,
    asks: ask.reduce((sum, name) => sum | PIN_USE_BITS[name], 0),
    typing: TYPING.indexOf(typing),
  };
}

/**
 * Writes the fob's present policy again, which ends its report that its memory may have gone back. While the person
 * has not confirmed the notice on its screen, the fob reports it again at once.
 * @returns the status afterwards
 * @throws FobError `refused`, those of the link
 */
export async function acknowledgeWentBack(
  { signal }: OwnerTools,
  client: Client,
  { policy }: FobStatus,
): Promise<FobStatus> {
  await client.call('setPolicy', policyRequest(policy), { signal });
  return statusOf(await client.call('status', {}, { signal }));
}
