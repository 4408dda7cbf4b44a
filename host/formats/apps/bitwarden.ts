import { createDecipheriv, createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { badInput } from '../../enrol/enrolment.ts';
import { base64Bytes } from '../base/encodings.ts';
import { type ImportRow, type ReadAids, readRows, type SourceFile, skipped, textOf } from '../base/row.ts';
import { argon2Key, damagedSeal, pbkdf2Key, wrongPassword } from '../base/sealed.ts';
import { isObject, type Json, listIn, objectIn, parseJson, textIn } from './json.ts';
import { vaultItemRow } from './vault-item.ts';

/** Reads a JSON export of Bitwarden: plain, or protected by a password of its own. */
export async function readBitwarden(file: SourceFile, aids: ReadAids): Promise<ImportRow[]> {
  const vault = parseJson(textOf(file));
  const plain = vault.encrypted === true ? await decrypted(vault, file, aids) : vault;
  const items = listIn(plain, 'items');
  return readRows(items, aids.work, (item, at) => {
    const given = isObject(item) ? item : {};
    const { name, username, totp } = loginOf(given);
    const names = { issuer: name, label: username };
    if (textIn(given, 'deletedDate') !== '')
      return skipped(`item ${at + 1}`, names, 'It is in the trash of Bitwarden.');
    return vaultItemRow(`item ${at + 1}`, names, totp, textIn(given, 'archivedDate') !== '');
  });
}

function loginOf(item: Json) {
  const login = objectIn(item, 'login');
  return { name: textIn(item, 'name'), username: textIn(login, 'username'), totp: textIn(login, 'totp') };
}

/** Numbers of key derivations in its files. */
const PBKDF2 = 0;
const ARGON2ID = 1;

async function decrypted(vault: Json, file: SourceFile, aids: ReadAids): Promise<Json> {
  if (vault.passwordProtected !== true) {
    throw badInput(
      'The export is encrypted for one account of Bitwarden, and only that account can open it.',
      'Export it again as "json", or as "json (encrypted)" with "password protected".',
    );
  }
  // Damage is noticed before the costly key is derived.
  const validation = partsOf(textIn(vault, 'encKeyValidation_DO_NOT_EDIT'));
  const data = partsOf(textIn(vault, 'data'));
  const master = await masterKey(vault, file, aids);
  const keys = { cipher: stretched(master, 'enc'), mac: stretched(master, 'mac') };
  if (opened(validation, keys) === undefined) throw wrongPassword();
  const bytes = opened(data, keys);
  if (bytes === undefined) throw damagedSeal();
  return parseJson(textOf({ name: file.name, bytes }));
}

async function masterKey(vault: Json, file: SourceFile, aids: ReadAids): Promise<Uint8Array> {
  const salt = new TextEncoder().encode(textIn(vault, 'salt'));
  const passes = Number(vault.kdfIterations);
  if (vault.kdfType === PBKDF2) {
    const cost = { salt, iterations: passes, keyBytes: 32, hash: 'sha256' } as const;
    aids.work.takePbkdf2(cost);
    const password = await aids.password(file.name);
    return aids.work.unlessEnded(pbkdf2Key(password, cost));
  }
  if (vault.kdfType !== ARGON2ID) {
    throw badInput(
      'passfob does not support the key derivation of the export.',
      'Export it again as "json".',
    );
  }
  const cost = {
    // Argon2 wants a salt of a minimum length; Bitwarden hashes its own for that.
    salt: new Uint8Array(createHash('sha256').update(salt).digest()),
    memoryKib: Number(vault.kdfMemory) * 1_024,
    passes,
    lanes: Number(vault.kdfParallelism),
  };
  aids.work.takeArgon2(cost);
  const password = await aids.password(file.name);
  return aids.work.unlessEnded(argon2Key(password, cost));
}

interface Keys {
  readonly cipher: Uint8Array;
  readonly mac: Uint8Array;
}

/** HKDF-Expand only (RFC 5869 §2.3), whose single output block is an HMAC. */
function stretched(master: Uint8Array, use: string): Uint8Array {
  return new Uint8Array(createHmac('sha256', master).update(use).update(Uint8Array.of(1)).digest());
}

interface CipherString {
  readonly iv: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly tag: Uint8Array;
}

/** Splits `2.IV|ciphertext|MAC`. @throws FobError `bad-input` */
function partsOf(text: string): CipherString {
  const [type, body = ''] = text.split('.', 2);
  const [iv, ciphertext, tag] = body.split('|', 3).map(base64Bytes);
  if (type !== '2' || iv?.length !== 16 || !ciphertext?.length || tag?.length !== 32) throw damagedSeal();
  return { iv, ciphertext, tag };
}

/** Decrypts AES-256-CBC with HMAC-SHA-256; undefined if the MAC is wrong. */
function opened({ iv, ciphertext, tag }: CipherString, { cipher, mac }: Keys): Uint8Array | undefined {
  const right = createHmac('sha256', mac).update(iv).update(ciphertext).digest();
  if (!timingSafeEqual(right, tag)) return undefined;
  const aes = createDecipheriv('aes-256-cbc', cipher, iv);
  try {
    return new Uint8Array(Buffer.concat([aes.update(ciphertext), aes.final()]));
  } catch {
    throw damagedSeal();
  }
}
