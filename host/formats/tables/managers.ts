import { vaultItemRow } from '../apps/vault-item.ts';
import { type ImportRow, skipped } from '../base/row.ts';
import type { TableLine } from './line.ts';

/**
 * Tables of password managers (1Password, Apple, Bitwarden, Dashlane, KeePassXC, LastPass, Proton Pass): a column for
 * passwords beside one for the key URI or the bare secret of a one-time password.
 */

/** Names of columns, in lower case and without punctuation. */
const TOTP = ['logintotp', 'totp', 'otpauth', 'otpurl', 'otpsecret', 'onetimepassword', 'totpsecret'];
const PASSWORD = ['password', 'loginpassword'];
const TITLE = ['name', 'title', 'itemname'];
const USER = ['loginusername', 'username', 'login', 'user', 'email'];

/** Of KeePassXC: the path of groups, whose first is that of the database. The bin is named so in English alone. */
const GROUP = ['group'];
const BIN = /^[^/]*\/Recycle Bin(?:\/|$)/;
/** Of 1Password, true or false, and of Bitwarden, a date or nothing. */
const ARCHIVED = ['archived', 'archiveddate'];

/** Makes a reader of lines by the names in the header; undefined for other tables. */
export function managerReader(names: readonly string[]): ((line: TableLine) => ImportRow) | undefined {
  const at = (wanted: readonly string[]) =>
    wanted.map(name => names.indexOf(name)).filter(column => column >= 0);
  const totp = at(TOTP);
  if (totp.length === 0 || (at(PASSWORD).length === 0 && !names.includes('logintotp'))) return undefined;
  const [title, user, group, archived] = [at(TITLE), at(USER), at(GROUP), at(ARCHIVED)];
  return ({ place, cells }) => {
    const cell = (columns: readonly number[]) =>
      columns.map(column => cells[column] ?? '').find(text => text !== '') ?? '';
    const name = { issuer: cell(title), label: cell(user) };
    if (BIN.test(cell(group))) return skipped(place, name, 'It is in the recycle bin of KeePassXC.');
    return vaultItemRow(place, name, cell(totp), !/^(?:false)?$/i.test(cell(archived)));
  };
}
