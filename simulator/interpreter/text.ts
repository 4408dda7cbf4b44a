import { textOf } from '../base/bytes.ts';
import { adopted } from './realm/adopted.ts';
import type { ImageObject, Named, Value } from './realm/held.ts';
import type { Realm } from './realm/realm.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const WHITE_SPACE = ' \t\n\v\f\r';

function sextet(character: string): number {
  return character === '' ? -1 : ALPHABET.indexOf(character);
}

/** Decodes up to four characters; the last valid one decides the number of bytes. */
function decodeGroup(group: string): number[] {
  let triple = 0;
  let valid = 0;
  for (let at = 0; at < 4; at++) {
    const bits = sextet(group.charAt(at));
    if (bits < 0) continue;
    triple |= bits << ((3 - at) * 6);
    valid = at;
  }
  return [triple >> 16, triple >> 8, triple].slice(0, valid).map(byte => byte & 255);
}

/**
 * Espruino's `atob` with its defects (jswrap_functions.c): white space is skipped, other characters count as length
 * but not as bits, and the rest of the computed length is filled with zero bytes. If that length is -1 (`"=="`,
 * `"="`, `" =="`), the real one returns a string of length 0xFFFFFFFF whose characters are interpreter memory. Here
 * it is an object whose `length` is -1 and whose characters are junk: an image can use it like the real one, except
 * for `typeof`.
 */
function decodeBase64(realm: Realm, text: string, junk: () => Uint8Array): Value {
  const dense = [...text].filter(character => !WHITE_SPACE.includes(character));
  let length = Math.floor((dense.length * 3) / 4);
  if (dense.at(-1) === '=') length--;
  if (dense.at(-2) === '=') length--;
  if (length < 0) return junkString(realm, textOf(junk()));
  const out: number[] = [];
  for (let at = 0; at < dense.length; at += 4) out.push(...decodeGroup(dense.slice(at, at + 4).join('')));
  while (out.length < length) out.push(0);
  return textOf(Uint8Array.from(out.slice(0, length)));
}

function encodeBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [first = 0, second = 0, third = 0] = bytes.subarray(at, at + 3);
    const triple = (first << 16) | (second << 8) | third;
    const group = [18, 12, 6, 0].map(shift => ALPHABET.charAt((triple >> shift) & 63)).join('');
    text += group.slice(0, Math.min(4, bytes.length - at + 1)).padEnd(4, '=');
  }
  return text;
}

function junkString(realm: Realm, characters: string): ImageObject {
  const string = realm.create(realm.stringPrototype);
  const text = realm.adopt(() => characters);
  realm.hide(string, { length: -1, toString: text, valueOf: text });
  return string;
}

/** `atob` and `btoa`. */
export function textGlobals(realm: Realm, junk: () => Uint8Array): Named {
  return adopted(realm, {
    atob: text => {
      if (typeof text !== 'string') throw realm.error(`Expecting String, got ${typeof text}`);
      return decodeBase64(realm, text, junk);
    },
    btoa: data => {
      if (typeof data === 'number' || data === undefined || data === null) {
        throw realm.error('Expecting String or Array, got Number');
      }
      return encodeBase64(realm.flatten(data));
    },
  });
}
