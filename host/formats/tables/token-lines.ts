import { SECRET_BYTES_MIN } from '../../../protocol/limits.ts';
import { enrolmentOf } from '../draft.ts';
import { hexBytes } from '../encodings.ts';
import { judge, NAMELESS, type Row } from '../row.ts';
import type { Line } from './line.ts';

/**
 * Lines without a header, as privacyIDEA and LinOTP import them: `serial, key in hexadecimal, hotp|totp, digits,
 * period or counter, algorithm`. What is left out behind the key has their defaults: HOTP, 6 digits.
 */
export function isTokenLine({ cells }: Line): boolean {
  const [serial = '', key = '', type] = cells;
  if (serial === '' || key === '' || cells.some(cell => /^(?:serial|secret|upn)\b/i.test(cell))) return false;
  return (
    /^(?:hotp|totp|ocra2?|tiqr|motp)$/i.test(type ?? '') || (hexBytes(key)?.length ?? 0) >= SECRET_BYTES_MIN
  );
}

export function readTokenLine({ place, cells }: Line): Row {
  const [serial = '', key = '', type = 'hotp', digits, moving, algorithm] = cells;
  const isKey = (hexBytes(key)?.length ?? 0) >= SECRET_BYTES_MIN;
  // Where no key stands the columns may be others, and a key where the serial should be: it is not repeated.
  return judge(place, isKey ? { issuer: '', label: serial } : NAMELESS, () =>
    enrolmentOf({
      type: type || 'hotp',
      secret: { as: 'hex', text: key },
      algorithm,
      digits,
      period: moving,
      counter: moving || 0,
      issuer: '',
      label: serial,
    }),
  );
}
