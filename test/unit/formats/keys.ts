import { FobError } from 'passfob/errors';
import type { Assumed, ReadTools } from 'passfob/formats/base/row';

/** The encrypted files of the corpus open with it; nothing else in the world does. */
export const PASSWORD = 'correct horse battery staple';
export const KEY = Uint8Array.from({ length: 32 }, (_, at) => at + 1);

const RFC_PASSWORD = 'qwerty';
const RFC_KEY = Buffer.from('12345678901234567890123456789012', 'hex');

/** Corpus files with costly keys, and pictures: they are read by tens in a second and not by thousands. */
export const COSTLY =
  /encrypted|wrong|damaged|bomb|protected|argon2|authpro$|\.png$|^pskc-(?:figure-7|by-csv|iterations|derivation|tampered-mac)/;

/** What a person knows of tokens whose file does not say it. */
const ASSUMED: Readonly<Record<string, Assumed>> = {
  'token2.csv': { type: 'totp' },
  'feitian.txt': { type: 'totp' },
  'feitian-base32.txt': { type: 'totp', period: 60 },
  'linotp-short.csv': { type: 'hotp' },
  'privacyidea-long-keys.csv': { type: 'hotp', algorithm: 'sha512' },
  'duo-hotp.csv': { type: 'hotp', digits: 8 },
  'duo-totp.csv': { type: 'totp', digits: 6 },
  'bare-ambiguous.csv': { type: 'totp' },
  'table-hex.csv': { encoding: 'hex', digits: 8 },
};

/** Returns the input of a person with the right secrets for a file; the file's name says where one is missing. */
export function answersFor(file: string): ReadTools {
  const isWrong = file.includes('wrong');
  const isOfTheRfc = file.startsWith('pskc-') && !file.includes('aes-256');
  const wanted = isOfTheRfc ? RFC_PASSWORD : PASSWORD;
  const key = isOfTheRfc ? new Uint8Array(RFC_KEY) : KEY;
  return {
    assumed: ASSUMED[file] ?? {},
    password: async () => (isWrong ? 'Tr0ub4dor&3' : wanted),
    key: async () => {
      if (file.includes('short-key')) return key.slice(0, 8).fill(1);
      return isWrong ? key.map(byte => byte ^ 1) : key;
    },
  };
}

/** The tools of a person who must not be asked. */
export const unasked: ReadTools = {
  password: async () => {
    throw new FobError('usage');
  },
  key: async () => {
    throw new FobError('usage');
  },
};
