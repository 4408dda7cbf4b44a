import {
  AES_BLOCK_BYTES,
  CCM_NONCE_MAX_BYTES,
  CCM_NONCE_MIN_BYTES,
  PBKDF2_ROUND_US,
} from '../base/limits.ts';
import type { BoardWiring } from '../boards/board.ts';
import { aesCbc, aesCfb8, aesCtr, aesEcb } from '../natives/aes.ts';
import { ccmHolds, ccmOpen, ccmSeal } from '../natives/ccm.ts';
import { hash, type NativeHash, pbkdf2 } from '../natives/hashes.ts';
import { wholeNumber } from './bytes.ts';
import { type ImageObject, isRecord, type Value } from './held.ts';
import type { Realm, RealmCall } from './realm.ts';

const KEY_BYTES = [16, 24, 32];
/** A result needs variables side by side, and there may be none (jswrap_crypto.c). */
const NO_MEMORY = 'Not enough memory for result';

interface Tools {
  readonly realm: Realm;
  /** Argument errors are printed, and the call returns undefined (espruino.md, hazard 6). */
  error(text: string): void;
  /** Called by each call. False if it finds no memory for its result. */
  hasMemory(): boolean;
}

/** Ends a call like Espruino does: a line on the console and no exception. */
class Complaint extends Error {}

function complaining(tools: Tools, call: RealmCall): RealmCall {
  return (...args) => {
    try {
      if (!tools.hasMemory()) throw new Complaint(NO_MEMORY);
      return call(...args);
    } catch (error) {
      if (!(error instanceof Complaint)) throw error;
      tools.error(error.message);
      return undefined;
    }
  };
}

function digest(tools: Tools, name: NativeHash, data: Value): Value {
  if (data === undefined) return undefined;
  return tools.realm.arrayBuffer(hash(name, tools.realm.flatten(data)));
}

function modeOf(tools: Tools, options: Value): { mode: string; iv: Uint8Array } {
  const iv = new Uint8Array(AES_BLOCK_BYTES);
  if (options === undefined) return { mode: 'CBC', iv };
  if (!isRecord(options)) throw new Complaint("'options' must be undefined, or an Object");
  const asked = tools.realm.get(options, 'iv');
  if (asked !== undefined) iv.set(tools.realm.flatten(asked).subarray(0, AES_BLOCK_BYTES));
  const mode = tools.realm.get(options, 'mode');
  if (mode === undefined) return { mode: 'CBC', iv };
  if (typeof mode !== 'string' || !['CBC', 'CFB', 'CTR', 'OFB', 'ECB'].includes(mode)) {
    throw tools.realm.error(`Unknown Crypto mode ${tools.realm.json(mode)}`);
  }
  return { mode, iv };
}

function aes(tools: Tools, args: readonly Value[], encrypt: boolean): Value {
  const [message, keyValue, options] = args;
  const { mode, iv } = modeOf(tools, options);
  if (message === undefined || keyValue === undefined) return undefined;
  const data = tools.realm.flatten(message);
  const key = tools.realm.flatten(keyValue);
  if (!KEY_BYTES.includes(key.length)) throw new Complaint('Unknown error: -0x20');
  if (mode === 'OFB') throw new Complaint('Feature unavailable');
  if (mode === 'CBC') {
    if (data.length % AES_BLOCK_BYTES !== 0) throw new Complaint('Invalid input length');
    return tools.realm.arrayBuffer(aesCbc(key, iv, data, encrypt));
  }
  if (mode === 'ECB') {
    // An incomplete last block yields zeros (espruino.md §3.1).
    const out = new Uint8Array(data.length);
    const whole = data.subarray(0, data.length - (data.length % AES_BLOCK_BYTES));
    out.set(aesEcb(key, whole, encrypt));
    return tools.realm.arrayBuffer(out);
  }
  // Espruino decrypts with the wrong key schedule in these modes. No image can use that, so it is not copied.
  if (!encrypt) throw tools.realm.error(`AES.decrypt in mode ${mode} is not simulated (broken on Espruino)`);
  // The counter always starts at zero: the IV is ignored (espruino.md, hazard 5).
  if (mode === 'CTR') return tools.realm.arrayBuffer(aesCtr(key, new Uint8Array(AES_BLOCK_BYTES), data));
  return tools.realm.arrayBuffer(aesCfb8(key, iv, data));
}

interface CcmInput {
  readonly data: Uint8Array;
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
}

