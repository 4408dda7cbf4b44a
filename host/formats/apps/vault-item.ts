import { checkEnrolment, type Enrolment } from '../../enrol/enrolment.ts';
import { readOtpauth, UNNAMED } from '../../enrol/otpauth.ts';
import { steam } from '../../enrol/uri-parts.ts';
import { enrolmentOf } from '../base/draft.ts';
import { fitName } from '../base/names.ts';
import { checkedRow, type ImportRow, type RowName, skipped } from '../base/row.ts';

const ARCHIVED = 'It is in the archive of the password manager.';

/**
 * Reads an item of a password manager: its passcode field contains a key URI, a bare secret, or nothing.
 * @param name from the item's other fields, where the URI has none
 * @param isArchived whether the item was put away: it still works, unlike one in the trash
 */
export function vaultItemRow(place: string, name: RowName, totp: string, isArchived = false): ImportRow {
  const text = totp.trim();
  if (text === '') return skipped(place, name, 'The item has no one-time password.');
  return checkedRow(place, name, () => {
    const account = accountOf(text, name);
    return isArchived ? { ...account, warnings: [...account.warnings, ARCHIVED] } : account;
  });
}

function accountOf(text: string, name: RowName): Enrolment {
  if (/^steam:/i.test(text)) throw steam();
  if (!/^otpauth:/i.test(text)) {
    return enrolmentOf({ type: 'totp', secret: { as: 'base32', text }, ...name });
  }
  const read = readOtpauth(text);
  const isNamed = read.label !== UNNAMED || read.issuer !== '';
  const issuer = fitName('issuer', read.issuer || name.issuer);
  const label = fitName('label', isNamed ? read.label || name.label : name.label);
  const warnings = isNamed ? read.warnings : [];
  return checkEnrolment({
    ...read,
    issuer: issuer.name,
    label: label.name,
    warnings: [...warnings, ...issuer.warnings, ...label.warnings],
  });
}
