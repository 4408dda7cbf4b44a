import { badInput } from '../../enrol/enrolment.ts';
import { type Draft, enrolmentOf } from '../base/draft.ts';
import type { Encoding, WrittenSecret } from '../base/encodings.ts';
import {
  checkedRow,
  type ImportRow,
  type ReadAids,
  readRows,
  type SourceFile,
  skipped,
  utf8Of,
} from '../base/row.ts';
import { type Element, inside, parseXml, textOf } from '../base/xml.ts';
import { vaultItemRow } from './vault-item.ts';

/** Reads a "KeePass XML (2.x)" export, of KeePass or KeePassXC. Former states of entries are left out. */
export async function readKeePass(file: SourceFile, { work }: ReadAids): Promise<ImportRow[]> {
  const root = await parseXml(utf8Of(file), work, 'Entry');
  const isWhole = root.name === 'KeePassFile' && inside(root, 'Root') !== undefined;
  if (!isWhole) throw badInput('The XML file is no export of KeePass.', 'Export it as "KeePass XML (2.x)".');
  const bin = textOf(inside(inside(root, 'Meta'), 'RecycleBinUUID'));
  return readRows(entriesIn(inside(root, 'Root'), bin), work, ({ entry, isDeleted }, index) =>
    rowOf(`entry ${index + 1}`, fieldsOf(entry), isDeleted),
  );
}

/**
 * Yields the entries of a group and of the groups in it. The parser limits how deep they are nested.
 * @param bin the group of deleted entries
 */
function* entriesIn(
  group: Element | undefined,
  bin: string,
  isDeleted = false,
): Generator<{ readonly entry: Element; readonly isDeleted: boolean }> {
  for (const child of group?.children ?? []) {
    if (child.name === 'Entry') yield { entry: child, isDeleted };
    const isBin = bin !== '' && textOf(inside(child, 'UUID')) === bin;
    if (child.name === 'Group') yield* entriesIn(child, bin, isDeleted || isBin);
  }
}

type Fields = ReadonlyMap<string, string>;

function fieldsOf(entry: Element): Fields {
  const strings = entry.children.filter(({ name }) => name === 'String');
  return new Map(strings.map(string => [textOf(inside(string, 'Key')), valueIn(string)]));
}

/** In an export values are plain; only a database has protected ones, under a key that no XML file holds. */
function valueIn(string: Element): string {
  const value = inside(string, 'Value');
  return value?.attributes.get('Protected')?.toLowerCase() === 'true' ? PROTECTED : textOf(value);
}

const PROTECTED = '\u0000';

/** Fields of KeePass 2.47 and later (keepass.info, "One-Time Passwords"), and their encodings. */
const SECRETS = [
  ['Secret-Base32', 'base32'],
  ['Secret-Hex', 'hex'],
  ['Secret-Base64', 'base64'],
] as const;

function rowOf(place: string, fields: Fields, isDeleted: boolean): ImportRow {
  const field = (name: string) => fields.get(name) ?? '';
  const names = { issuer: field('Title'), label: field('UserName') };
  if (isDeleted) return skipped(place, names, 'It is in the recycle bin of KeePass.');
  if ([...fields].some(([name, value]) => /otp|^Title|^UserName/i.test(name) && value === PROTECTED)) {
    return checkedRow(place, { issuer: '', label: '' }, () => {
      throw badInput('Its fields are encrypted.', 'Export the database as "KeePass XML (2.x)" or as CSV.');
    });
  }
  const uri = field('otp');
  if (/^key=/i.test(uri)) return checkedRow(place, names, () => enrolmentOf({ ...names, ...keeOtp(uri) }));
  if (uri !== '') return vaultItemRow(place, names, uri);
  for (const kind of ['TimeOtp', 'HmacOtp'] as const) {
    const secret = secretOf(fields, kind);
    if (secret === undefined) continue;
    return checkedRow(place, names, () => enrolmentOf({ ...names, secret, ...parametersOf(field, kind) }));
  }
  const seed = field('TOTP Seed');
  if (seed === '') return skipped(place, names, 'The entry has no one-time password.');
  return checkedRow(place, names, () =>
    enrolmentOf({ ...names, secret: { as: 'base32', text: seed }, ...trayOf(field('TOTP Settings')) }),
  );
}

function secretOf(fields: Fields, kind: string): WrittenSecret | undefined {
  const raw = fields.get(`${kind}-Secret`) ?? '';
  if (raw !== '') return { bytes: new TextEncoder().encode(raw) };
  for (const [name, as] of SECRETS) {
    const text = fields.get(`${kind}-${name}`) ?? '';
    if (text !== '') return { as, text };
  }
  return undefined;
}

function parametersOf(
  field: (name: string) => string,
  kind: 'TimeOtp' | 'HmacOtp',
): Pick<Draft, 'type' | 'counter' | 'digits' | 'period' | 'algorithm'> {
  if (kind === 'HmacOtp') return { type: 'hotp', counter: field('HmacOtp-Counter') };
  const [digits, period] = [field('TimeOtp-Length'), field('TimeOtp-Period')];
  return { type: 'totp', digits, period, algorithm: field('TimeOtp-Algorithm') };
}

/** KeeOtp and KeeOtp2: `key=SECRET&size=6&step=30`, with names of their own for the other settings. */
function keeOtp(text: string): Omit<Draft, 'issuer' | 'label'> {
  const values = new URLSearchParams(text);
  const value = (name: string) => values.get(name) ?? '';
  const encoding = value('encoding').toLowerCase();
  if (!/^(?:|base32|hex|base64)$/.test(encoding))
    throw badInput(
      'Its secret has an encoding that passfob does not read.',
      'Write it in Base32 in KeePass.',
    );
  return {
    type: value('type') || 'totp',
    secret: { as: (encoding || 'base32') as Encoding, text: value('key') },
    digits: value('size'),
    period: value('step'),
    counter: value('counter'),
    algorithm: value('otpHashMode'),
  };
}

/** KeeTrayTOTP and early KeePassXC: seconds and digits, `30;6`, or `30;S` for Steam. */
function trayOf(settings: string): Pick<Draft, 'type' | 'digits' | 'period'> {
  const [period = '', digits = ''] = settings.split(';');
  return /^s$/i.test(digits.trim()) ? { type: 'steam' } : { type: 'totp', digits, period };
}
