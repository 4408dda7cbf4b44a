import { badInput } from '../../enrol/enrolment.ts';
import { enrolmentOf } from '../base/draft.ts';
import {
  checkedRow,
  type ImportRow,
  type ReadAids,
  readRows,
  type SourceFile,
  skipped,
  utf8Of,
} from '../base/row.ts';
import { at, type Element, inside, parseXml, textOf } from '../base/xml.ts';
import { rewritten } from './drafts.ts';
import { PSKC } from './names.ts';
import { readPolicy } from './policy.ts';
import { openValue, type Protection, readProtection } from './protection.ts';

/**
 * Reads a Portable Symmetric Key Container (RFC 6030, and the drafts before it): plain, under a pre-shared key, or under
 * a password.
 */
export async function readPskc(file: SourceFile, aids: ReadAids): Promise<ImportRow[]> {
  const given = await parseXml(utf8Of(file), aids.work, 'KeyPackage', 'Device');
  const { root, isMacOverPlain } = rewritten(given);
  if (root.name !== 'KeyContainer' || root.namespace !== PSKC) {
    throw badInput('The XML file is not a PSKC file (RFC 6030 or a draft of it).', 'Name a PSKC file.');
  }
  if (!/^1(?:\.|$)/.test(root.attributes.get('Version') ?? '')) {
    throw badInput('The version of the PSKC file is not supported.', 'Ask its maker for version 1.0.');
  }
  const protection = await readProtection(root, file.name, aids, isMacOverPlain);
  const packages = root.children.filter(({ name, namespace }) => name === 'KeyPackage' && namespace === PSKC);
  const isSigned = inside(root, 'Signature', true) !== undefined;
  const warnings = isSigned ? ['The file is signed; its signature was not checked.'] : [];
  const serials = serialsOf(packages);
  return readRows(packages, aids.work, (one, index) =>
    rowOf(`key ${index + 1}`, one, { protection, warnings, serial: serials[index] }),
  );
}

/** The document's facts for every key in it, and this key's serial number. */
interface Around {
  readonly protection: Protection;
  readonly warnings: readonly string[];
  readonly serial: string | undefined;
}

/** Serial numbers belong to devices; the key's id distinguishes several keys of one device. */
function serialsOf(packages: readonly Element[]): string[] {
  const named = packages.map(packaged => ({
    device: textOf(at(packaged, 'DeviceInfo', 'SerialNo')),
    id: inside(packaged, 'Key')?.attributes.get('Id')?.trim() ?? '',
  }));
  const counts = new Map<string, number>();
  for (const { device } of named) counts.set(device, (counts.get(device) ?? 0) + 1);
  return named.map(({ device, id }) => {
    if (device === '') return id;
    return counts.get(device) === 1 || id === '' || id === device ? device : `${device}-${id}`;
  });
}

function rowOf(place: string, packaged: Element, { protection, warnings, serial }: Around): ImportRow {
  const key = inside(packaged, 'Key');
  const { user, ...named } = namesOf(packaged, key);
  const names = { ...named, serial };
  const algorithm = algorithmOf(key);
  if (algorithm === 'pin') return skipped(place, names, 'It is the PIN of another key, not an account.');
  const row = checkedRow(place, names, () => {
    const said = [...warnings, ...readPolicy(inside(key, 'Policy'))];
    const parameters = inside(key, 'AlgorithmParameters');
    const format = inside(parameters, 'ResponseFormat');
    checkFormat(format);
    const data = inside(key, 'Data');
    checkTime(data, protection);
    const suite = textOf(inside(parameters, 'Suite'));
    return enrolmentOf({
      ...names,
      type: algorithm,
      ...(algorithm === 'ocra' ? { suite } : { algorithm: suite }),
      digits: format?.attributes.get('Length'),
      period: numberIn(data, 'TimeInterval', protection),
      counter: numberIn(data, 'Counter', protection),
      secret: { bytes: openValue(inside(data, 'Secret'), protection) },
      warnings: said,
    });
  });
  return user === '' ? row : { ...row, user };
}

/** Most programs write the URN of the profile; csv2pskc writes only its last word. */
function algorithmOf(key: Element | undefined): string {
  const written = key?.attributes.get('Algorithm') ?? '';
  return /(?:^|\bpskc[:#])(\w+)$/i.exec(written)?.[1]?.toLowerCase() ?? '';
}

function namesOf(packaged: Element, key: Element | undefined) {
  const device = inside(packaged, 'DeviceInfo');
  const user = textOf(inside(key, 'UserId')) || textOf(inside(device, 'UserId'));
  return {
    issuer: textOf(inside(key, 'Issuer')) || textOf(inside(device, 'Manufacturer')),
    label: textOf(inside(key, 'FriendlyName')) || user,
    user,
  };
}

function checkFormat(format: Element | undefined): void {
  const encoding = format?.attributes.get('Encoding') ?? 'DECIMAL';
  const checks = format?.attributes.get('CheckDigits') ?? 'false';
  if (encoding.toUpperCase() === 'DECIMAL' && /^(?:false|0)$/i.test(checks)) return;
  throw badInput(
    'Its passcodes are not plain digits.',
    'Ask for a key with decimal passcodes without check digits.',
  );
}

/** Fobs count time from 1970 without a drift; other start times and drifts are refused. */
function checkTime(data: Element | undefined, protection: Protection): void {
  for (const name of ['Time', 'TimeDrift']) {
    if (/^0*$/.test(numberIn(data, name, protection) ?? '')) continue;
    throw badInput(
      'It counts time differently from other TOTP accounts.',
      'Ask for a key whose time begins at 0, without drift.',
    );
  }
}

/** Returns the decimals in a field of a key's data. @throws FobError `bad-input` if it cannot be opened */
function numberIn(data: Element | undefined, name: string, protection: Protection): string | undefined {
  const field = inside(data, name);
  if (field === undefined) return undefined;
  const plain = at(field, 'PlainValue');
  return plain === undefined ? numberOf(openValue(field, protection, 'number')) : textOf(plain);
}

/** An encrypted number is big-endian, but some programs encrypt its decimals. */
function numberOf(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString('latin1');
  if (/^\d+$/.test(text)) return text;
  return bytes.length === 0 ? '?' : String(BigInt(`0x${Buffer.from(bytes).toString('hex')}`));
}
