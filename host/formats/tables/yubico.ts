import { SECRET_BYTES_MIN } from '@passfob/protocol/limits';
import { badInput } from '../../enrol/enrolment.ts';
import { enrolmentOf } from '../base/draft.ts';
import { hexBytes } from '../base/encodings.ts';
import { checkedRow, type ImportRow, NAMELESS, type RowName, skipped } from '../base/row.ts';
import type { TableLine } from './line.ts';

/**
 * Logs of the YubiKey Personalization Tool, which have no header and two forms. Traditional: `kind, time, slot, public
 * id, private id, key, …, digits, …`. Yubico's: `serial, public id, private id, key, access code, time`, whose
 * private id is 0 for OATH.
 */

const TRADITIONAL = /^(?:logging start|yubico otp|oath-hotp|challenge-response.*|static password.*)$/i;

export function isYubicoLine({ cells }: TableLine): boolean {
  const [first = '', second = ''] = cells;
  return TRADITIONAL.test(first) ? second !== '' : isFlexible(cells);
}

function isFlexible(cells: readonly string[]): boolean {
  const [serial = '', , , , , time = ''] = cells;
  return /^\d{1,10}$/.test(serial) && /^\d{4}-\d\d-\d\dT/.test(time);
}

export function readYubicoLine({ place, cells }: TableLine): ImportRow {
  const [first = ''] = cells;
  if (/^logging start$/i.test(first)) return skipped(place, NAMELESS, 'It marks the beginning of a log.');
  if (TRADITIONAL.test(first)) {
    const [kind = '', , , publicId = '', , key = ''] = cells;
    return rowOf(place, { kind, publicId, key, serial: publicId, digits: cells[DIGITS_COLUMN] ?? '' });
  }
  const [serial = '', publicId = '', privateId = '', key = ''] = cells;
  const kind = privateId === '' ? 'static password' : /^0+$/.test(privateId) ? 'oath-hotp' : 'yubico otp';
  return rowOf(place, { kind, publicId, key, serial, digits: '' });
}

const DIGITS_COLUMN = 11;

interface Slot {
  readonly kind: string;
  readonly publicId: string;
  readonly key: string;
  readonly serial: string;
  readonly digits: string;
}

function rowOf(place: string, { kind, publicId, key, serial, digits }: Slot): ImportRow {
  const isKey = (hexBytes(key)?.length ?? 0) >= SECRET_BYTES_MIN;
  const names: RowName = isKey ? { issuer: '', label: '', serial } : NAMELESS;
  return checkedRow(place, names, () => {
    if (!/^oath-hotp$/i.test(kind)) throw otherKind(kind);
    return enrolmentOf({
      ...names,
      type: 'hotp',
      secret: { as: 'hex', text: key },
      digits: /^0?$/.test(digits) ? undefined : digits,
      counter: 0,
      warnings: [
        'The log names no counter: it starts at 0, as a newly written YubiKey does.',
        ...(publicId === '' ? [] : ['The YubiKey types an identifier before the passcode; a fob does not.']),
        ...(/^0?$/.test(digits) ? ['The log names no number of digits; 6 are used.'] : []),
      ],
    });
  });
}

function otherKind(kind: string): Error {
  const name = /^yubico/i.test(kind)
    ? 'Yubico OTP (AES)'
    : /^static/i.test(kind)
      ? 'a static password'
      : 'a challenge-response key';
  return badInput(
    `The slot holds ${name}, not OATH-HOTP.`,
    'Keep this slot on the YubiKey, or enrol a new secret for its user: passfob enroll --generate',
  );
}
