import {
  AES_BLOCK_BYTES,
  CCM_NONCE_MAX_BYTES,
  CCM_NONCE_MIN_BYTES,
  PBKDF2_ROUND_US,
} from '../base/limits.ts';
import type { BoardWiring } from '../board/wiring/wiring.ts';
import { aesCbc, aesCfb8, aesCtr, aesEcb } from './native-crypto/aes.ts';
import { ccmHolds, ccmOpen, ccmSeal } from './native-crypto/ccm.ts';
import { hash, type NativeHash, pbkdf2 } from './native-crypto/hashes.ts';
import { wholeNumber } from './realm/bytes.ts';
import { type ImageObject, isRecord, type Value } from './realm/held.ts';
import type { Realm, RealmCall } from './realm/realm.ts';

const KEY_BYTES = [16, 24, 32];
/** A result needs variables side by side, and there may be none (jswrap_crypto.c). */
const NO_MEMORY = 'Not enough memory for result';

interface CryptoParts {
  readonly realm: Realm;
  /** Prints an error in the arguments, after which the call returns undefined, as on Espruino. */
  error(text: string): void;
  /** Called by each call. False if it finds no memory for its result. */
  hasMemory(): boolean;
}

/** Ends a call like Espruino does: a line on the console and no exception. */
class Complaint extends Error {}

function complaining(parts: CryptoParts, call: RealmCall): RealmCall {
  return (...args) => {
    try {
      if (!parts.hasMemory()) throw new Complaint(NO_MEMORY);
      return call(...args);
    } catch (error) {
      if (!(error instanceof Complaint)) throw error;
      parts.error(error.message);
      return undefined;
    }
  };
}

function digest(parts: CryptoParts, name: NativeHash, data: Value): Value {
  if (data === undefined) return undefined;
  return parts.realm.arrayBuffer(hash(name, parts.realm.flatten(data)));
}

function modeOf(parts: CryptoParts, options: Value): { mode: string; iv: Uint8Array } {
  const iv = new Uint8Array(AES_BLOCK_BYTES);
  if (options === undefined) return { mode: 'CBC', iv };
  if (!isRecord(options)) throw new Complaint("'options' must be undefined, or an Object");
  const asked = parts.realm.get(options, 'iv');
  if (asked !== undefined) iv.set(parts.realm.flatten(asked).subarray(0, AES_BLOCK_BYTES));
  const mode = parts.realm.get(options, 'mode');
  if (mode === undefined) return { mode: 'CBC', iv };
  if (typeof mode !== 'string' || !['CBC', 'CFB', 'CTR', 'OFB', 'ECB'].includes(mode)) {
    throw parts.realm.error(`Unknown Crypto mode ${parts.realm.json(mode)}`);
  }
  return { mode, iv };
}

function aes(parts: CryptoParts, args: readonly Value[], encrypt: boolean): Value {
  const [message, keyValue, options] = args;
  const { mode, iv } = modeOf(parts, options);
  if (message === undefined || keyValue === undefined) return undefined;
  const data = parts.realm.flatten(message);
  const key = parts.realm.flatten(keyValue);
  if (!KEY_BYTES.includes(key.length)) throw new Complaint('Unknown error: -0x20');
  if (mode === 'OFB') throw new Complaint('Feature unavailable');
  if (mode === 'CBC') {
    if (data.length % AES_BLOCK_BYTES !== 0) throw new Complaint('Invalid input length');
    return parts.realm.arrayBuffer(aesCbc(key, iv, data, encrypt));
  }
  if (mode === 'ECB') {
    // An incomplete last block yields zeros, as on Espruino.
    const out = new Uint8Array(data.length);
    const whole = data.subarray(0, data.length - (data.length % AES_BLOCK_BYTES));
    out.set(aesEcb(key, whole, encrypt));
    return parts.realm.arrayBuffer(out);
  }
  // Espruino decrypts with the wrong key schedule in these modes. No image can use that, so it is not copied.
  if (!encrypt) throw parts.realm.error(`AES.decrypt in mode ${mode} is not simulated (broken on Espruino)`);
  // On Espruino the counter always starts at zero: it ignores the IV.
  if (mode === 'CTR') return parts.realm.arrayBuffer(aesCtr(key, new Uint8Array(AES_BLOCK_BYTES), data));
  return parts.realm.arrayBuffer(aesCfb8(key, iv, data));
}

interface CcmInput {
  readonly data: Uint8Array;
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
}

