import { createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';
import { badInput, checkEnrolment, type Enrolment } from '../../enrol/enrolment.ts';
import { readOtpauth } from '../../enrol/otpauth.ts';
import { steam } from '../../enrol/uri-parts.ts';
import { enrolmentOf } from '../base/draft.ts';
import { base64Bytes } from '../base/encodings.ts';
import { fitName } from '../base/names.ts';
import {
  checkedRow,
  type ImportRow,
  type ReadAids,
  type RowName,
  readRows,
  type SourceFile,
  skipped,
  textOf,
} from '../base/row.ts';
import { damagedSeal, pbkdf2Key, wrongPassword } from '../base/sealed.ts';
import { isObject, type Json, listIn, objectIn, parseJson, textIn } from './json.ts';

/** Reads a JSON export of Bitwarden: plain, or protected by a password of its own. */
export async function readBitwarden(file: SourceFile, aids: ReadAids): Promise<ImportRow[]> {
  const vault = parseJson(textOf(file));
  const plain = vault.encrypted === true ? await decrypted(vault, file, aids) : vault;
  const items = listIn(plain, 'items');
  return readRows(items, aids.work, (item, at) => {
    const { name, username, totp } = loginOf(isObject(item) ? item : {});
    return rowOf(`item ${at + 1}`, { issuer: name, label: username }, totp);
  });
}

function loginOf(item: Json) {
  const login = objectIn(item, 'login');
  return { name: textIn(item, 'name'), username: textIn(login, 'username'), totp: textIn(login, 'totp') };
}

/** Reads an item of a vault: its passcode field contains a key URI, a bare secret, or nothing. */
export function rowOf(place: string, name: RowName, totp: string): ImportRow {
  const text = totp.trim();
  if (text === '') return skipped(place, name, 'The item has no one-time password.');
  return checkedRow(place, name, () => accountOf(text, name));
}

function accountOf(text: string, name: RowName): Enrolment {
  if (/^steam:/i.test(text)) throw steam();
  if (!/^otpauth:/i.test(text)) {
    return enrolmentOf({ type: 'totp', secret: { as: 'base32', text }, ...name });
  }
  const read = readOtpauth(text);
  const isNamed = read.label !== 'unnamed' || read.issuer !== '';
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

const PBKDF2 = 0;

async function decrypted(vault: Json, file: SourceFile, aids: ReadAids): Promise<Json> {
  if (vault.passwordProtected !== true) {
    throw badInput(
      'The export is encrypted for one account of Bitwarden, and only that account can open it.',
      'Export it again as "json", or as "json (encrypted)" with "password protected".',
    );
  }
  if (vault.kdfType !== PBKDF2) {
    throw badInput(
      'The export is protected by Argon2id, which passfob does not support.',
      'Export it again as "json", or first set the key derivation of the account to PBKDF2.',
    );
  }
  const salt = new TextEncoder().encode(textIn(vault, 'salt'));
  const cost = { salt, iterations: Number(vault.kdfIterations), keyBytes: 32, hash: 'sha256' } as const;
  aids.work.takePbkdf2(cost);
  const password = await aids.password(file.name);
  const master = await aids.work.unlessEnded(pbkdf2Key(password, cost));
  const keys = { cipher: stretched(master, 'enc'), mac: stretched(master, 'mac') };
  if (opened(textIn(vault, 'encKeyValidation_DO_NOT_EDIT'), keys) === undefined) throw wrongPassword();
  const bytes = opened(textIn(vault, 'data'), keys);
  if (bytes === undefined) throw damagedSeal();
  return parseJson(textOf({ name: file.name, bytes }));
}

interface Keys {
  readonly cipher: Uint8Array;
  readonly mac: Uint8Array;
}

/** HKDF-Expand only (RFC 5869 §2.3), whose single output block is an HMAC. */
function stretched(master: Uint8Array, use: string): Uint8Array {
  return new Uint8Array(createHmac('sha256', master).update(use).update(Uint8Array.of(1)).digest());
}

/** Decrypts `2.IV|ciphertext|MAC`: AES-256-CBC with HMAC-SHA-256; undefined if the MAC is wrong. */
function opened(text: string, { cipher, mac }: Keys): Uint8Array | undefined {
  const [type, body = ''] = text.split('.', 2);
  const [iv, ciphertext, tag] = body.split('|', 3).map(base64Bytes);
  if (type !== '2' || iv?.length !== 16 || !ciphertext?.length || tag?.length !== 32) throw damagedSeal();
  const right = createHmac('sha256', mac).update(iv).update(ciphertext).digest();
  if (!timingSafeEqual(right, tag)) return undefined;
  const aes = createDecipheriv('aes-256-cbc', cipher, iv);
  try {
    return new Uint8Array(Buffer.concat([aes.update(ciphertext), aes.final()]));
  } catch {
    throw damagedSeal();
  }
}
