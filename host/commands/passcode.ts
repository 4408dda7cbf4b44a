import { alphabetOf } from '@passfob/protocol/alphabet';
import { ALPHABET_NAMES } from '../enrol/alphabets.ts';
import { FobError } from '../errors.ts';
import { accountName } from './account-name.ts';
import type { AccountOnFob } from './list.ts';

/**
 * Formats a fob's answer as a passcode. The answer goes to terminals and programs, so it is validated.
 * @throws FobError `verification-failed` if its length or characters do not match the account's passcodes
 */
export function passcodeText(serial: string, account: AccountOnFob, bytes: Uint8Array): string {
  const { digits, alphabet } = account;
  const code = String.fromCharCode(...bytes);
  const characters = alphabetOf(ALPHABET_NAMES.indexOf(alphabet));
  const isOne = Array.from(code).every(character => characters.includes(character));
  if (isOne && code.length === digits && code.length > 0) return code;
  const form = alphabet === 'decimal' ? `${digits} digits` : `${digits} ${alphabet} characters`;
  throw new FobError('verification-failed', {
    sentence: `The answer of the fob ${serial} is not a passcode of ${accountName(account)}: it is not ${form}.`,
    next: 'Do not use it, and run: passfob verify',
  });
}
