import { badInput } from '../../enrol/enrolment.ts';
import { otpauthOf } from '../../enrol/otpauth.ts';
import { PASSWORD_CHARS_MIN } from '../base/limits.ts';
import { type PskcEncryption, type RandomBytes, writePskc } from './pskc.ts';
import { writeEntra, writeOathUsers, writeTokenLines } from './tables.ts';
import type { Token } from './token.ts';

/** Files in which seeds are handed on, by the names that the command line has for them. */
export const OUT_FORMATS = ['pskc', 'uri', 'entra', 'privacyidea', 'linotp', 'oath'] as const;
export type OutFormat = (typeof OUT_FORMATS)[number];

/** In every other format the secrets can be read by whoever reads the file. */
export function isSealed(format: OutFormat): format is 'pskc' {
  return format === 'pskc';
}

/** How a file is to be written. */
export type Output =
  | { readonly format: 'pskc'; readonly sealing: PskcEncryption }
  | { readonly format: Exclude<OutFormat, 'pskc'> };

/**
 * The text of a file that holds all the tokens.
 * @throws FobError `bad-input` for what the format cannot hold
 */
export async function writeTokens(
  output: Output,
  tokens: readonly Token[],
  random: RandomBytes,
): Promise<string> {
  switch (output.format) {
    case 'pskc':
      checkPskcEncryption(output.sealing);
      return writePskc(tokens, output.sealing, random);
    case 'uri':
      return tokens.map(({ enrolment }) => `${otpauthOf(enrolment)}\n`).join('');
    case 'entra':
      return writeEntra(tokens);
    case 'privacyidea':
      return writeTokenLines(tokens, true);
    case 'linotp':
      return writeTokenLines(tokens);
    case 'oath':
      return writeOathUsers(tokens);
  }
}

/** @throws FobError `bad-input` for a password that is soon guessed */
export function checkPskcEncryption(sealing: PskcEncryption): void {
  if (!('password' in sealing) || [...sealing.password].length >= PASSWORD_CHARS_MIN) return;
  throw badInput(
    `The password is shorter than ${PASSWORD_CHARS_MIN} characters: anyone who has the file can try passwords without limit.`,
    'Choose a longer one, such as five words drawn at random.',
  );
}
