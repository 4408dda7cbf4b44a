import { SECRET_BYTES_MIN } from '@passfob/protocol/limits';
import { badInput } from '../../enrol/enrolment.ts';
import { enrolmentOf } from '../base/draft.ts';
import { hexBytes } from '../base/encodings.ts';
import { checkedRow, type ImportRow, NAMELESS } from '../base/row.ts';
import type { TableLine } from './line.ts';

/**
 * Whether a line is a token in the import format of privacyIDEA and LinOTP, without a header: `serial, key in
 * hexadecimal, hotp|totp, digits, period or counter, algorithm`, or `serial, key, ocra, suite`. Values left out after
 * the key get their defaults: HOTP, 6 digits.
 */
export function isTokenLine({ cells }: TableLine): boolean {
  const [serial = '', key = '', type] = cells;
  if (serial === '' || key === '' || cells.some(cell => /^(?:serial|secret|upn)\b/i.test(cell))) return false;
  return TYPES.test(type ?? '') || (cells.length > 3 && (hexBytes(key)?.length ?? 0) >= SECRET_BYTES_MIN);
}

const TYPES = /^(?:hotp|hmac|totp|ocra2?|tiqr|motp)$/i;

/** Reads a token line that begins with a user, a resolver and a realm. */
export function readOwnedTokenLine({ place, cells }: TableLine): ImportRow {
  const [user = '', , , ...rest] = cells;
  return readTokenLine({ place, cells: rest }, user);
}

/** @param user the token's user, if the line has one */
export function readTokenLine({ place, cells }: TableLine, user = ''): ImportRow {
  const [serial = '', key = '', written = '', form = '', moving = '', algorithm = ''] = cells;
  const bytes = hexBytes(key)?.length ?? 0;
  // Without a valid key the columns may be in another order, with a key in the serial's position, so the serial is
  // not repeated.
  const names = bytes >= SECRET_BYTES_MIN ? { issuer: '', label: user, serial } : NAMELESS;
  const type = typeNamed(written);
  return checkedRow(place, names, () =>
    enrolmentOf({
      ...names,
      type,
      warnings: written === '' ? ['Taken, since the line does not say it: HOTP, as privacyIDEA does.'] : [],
      secret: { as: 'hex', text: key },
      ...(type === 'ocra'
        ? { suite: form, counter: 0 }
        : { algorithm: algorithm || hashFor(bytes), digits: form, period: moving, counter: moving || 0 }),
    }),
  );
}

/** LinOTP also writes `hmac` for HOTP, and `ocra2` for RFC 6287. */
function typeNamed(written: string): string {
  const type = written.toLowerCase();
  if (type === '' || type === 'hmac') return 'hotp';
  return type === 'ocra2' ? 'ocra' : type;
}

/**
 * Returns the hash for a line without one: both servers choose the hash whose output is as long as the key
 * (`get_import_csv` of privacyIDEA, `parseOATHcsv` of LinOTP). @throws FobError `bad-input` if the servers differ
 */
function hashFor(keyBytes: number): string {
  if (keyBytes === 28 || keyBytes === 48) {
    throw badInput(
      `The key has ${keyBytes} bytes: privacyIDEA takes it for SHA-2 with as many, which no fob has, and LinOTP for SHA-1.`,
      'Add the algorithm in the sixth column, if it is sha1, sha256 or sha512.',
    );
  }
  return keyBytes === 32 ? 'SHA256' : keyBytes === 64 ? 'SHA512' : 'SHA1';
}
