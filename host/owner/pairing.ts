import {
  DEVICE_SECRET_BYTES,
  ENTROPY_BYTES,
  PAIRING_CHECK_CHARS,
  PAIRING_CODE_CHARS,
  PAIRING_KEY_BYTES,
} from '@passfob/protocol/limits';
import { readPairingCode } from '@passfob/protocol/pairing';
import type { Client } from '../client/client.ts';
import { FobError, isRefusal } from '../errors.ts';
import { CODE_ATTEMPTS_MAX, RECOVERY_KEY_BYTES } from '../limits.ts';
import type { OwnerTools } from './tools.ts';

/** The three secrets that an owner makes for a fob; the fob gets the first two. 32 bytes each. */
export interface FobSecrets {
  readonly deviceSecret: Uint8Array;
  readonly pairingKey: Uint8Array;
  readonly recoveryKey: Uint8Array;
}

export function freshSecrets(random: (length: number) => Uint8Array): FobSecrets {
  return {
    deviceSecret: random(DEVICE_SECRET_BYTES),
    pairingKey: random(PAIRING_KEY_BYTES),
    recoveryKey: random(RECOVERY_KEY_BYTES),
  };
}

/** Asks for a code. `fault` says what was wrong with the last one, and repeats nothing of it. */
export type AskCode = (isAgain: boolean, fault?: string) => Promise<string>;

/**
 * Asks the person to type the code on the fob, again if a character is wrong.
 * @throws FobError `bad-input` after the last attempt, errors of `ask`
 */
export async function askedCode(ask: AskCode): Promise<string> {
  let fault: string | undefined;
  for (let attempts = 0; attempts < CODE_ATTEMPTS_MAX; attempts++) {
    const typed = await ask(attempts > 0, fault);
    const code = readPairingCode(typed);
    if (code !== undefined) return code;
    fault = codeFault(typed);
  }
  throw new FobError('bad-input', {
    sentence: 'The code has a wrong, missing or extra character.',
    next: 'Type it as the fob shows it: 18 characters, with or without spaces.',
  });
}

/** Says what is wrong with a code: its length, or else one of its characters. */
export function codeFault(typed: string): string {
  const { length } = typed.replaceAll(/[ -]/g, '');
  if (/b/i.test(typed)) return 'No code has the letter b: it may be a 6 or an 8.';
  if (length === CODE_CHARS) return 'A character is wrong.';
  const were = length === 1 ? 'that was 1' : `those were ${length}`;
  return `The code has ${CODE_CHARS} characters in six groups of three; ${were}.`;
}

const CODE_CHARS = PAIRING_CODE_CHARS + PAIRING_CHECK_CHARS;

/** What the fob did in addition to taking its owner. */
export interface PairingResult {
  readonly isEscrowed: boolean;
  readonly isClockSet: boolean;
}

/** Bits of `done` in the wire's answer to `take`. */
const TAKEN_ESCROWED = 1;
const TAKEN_CLOCK = 2;

/**
 * Sends everything from a new owner in one command; older firmware gets only the keys. In the session opened by the
 * pairing code; the secrets must have been stored before.
 * @throws FobError `refused`, those of the link: then the fob may have them
 */
export async function giveSecrets(
  { now, random, signal }: OwnerTools,
  client: Client,
  { deviceSecret, pairingKey, recoveryKey }: FobSecrets,
): Promise<PairingResult> {
  const keys = { deviceSecret, pairingKey, entropy: random(ENTROPY_BYTES) };
  if (client.knows('take')) {
    try {
      // Rounded instead of waiting for a whole second: a first time is accurate only to a second anyway (`error` of
      // `time`).
      const utc = Math.round(now() / 1000);
      const { done } = await client.call('take', { ...keys, recoveryKey, utc }, { signal });
      return { isEscrowed: (done & TAKEN_ESCROWED) !== 0, isClockSet: (done & TAKEN_CLOCK) !== 0 };
    } catch (error) {
      if (!isRefusal(error, 'unknown-command')) throw error;
    }
  }
  await client.call('adopt', keys, { signal });
  return { isEscrowed: false, isClockSet: false };
}