function ccmInput(parts: CryptoParts, message: Value, keyValue: Value, nonceValue: Value): CcmInput {
  // A nonce must be an array of either kind; a string is refused (jswrap_crypto.c).
  if (!isRecord(nonceValue)) throw new Complaint('Bad input data');
  const nonce = parts.realm.flatten(nonceValue);
  if (nonce.length < 2 || nonce.length > CCM_NONCE_MAX_BYTES) throw new Complaint('Bad input data');
  const data = parts.realm.flatten(message);
  const key = parts.realm.flatten(keyValue);
  if (!KEY_BYTES.includes(key.length) || nonce.length < CCM_NONCE_MIN_BYTES) {
    throw new Complaint('Unknown error: -0xd');
  }
  if (!ccmHolds(nonce, data.length)) throw new Complaint('Unknown error: -0xd');
  return { data, key, nonce };
}

function ccmEncrypt(parts: CryptoParts, [message, keyValue, nonceValue, tagLength]: readonly Value[]): Value {
  const { data, key, nonce } = ccmInput(parts, message, keyValue, nonceValue);
  const authTagLength = wholeNumber(tagLength);
  if (authTagLength < 4 || authTagLength > 16 || authTagLength % 2 !== 0) {
    throw new Complaint('Bad input data');
  }
  const sealed = ccmSeal(key, nonce, data, authTagLength);
  return parts.realm.object({
    data: parts.realm.arrayBuffer(sealed.data),
    tag: parts.realm.arrayBuffer(sealed.tag),
  });
}

function ccmDecrypt(parts: CryptoParts, [message, keyValue, nonceValue, tagValue]: readonly Value[]): Value {
  const { data, key, nonce } = ccmInput(parts, message, keyValue, nonceValue);
  const tag = parts.realm.flatten(tagValue);
  if (tag.length < 4 || tag.length > 16 || tag.length % 2 !== 0) throw new Complaint('Bad input data');
  const plain = ccmOpen(key, nonce, data, tag);
  if (plain === undefined) throw new Complaint('Authenticated decryption failed');
  return parts.realm.arrayBuffer(plain);
}

/** Parts for the only call that takes long enough for an image to measure it. */
interface SlowCryptoParts extends CryptoParts {
  spend(us: number): void;
}

function derive(parts: SlowCryptoParts, facts: BoardWiring, args: readonly Value[]): Value {
  const [password, salt, options] = args;
  let words = 4;
  let iterations = 1;
  let hasher: NativeHash = 'SHA1';
  if (isRecord(options)) {
    const keySize = wholeNumber(parts.realm.get(options, 'keySize'));
    words = keySize > 0 ? keySize : words;
    iterations = Math.max(1, wholeNumber(parts.realm.get(options, 'iterations')));
    const asked = parts.realm.get(options, 'hasher') ?? hasher;
    const known = facts.hashes.find(name => name === asked);
    if (known === undefined) {
      throw parts.realm.error(`Unknown Hasher ${parts.realm.json(asked)}`);
    }
    hasher = known;
  } else if (options !== undefined) {
    parts.error('Options should be an object or undefined');
  }
  parts.spend(Math.round(iterations * PBKDF2_ROUND_US));
  const key = pbkdf2(hasher, parts.realm.flatten(password), parts.realm.flatten(salt), iterations, words * 4);
  return parts.realm.arrayBuffer(key);
}

/** The global `AES` of the board, also `require("crypto").AES` if it has more than CCM. */
export function aesLibrary(parts: CryptoParts, facts: BoardWiring): ImageObject {
  const calls: Record<string, RealmCall> = {};
  if (facts.aesModes) {
    calls.encrypt = complaining(parts, (...args) => aes(parts, args, true));
    calls.decrypt = complaining(parts, (...args) => aes(parts, args, false));
  }
  if (facts.nativeCcm) {
    calls.ccmEncrypt = complaining(parts, (...args) => ccmEncrypt(parts, args));
    calls.ccmDecrypt = complaining(parts, (...args) => ccmDecrypt(parts, args));
  }
  return parts.realm.library(calls);
}

/** `require("crypto")`: the hashes the board's build has, AES and PBKDF2. */
export function cryptoLibrary(
  parts: SlowCryptoParts,
  facts: BoardWiring,
  aesGlobal: ImageObject,
): ImageObject {
  const calls: Record<string, RealmCall> = {};
  if (facts.pbkdf2) calls.PBKDF2 = complaining(parts, (...args) => derive(parts, facts, args));
  for (const name of facts.hashes) {
    calls[name] = complaining(parts, data => digest(parts, name, data));
  }
  const library = parts.realm.library(calls);
  if (facts.aesModes) parts.realm.define(library, { AES: aesGlobal });
  return library;
}
