import { badInput } from '../../enrol/enrolment.ts';
import { otpauthOf } from '../../enrol/otpauth.ts';
import { PASSWORD_CHARS_MIN } from '../base/limits.ts';
import { checkDuo, checkOneType, writeDuo } from './duo.ts';
import { checkEntra, checkGraph, writeEntra, writeGraph } from './entra.ts';
import type { OutFormat } from './names.ts';
import { checkOkta, checkOneProfile, writeOkta } from './okta.ts';
import { checkPskc, type PskcEncryption, type RandomBytes, writePskc } from './pskc.ts';
import {
  checkLinOtp,
  checkOathUsers,
  checkPrivacyIdea,
  checkPrivacyIdeaUser,
  writeOathUsers,
  writePrivacyIdeaUsers,
  writeTokenLines,
} from './tables.ts';
import type { Token } from './token.ts';

/** A file that hands on seeds: its format, and the options of that format. */
export interface Output {
  readonly format: OutFormat;
  /** PSKC only; without it the secrets in the file are readable. */
  readonly sealing?: PskcEncryption | undefined;
  /** privacyIDEA only: assigns the tokens to the users of this realm. */
  readonly realm?: string | undefined;
  /** Okta only: the id of the factor profile. */
  readonly factorProfile?: string | undefined;
}

interface Writer {
  /** @throws FobError `bad-input` for an account that the reader would refuse or misread */
  readonly check: (token: Token, output: Output) => void;
  /** @throws FobError `bad-input` for accounts that the reader does not take in one file */
  readonly checkAll?: (tokens: readonly Token[]) => void;
  /** Writes accounts that passed both checks. */
  readonly write: (tokens: readonly Token[], output: Output, random: RandomBytes) => string | Promise<string>;
}

const WRITERS: Readonly<Record<OutFormat, Writer>> = {
  pskc: {
    check: checkPskc,
    write: (tokens, { sealing }, random) => writePskc(tokens, sealing, random),
  },
  uri: {
    check: () => undefined,
    write: tokens => tokens.map(({ enrolment }) => `${otpauthOf(enrolment)}\n`).join(''),
  },
  entra: { check: checkEntra, write: writeEntra },
  graph: { check: checkGraph, write: writeGraph },
  okta: {
    check: checkOkta,
    checkAll: checkOneProfile,
    write: (tokens, { factorProfile = '' }) => writeOkta(tokens, factorProfile),
  },
  duo: { check: checkDuo, checkAll: checkOneType, write: writeDuo },
  privacyidea: {
    check(token, { realm }) {
      checkPrivacyIdea(token);
      if (realm !== undefined) checkPrivacyIdeaUser(token);
    },
    write: (tokens, { realm }) =>
      realm === undefined ? writeTokenLines(tokens) : writePrivacyIdeaUsers(tokens, realm),
  },
  linotp: { check: checkLinOtp, write: writeTokenLines },
  oath: { check: checkOathUsers, write: writeOathUsers },
};

/** @throws FobError `bad-input` for an account that the format cannot hold, or its reader would refuse */
export function checkToken(output: Output, token: Token): void {
  WRITERS[output.format].check(token, output);
}

/** @throws FobError `bad-input` for accounts that do not go into one file, and for a weak password */
export function checkTokens({ format, sealing }: Output, tokens: readonly Token[]): void {
  checkPskcEncryption(sealing);
  const serials = new Set(tokens.map(({ serial }) => serial));
  if (serials.size < tokens.length) {
    throw badInput(
      'Two accounts of one fob have the same issuer and label: the reader would take them for one.',
      'Give one of them another label.',
    );
  }
  WRITERS[format].checkAll?.(tokens);
}

/**
 * Returns the text of a file with all the tokens.
 * @throws FobError `bad-input` as `checkToken` and `checkTokens`
 */
export async function writeTokens(
  output: Output,
  tokens: readonly Token[],
  random: RandomBytes,
): Promise<string> {
  for (const token of tokens) checkToken(output, token);
  checkTokens(output, tokens);
  return WRITERS[output.format].write(tokens, output, random);
}

/** @throws FobError `bad-input` for a weak password */
export function checkPskcEncryption(sealing: PskcEncryption | undefined): void {
  if (sealing === undefined || !('password' in sealing)) return;
  if ([...sealing.password].length >= PASSWORD_CHARS_MIN) return;
  throw badInput(
    `The password is shorter than ${PASSWORD_CHARS_MIN} characters: anyone who has the file can try passwords without limit.`,
    'Choose a longer one, such as five words drawn at random.',
  );
}
