import { SECRET_BYTES_MIN } from '@passfob/protocol/limits';
import { readBareSecret } from '../../enrol/bare-secret.ts';
import { badInput, type Enrolment } from '../../enrol/enrolment.ts';
import { enrolmentOf } from '../base/draft.ts';
import { hexBytes, type WrittenSecret } from '../base/encodings.ts';
import { type Assumed, checkedRow, type ImportRow, NAMELESS } from '../base/row.ts';
import type { TableLine } from './line.ts';

/**
 * Lines of makers of tokens without a header: `serial, seed` with a seed in Base32 (Token2, Feitian), and `serial,
 * seed, number`, as Duo wants them (Feitian, FortiToken, SafeID, Token2). Nothing in such a file names the type, the
 * digits or, without the number, the period: the person who bought the tokens knows.
 */

/** Whether a line has this form. privacyIDEA takes two columns for HOTP, and makers write TOTP like that: a person says. */
export function isBareLine({ cells }: TableLine): boolean {
  const [serial = '', seed = '', number, ...rest] = cells;
  if (serial === '' || rest.some(cell => cell !== '')) return false;
  return /^\d{0,16}$/.test(number ?? '') && isSeed(seed);
}

/** As many bytes as SHA-224, -256, -384 and -512 have. */
const OTHER_HASH_BYTES: readonly number[] = [28, 32, 48, 64];

function isSeed(text: string): boolean {
  try {
    const isHex = hexBytes(text) !== undefined;
    return readBareSecret(text, isHex ? 'hex' : 'base32').secret.length >= SECRET_BYTES_MIN;
  } catch {
    return false;
  }
}

/** Makes a reader of such lines. @param assumed by the person */
export function bareLineReader(assumed: Assumed): (line: TableLine) => ImportRow {
  return ({ place, cells }) => {
    const [serial = '', text = '', number = ''] = cells;
    const names = isSeed(text) ? { issuer: '', label: '', serial } : NAMELESS;
    return checkedRow(place, names, () => {
      const { secret, warnings } = readBareSecret(text, assumed.encoding);
      if (assumed.algorithm === undefined && OTHER_HASH_BYTES.includes(secret.length)) {
        throw badInput(
          `A seed of ${secret.length} bytes may be for SHA-1 or for SHA-2, and the table does not say it.`,
          'Say it: --algorithm sha1, sha256 or sha512.',
        );
      }
      return accountOf(names, { bytes: secret }, number, { ...assumed, warnings });
    });
  };
}

function accountOf(
  names: typeof NAMELESS,
  secret: WrittenSecret,
  number: string,
  { type, digits, period, algorithm, warnings: said }: Assumed & { readonly warnings: readonly string[] },
): Enrolment {
  if (type === undefined) {
    throw badInput(
      'The table does not say whether its tokens are TOTP or HOTP.',
      'Say it: --kind totp, with --period 60 for tokens that change once a minute, or --kind hotp.',
    );
  }
  const isTimed = type === 'totp';
  const warnings = [
    ...said,
    ...(digits === undefined ? ['The table names no number of digits; 6 are used (else: --digits).'] : []),
    ...(isTimed && number === '' && period === undefined
      ? ['The table names no period; 30 seconds are used (else: --period).']
      : []),
  ];
  return enrolmentOf({
    ...names,
    type,
    secret,
    algorithm,
    digits,
    period: isTimed ? number || period : undefined,
    counter: isTimed ? undefined : number || 0,
    warnings,
  });
}
