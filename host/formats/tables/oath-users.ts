import { SECRET_BYTES_MIN } from '@passfob/protocol/limits';
import { badInput } from '../../enrol/enrolment.ts';
import { enrolmentOf } from '../base/draft.ts';
import { hexBytes } from '../base/encodings.ts';
import {
  checkedRow,
  type ImportRow,
  linesOf,
  NAMELESS,
  type ReadAids,
  readRows,
  type SourceFile,
  textOf,
} from '../base/row.ts';

/** The beginning of the type column: `HOTP`, `HOTP/E`, `HOTP/E/8`, `HOTP/T30`, `HOTP/T60/7`. */
const OATH_TYPE = /^HOTP(?:\/(E|T(\d{1,4}))(?:\/(\d{1,2}))?)?$/i;

/** Whether a line begins a `users.oath`: a sentence may begin with HOTP, too. */
export function isOathUsersLine(line: string): boolean {
  const [type = '', , , key = ''] = line.split(/\s+/, COLUMNS);
  return OATH_TYPE.test(type) && (type.includes('/') || /\d/.test(key));
}

/**
 * Reads a `users.oath` of the OATH Toolkit: type, user, PIN, key in hexadecimal, counter, last passcode, its time.
 */
export async function readOathUsers(file: SourceFile, { work }: ReadAids): Promise<ImportRow[]> {
  return readRows(linesOf(textOf(file)), work, ({ place, text }) => rowOf(place, text.split(/\s+/, COLUMNS)));
}

/** The columns in use; after them is the time of the last passcode. */
const COLUMNS = 6;

function rowOf(place: string, fields: readonly string[]): ImportRow {
  const [typeText = '', user = '', pin = '-', key = '', counter = '0', lastPasscode] = fields;
  const isKey = (hexBytes(key)?.length ?? 0) >= SECRET_BYTES_MIN;
  return checkedRow(place, isKey ? { issuer: '', label: user } : NAMELESS, () => {
    const type = OATH_TYPE.exec(typeText);
    if (type === null) {
      throw badInput(
        'The line does not begin with a type of users.oath, such as HOTP/T30/6.',
        'Correct the line.',
      );
    }
    const [, mode = 'E', period, digits] = type;
    const isTimed = mode.toUpperCase().startsWith('T');
    return enrolmentOf({
      type: isTimed ? 'totp' : 'hotp',
      secret: { as: 'hex', text: key },
      digits,
      period,
      counter: isTimed ? undefined : nextCounter(counter, lastPasscode),
      issuer: '',
      label: user,
      warnings: pin === '-' || pin === '+' ? [] : ['The file has a PIN for it, typed before the passcode.'],
    });
  });
}

/** The column holds the counter of the last used passcode; before the first use, the counter of the first. */
function nextCounter(counter: string, lastPasscode: string | undefined): string {
  return lastPasscode === undefined || !/^\d{1,15}$/.test(counter) ? counter : String(Number(counter) + 1);
}