function ccmInput(tools: Tools, message: Value, keyValue: Value, nonceValue: Value): CcmInput {
  // A nonce must be an array of either kind; a string is refused (jswrap_crypto.c).
  if (!isRecord(nonceValue)) throw new Complaint('Bad input data');
  const nonce = tools.realm.flatten(nonceValue);
  if (nonce.length < 2 || nonce.length > CCM_NONCE_MAX_BYTES) throw new Complaint('Bad input data');
  const data = tools.realm.flatten(message);
  const key = tools.realm.flatten(keyValue);
  if (!KEY_BYTES.includes(key.length) || nonce.length < CCM_NONCE_MIN_BYTES) {
    throw new Complaint('Unknown error: -0xd');
  }
  if (!ccmHolds(nonce, data.length)) throw new Complaint('Unknown error: -0xd');
  return { data, key, nonce };
}

function ccmEncrypt(tools: Tools, [message, keyValue, nonceValue, tagLength]: readonly Value[]): Value {
  const { data, key, nonce } = ccmInput(tools, message, keyValue, nonceValue);
  const authTagLength = wholeNumber(tagLength);
  if (authTagLength < 4 || authTagLength > 16 || authTagLength % 2 !== 0) {
    throw new Complaint('Bad input data');
  }
  const sealed = ccmSeal(key, nonce, data, authTagLength);
  return tools.realm.object({
    data: tools.realm.arrayBuffer(sealed.data),
    tag: tools.realm.arrayBuffer(sealed.tag),
  });
}

function ccmDecrypt(tools: Tools, [message, keyValue, nonceValue, tagValue]: readonly Value[]): Value {
  const { data, key, nonce } = ccmInput(tools, message, keyValue, nonceValue);
  const tag = tools.realm.flatten(tagValue);
  if (tag.length < 4 || tag.length > 16 || tag.length % 2 !== 0) throw new Complaint('Bad input data');
  const plain = ccmOpen(key, nonce, data, tag);
  if (plain === undefined) throw new Complaint('Authenticated decryption failed');
  return tools.realm.arrayBuffer(plain);
}

/** Tools for the only call that takes long enough for an image to measure it. */
interface SlowTools extends Tools {
  spend(us: number): void;
}

function derive(tools: SlowTools, facts: BoardWiring, args: readonly Value[]): Value {
  const [password, salt, options] = args;
  let words = 4;
  let iterations = 1;
  let hasher: NativeHash = 'SHA1';
  if (isRecord(options)) {
    const keySize = wholeNumber(tools.realm.get(options, 'keySize'));
    words = keySize > 0 ? keySize : words;
    iterations = Math.max(1, wholeNumber(tools.realm.get(options, 'iterations')));
    const asked = tools.realm.get(options, 'hasher') ?? hasher;
    const known = facts.hashes.find(name => name === asked);
    if (known === undefined) {
      throw tools.realm.error(`Unknown Hasher ${tools.realm.json(asked)}`);
    }
    hasher = known;
  } else if (options !== undefined) {
    tools.error('Options should be an object or undefined');
  }
  tools.spend(Math.round(iterations * PBKDF2_ROUND_US));
  const key = pbkdf2(hasher, tools.realm.flatten(password), tools.realm.flatten(salt), iterations, words * 4);
  return tools.realm.arrayBuffer(key);
}

/** The global `AES` of the board, also `require("crypto").AES` if it has more than CCM. */
export function aesLibrary(tools: Tools, facts: BoardWiring): ImageObject {
  const calls: Record<string, RealmCall> = {};
  if (facts.aesModes) {
    calls.encrypt = complaining(tools, (...args) => aes(tools, args, true));
    calls.decrypt = complaining(tools, (...args) => aes(tools, args, false));
  }
  if (facts.nativeCcm) {
    calls.ccmEncrypt = complaining(tools, (...args) => ccmEncrypt(tools, args));
    calls.ccmDecrypt = complaining(tools, (...args) => ccmDecrypt(tools, args));
  }
  return tools.realm.library(calls);
}

/** `require("crypto")`: the hashes the board's build has, AES and PBKDF2. */
export function cryptoLibrary(tools: SlowTools, facts: BoardWiring, aesGlobal: ImageObject): ImageObject {
  const calls: Record<string, RealmCall> = {};
  if (facts.pbkdf2) calls.PBKDF2 = complaining(tools, (...args) => derive(tools, facts, args));
  for (const name of facts.hashes) {
    calls[name] = complaining(tools, data => digest(tools, name, data));
  }
  const library = tools.realm.library(calls);
  if (facts.aesModes) tools.realm.define(library, { AES: aesGlobal });
  return library;
}
