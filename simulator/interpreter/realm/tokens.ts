import { KEPT_SCRIPTS_CHARS_MIN, KEPT_SCRIPTS_MAX } from '../../base/limits.ts';

/** Words that Espruino's lexer reads for the bytes from 138 up (jslex.h); nine values are unused before `??`. */
const FIRST = 138;
const WORDS = [
  ...'== === != !== <= << <<= >= >> >>> >>= >>>= += -= ++ -- *= /= %= &= && |= || ^= =>'.split(' '),
  ...'if else do while for break continue function return var let const this throw try catch finally'.split(
    ' ',
  ),
  ...'true false null undefined new in instanceof switch case default delete typeof void debugger'.split(' '),
  ...'class extends super static of'.split(' '),
  ...Array.from({ length: 9 }, () => ''),
  '??',
];
/** A raw string after its length in one byte or two. */
const RAW_STRING_8 = 0xd1;
const RAW_STRING_16 = 0xd2;

/** Words after which a slash begins no regular expression. */
const VALUES = ['true', 'false', 'null', 'undefined'];

/**
 * Returns the end of the string or template that begins at `at`. A template is skipped as in Espruino, by counting
 * braces.
 */
function endOfString(code: string, at: number): number {
  const quote = code.charAt(at);
  let depth = 0;
  for (let i = at + 1; i < code.length; i++) {
    const character = code.charAt(i);
    if (character === quote && depth === 0) return i + 1;
    if (character === '\\' && depth === 0) i++;
    else if (quote === '`' && character === '{' && (depth > 0 || code.charAt(i - 1) === '$')) depth++;
    else if (quote === '`' && character === '}' && depth > 0) depth--;
  }
  return code.length;
}

function endOfRegex(code: string, at: number): number {
  for (let i = at + 1; i < code.length; i++) {
    if (code.charAt(i) === '\\') i++;
    else if (code.charAt(i) === '/') return i + 1;
  }
  return code.length;
}

function endOfComment(code: string, at: number): number {
  const [mark, skip] = code.charAt(at + 1) === '*' ? ['*/', 2] : ['\n', 0];
  const end = code.indexOf(mark, at + 2);
  return end < 0 ? code.length : end + skip;
}

/** Returns a raw string as a literal, and its end. */
function rawString(code: string, at: number): { text: string; end: number } {
  const wide = code.charCodeAt(at) === RAW_STRING_16;
  const start = at + (wide ? 3 : 2);
  const length = code.charCodeAt(at + 1) + (wide ? code.charCodeAt(at + 2) * 256 : 0);
  return { text: JSON.stringify(code.substr(start, length)), end: start + length };
}

/**
 * Returns code with words in place of the bytes that Espruino's lexer reads as words. Strings, templates, regular
 * expressions and comments stay as they are. A byte that stands for no word becomes an invalid character: a board
 * would not run it either.
 * @param code one character a byte
 */
export function spelled(code: string): string {
  if (code.length < KEPT_SCRIPTS_CHARS_MIN) return spelledAnew(code);
  // Each boot runs the same files again.
  const kept = spelledBefore.get(code);
  if (kept !== undefined) return kept;
  const text = spelledAnew(code);
  if (spelledBefore.size >= KEPT_SCRIPTS_MAX) spelledBefore.clear();
  spelledBefore.set(code, text);
  return text;
}

const spelledBefore = new Map<string, string>();

function spelledAnew(code: string): string {
  if (!/[\x80-\xff]/.test(code)) return code;
  let out = '';
  // Whether a slash would be a division: after a name, a number, a string or a closing bracket.
  let value = false;
  for (let at = 0; at < code.length; ) {
    const character = code.charAt(at);
    const byte = code.charCodeAt(at);
    let end = at + 1;
    let text: string | undefined;
    if (/[ \t-\r]/.test(character)) text = character;
    else if (/["'`]/.test(character)) {
      end = endOfString(code, at);
      value = true;
    } else if (character === '/' && /[/*]/.test(code.charAt(at + 1))) end = endOfComment(code, at);
    else if (character === '/' && !value) {
      end = endOfRegex(code, at);
      value = true;
    } else if (byte === RAW_STRING_8 || byte === RAW_STRING_16) {
      ({ text, end } = rawString(code, at));
      value = true;
    } else if (byte > 127) {
      const word = WORDS[byte - FIRST];
      text = word ? ` ${word} ` : '@';
      value = VALUES.includes(text.trim());
    } else value = /[\w$)\]]/.test(character);
    out += text ?? code.slice(at, end);
    at = end;
  }
  return out;
}
