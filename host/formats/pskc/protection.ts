import { createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';
import { badInput } from '../../enrol/enrolment.ts';
import { base64Bytes } from '../base/encodings.ts';
import { lookUp } from '../base/look-up.ts';
import type { ReadAids } from '../base/row.ts';
import { damagedSeal, pbkdf2Key } from '../base/sealed.ts';
import { anyAt, at, type Element, inside, textOf } from '../base/xml.ts';
import { CIPHERS, type Cipher, type HashName, HMACS } from './names.ts';

interface Mac {
  readonly hash: HashName;
  readonly key: Uint8Array;
  /** Over the value itself, as in drafts before RFC 6030, and not over its ciphertext. */
  readonly isOverPlain: boolean;
}

/** The protection of a document's values; empty for a plain one. */
export interface Protection {
  readonly key?: Uint8Array;
  readonly mac?: Mac;
}

/**
 * Finds the keys of a document (RFC 6030 §6); asks for the password or the pre-shared key.
 * @throws FobError `bad-input`
 */
export async function readProtection(
  root: Element,
  file: string,
  aids: ReadAids,
  isOverPlain = false,
): Promise<Protection> {
  const given = inside(root, 'EncryptionKey');
  // python-pskc writes an empty one into files without encryption.
  const encryption = given?.children.length === 0 ? undefined : given;
  const method = inside(root, 'MACMethod');
  if (encryption === undefined) {
    if (method !== undefined) {
      throw badInput('The file has MACs, but names no key for them.', 'Ask its maker for a complete file.');
    }
    return {};
  }
  const key = await encryptionKey(encryption, file, aids);
  if (method === undefined) return { key };
  const hash = lookUp(HMACS, method.attributes.get('Algorithm') ?? '');
  if (hash === undefined) {
    throw badInput(
      'passfob does not support the MAC algorithm of the file.',
      'Ask its maker for HMAC with SHA-1, SHA-256 or SHA-512.',
    );
  }
  const wrapped = inside(method, 'MACKey');
  // Without a MAC key of its own, the encryption key makes the MAC (RFC 6030 §6.1.1).
  return { key, mac: { hash, key: wrapped === undefined ? key : macKey(wrapped, key), isOverPlain } };
}

async function encryptionKey(encryption: Element, file: string, aids: ReadAids): Promise<Uint8Array> {
  const derived = inside(encryption, 'DerivedKey', true);
  if (derived !== undefined) return derivedKey(derived, file, aids);
  const name = inside(encryption, 'KeyName', true);
  if (name !== undefined) return aids.key(file, textOf(name));
  throw badInput(
    'The file is encrypted for a certificate, which passfob does not support.',
    'Ask its maker for one under a password or a pre-shared key.',
  );
}

async function derivedKey(derived: Element, file: string, aids: ReadAids): Promise<Uint8Array> {
  const parameters = anyAt(derived, 'KeyDerivationMethod', 'PBKDF2-params');
  const salt = base64Bytes(textOf(anyAt(parameters, 'Salt', 'Specified')));
  const iterations = textOf(anyAt(parameters, 'IterationCount'));
  const length = textOf(anyAt(parameters, 'KeyLength')) || '16';
  const prf = anyAt(parameters, 'PRF')?.attributes.get('Algorithm');
  const hash = prf === undefined ? 'sha1' : lookUp(HMACS, prf);
  const isComplete = salt !== undefined && salt.length > 0 && /^\d{1,15}$/.test(iterations);
  if (!isComplete || !/^(?:16|24|32)$/.test(length) || hash === undefined) {
    throw badInput(
      'passfob does not support the key derivation of the file.',
      'Ask its maker for one with PBKDF2.',
    );
  }
  const keyBytes = Number(length);
  const cost = { salt, iterations: Number(iterations), keyBytes, hash };
  aids.work.takePbkdf2(cost);
  const password = await aids.password(file);
  return aids.work.unlessEnded(pbkdf2Key(password, cost));
}

function macKey(wrapped: Element, key: Uint8Array): Uint8Array {
  const { cipher, bytes } = encryptedParts(wrapped);
  const opened = decrypt(cipher, key, bytes);
  if (opened !== undefined) return opened;
  throw badInput(
    'The password or key does not open the file.',
    'Run the command again with the one that came with the file.',
  );
}

function encryptedParts(from: Element): { cipher: Cipher; bytes: Uint8Array } {
  const method = inside(from, 'EncryptionMethod', true);
  // A draft named the cipher inside of the method of PKCS #5.
  const named = inside(method, 'EncryptionScheme', true) ?? method;
  const algorithm = named?.attributes.get('Algorithm') ?? '';
  const cipher = lookUp(CIPHERS, algorithm);
  if (/#kw-aes\d+$/.test(algorithm)) {
    throw badInput(
      'It is encrypted by AES key wrap, which passfob does not read.',
      'Ask for AES in CBC mode.',
    );
  }
  if (cipher === undefined) {
    throw badInput(
      'passfob does not support its cipher.',
      'Ask the maker of the file for AES in CBC mode, which RFC 6030 asks of everybody.',
    );
  }
  const bytes = base64Bytes(textOf(anyAt(from, 'CipherData', 'CipherValue')));
  if (bytes === undefined || bytes.length < 32 || bytes.length % 16 !== 0) throw damagedSeal();
  return { cipher, bytes };
}

/** The last byte is the length of the padding; its other bytes are arbitrary (XML Encryption §5.2). */
function decrypt({ name, keyBytes }: Cipher, key: Uint8Array, bytes: Uint8Array): Uint8Array | undefined {
  if (key.length !== keyBytes) {
    throw badInput(
      `The key has ${key.length} bytes, and the file needs one of ${keyBytes}.`,
      'Give the key that came with the file.',
    );
  }
  const aes = createDecipheriv(name, key, bytes.subarray(0, 16)).setAutoPadding(false);
  const padded = Buffer.concat([aes.update(bytes.subarray(16)), aes.final()]);
  const padding = padded[padded.length - 1] ?? 0;
  const isPadding = padding >= 1 && padding <= 16;
  return isPadding ? new Uint8Array(padded.subarray(0, padded.length - padding)) : undefined;
}

/**
 * Opens a value of a key. An encrypted value must have a MAC, which is checked before decryption (RFC 6030 §6.1.1:
 * AES-CBC does not authenticate). In a file with MACs a plain value is refused, so that nobody without the MAC key
 * can insert a secret.
 * @throws FobError `bad-input`
 */
export function openValue(
  value: Element | undefined,
  { key, mac }: Protection,
  what: 'secret' | 'number' = 'secret',
): Uint8Array {
  const plain = inside(value, 'PlainValue');
  if (plain !== undefined && mac === undefined) return plainBytes(plain);
  const encrypted = inside(value, 'EncryptedValue');
  if (encrypted === undefined) {
    throw plain === undefined
      ? badInput(`It holds no ${what}.`, `Ask the maker of the file for one with the ${what}s in it.`)
      : badInput(
          `Its ${what} is not protected, although the file has MACs.`,
          'Ask the maker of the file why.',
        );
  }
  if (key === undefined) {
    throw badInput(
      `Its ${what} is encrypted, and the file names no key.`,
      'Ask its maker for a complete file.',
    );
  }
  const { cipher, bytes } = encryptedParts(encrypted);
  const tag = base64Bytes(textOf(at(value, 'ValueMAC')));
  if (mac === undefined || tag === undefined || tag.length === 0) {
    throw badInput(
      `Its ${what} is encrypted without a MAC, so a change cannot be detected.`,
      'Ask the maker of the file for one with MACs (RFC 6030 asks for them).',
    );
  }
  const opened = mac.isOverPlain
    ? checked(decrypt(cipher, key, bytes), tag, mac)
    : checked(bytes, tag, mac) && decrypt(cipher, key, bytes);
  if (opened !== undefined) return opened;
  throw badInput(
    `Its MAC is wrong: the ${what} was changed, or the password or key is not the right one.`,
    'Check the password or key; if it is right, do not use the file.',
  );
}

/** Returns the bytes if this is their MAC, otherwise undefined. */
function checked(bytes: Uint8Array | undefined, tag: Uint8Array, { hash, key }: Mac): Uint8Array | undefined {
  if (bytes === undefined) return undefined;
  const right = createHmac(hash, key).update(bytes).digest();
  return tag.length === right.length && timingSafeEqual(right, tag) ? bytes : undefined;
}

function plainBytes(plain: Element): Uint8Array {
  const bytes = base64Bytes(textOf(plain));
  if (bytes !== undefined) return bytes;
  throw badInput('The secret is not Base64.', 'Export the file again.');
}
