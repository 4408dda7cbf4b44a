import { createGuardrails, generateSync } from 'otplib';
import { tokenLimits } from './limits/tokens.ts';
import { type PasscodeForm, sameText } from './passcode.ts';

const guardrails = createGuardrails({
  MIN_SECRET_BYTES: tokenLimits.secretMinBytes,
  MAX_SECRET_BYTES: tokenLimits.secretMaxBytes,
  MAX_COUNTER: Number.MAX_SAFE_INTEGER,
});

/**
 * Whether otplib, with its own HMAC, computes the same passcode. A fob is asked for one passcode when it is enrolled:
 * if the service and the fob agreed on a wrong one, the user would find out at another server.
 *
 * @param secret the shared secret, 16 to 128 bytes
 * @returns undefined if otplib has no such passcodes: an alphabet other than decimal, or fewer than six digits
 */
export function otplibAgrees(
  { algorithm, alphabet, digits }: PasscodeForm,
  secret: Uint8Array,
  { step, passcode }: { readonly step: number; readonly passcode: string },
): boolean | undefined {
  if (alphabet !== 'decimal' || (digits !== 6 && digits !== 7 && digits !== 8)) return undefined;
  const other = generateSync({ strategy: 'hotp', secret, algorithm, digits, counter: step, guardrails });
  return sameText(other, passcode);
}
