import { SECRET_BYTES_MIN } from '@passfob/protocol/limits';
import { badInput, type Enrolment } from '../../enrol/enrolment.ts';
import { enrolmentOf } from '../base/draft.ts';
import { hexBytes, readSecret, type WrittenSecret } from '../base/encodings.ts';
import { type Assumed, checkedRow, type ImportRow, NAMELESS } from '../base/row.ts';
import type { TableLine } from './line.ts';

/**
 * Lines of makers of tokens without a header: `serial, seed` with a seed in Base32 (Token2, Feitian), and `serial,
 * seed, number`, as Duo wants them (Feitian, FortiToken, SafeID, Token2). Nothing in such a file names the type, the
 * digits or, without the number, the period: the person who bought the tokens knows.
 */

/**
 * Whether a line has this form. Two columns with a hexadecimal seed are HOTP of privacyIDEA, unless a person says
 * otherwise.
 */
export function isBareLine({ cells }: TableLine, { type }: Assumed): boolean {
  const [serial = '', seed = '', number, ...rest] = cells;
  if (serial === '' || rest.some(cell => cell !== '')) return false;
  if (number !== undefined && number !== '') return /^\d{1,16}$/.test(number) && isSeed(seed);
  return (type !== undefined || hexBytes(seed) === undefined) && isSeed(seed);
}

function isSeed(text: string): boolean {
  return (seedOf(text, undefined)?.bytes.length ?? 0) >= SECRET_BYTES_MIN;
}

/** Digits of hexadecimal seeds are no letters of Base32, but for some of them: see `isAmbiguous`. */
function seedOf(
  text: string,
  encoding: Assumed['encoding'],
): { bytes: Uint8Array; as: 'hex' | 'base32' } | undefined {
  const hex = encoding === 'base32' ? undefined : hexBytes(text);
  if (hex !== undefined) return { bytes: hex, as: 'hex' };
  if (encoding === 'hex') return undefined;
  try {
    return { bytes: readSecret({ as: 'base32', text }).secret, as: 'base32' };
  } catch {
    return undefined;
  }
}

/** Makes a reader of such lines. @param assumed by the person */
export function bareLineReader(assumed: Assumed): (line: TableLine) => ImportRow {
  return ({ place, cells }) => {
    const [serial = '', text = '', number = ''] = cells;
    const seed = seedOf(text, assumed.encoding);
    const isKey = (seed?.bytes.length ?? 0) >= SECRET_BYTES_MIN;
    const names = isKey ? { issuer: '', label: '', serial } : NAMELESS;
    const written: WrittenSecret = { as: seed?.as ?? assumed.encoding ?? 'base32', text };
    return checkedRow(place, names, () => {
      if (assumed.encoding === undefined) refuseAmbiguous(text);
      return accountOf(names, written, number, assumed);
    });
  };
}

function accountOf(
  names: typeof NAMELESS,
  secret: WrittenSecret,
  number: string,
  { type, digits, period, algorithm }: Assumed,
): Enrolment {
  if (type === undefined) {
    throw badInput(
      'The table does not say whether its tokens are TOTP or HOTP.',
      'Say it: --type totp, with --period 60 for tokens that change once a minute, or --type hotp.',
    );
  }
  const isTimed = type === 'totp';
  const warnings = [
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

/** Text of 2 to 7 and A to F in a length that both encodings have can be either. @throws FobError `bad-input` */
function refuseAmbiguous(text: string): void {
  const letters = text.replace(/[\s=-]/g, '');
  if (!/^[2-7a-f]+$/i.test(letters) || hexBytes(letters) === undefined) return;
  throw badInput(
    'The seed can be read as hexadecimal and as Base32.',
    'Say which it is: --encoding hex or --encoding base32',
  );
}
