import { badInput } from '../../enrol/enrolment.ts';
import { otpauthOf } from '../../enrol/otpauth.ts';
import { PASSWORD_CHARS_MIN } from '../base/limits.ts';
import type { OutFormat } from './names.ts';
import { type PskcEncryption, type RandomBytes, writePskc } from './pskc.ts';
import { writeEntra, writeOathUsers, writeTokenLines } from './tables.ts';
import type { Token } from './token.ts';

/** The format and encryption of a file. */
export type Output =
  | { readonly format: 'pskc'; readonly sealing: PskcEncryption }
  | { readonly format: Exclude<OutFormat, 'pskc'> };

/**
 * Returns the text of a file with all the tokens.
 * @throws FobError `bad-input` for a token that the format cannot hold
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

/** @throws FobError `bad-input` for a weak password */
export function checkPskcEncryption(sealing: PskcEncryption): void {
  if (!('password' in sealing) || [...sealing.password].length >= PASSWORD_CHARS_MIN) return;
  throw badInput(
    `The password is shorter than ${PASSWORD_CHARS_MIN} characters: anyone who has the file can try passwords without limit.`,
    'Choose a longer one, such as five words drawn at random.',
  );
}
