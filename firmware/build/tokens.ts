import { type AnyNode, parse, type Token } from 'acorn';
import { RAW_STRING_MIN } from './limits.ts';
import { walk } from './tree.ts';

/**
 * Words that Espruino's lexer reads from one byte each, from 138 up (`LEX_TYPES` in its `jslex.h`, whose order it
 * promises to keep for code tokenised elsewhere). `??` was added later and stays text.
 */
const WORDS = (
  '== === != !== <= << <<= >= >> >>> >>= >>>= += -= ++ -- *= /= %= &= && |= || ^= => ' +
  'if else do while for break continue function return var let const this throw try catch finally true false null ' +
  'undefined new in instanceof switch case default delete typeof void debugger class extends super static of'
).split(' ');
const BYTES = new Map(WORDS.map((word, index) => [word, String.fromCharCode(138 + index)]));

/** A raw string after its length in one byte or two, low byte first (2v21 and later). */
const RAW_STRING_8 = '\xd1';
const RAW_STRING_16 = '\xd2';

/**
 * Returns a string literal as it goes into the image. The interpreter leaves raw strings in flash and copies others
 * into variables. Strings that fit into one variable are copied anyway, and stay readable.
 */
function stringBytes(literal: string, value: string): string {
  if (value.length < RAW_STRING_MIN || value.length > 0xffff) return literal;
  return value.length < 256
    ? RAW_STRING_8 + String.fromCharCode(value.length) + value
    : RAW_STRING_16 + String.fromCharCode(value.length & 255, value.length >> 8) + value;
}

interface Piece {
  readonly end: number;
  readonly text: string;
}

/**
 * Finds the starts of property names, which stay text, and the final form of strings and templates by their starts.
 */
function exceptions(program: AnyNode, code: string): { names: Set<number>; pieces: Map<number, Piece> } {
  const names = new Set<number>();
  const pieces = new Map<number, Piece>();
  walk(program, node => {
    const { start, end } = node;
    if (node.type === 'MemberExpression' && !node.computed) names.add(node.property.start);
    if (node.type === 'Property' || node.type === 'MethodDefinition' || node.type === 'PropertyDefinition') {
      if (!node.computed) names.add(node.key.start);
    }
    const isString = node.type === 'Literal' && typeof node.value === 'string' && !names.has(start);
    if (!isString && node.type !== 'TemplateLiteral') return;
    const written = code.slice(start, end);
    // The interpreter evaluates a template as text, so it stays text.
    const text = isString ? stringBytes(written, String(node.value)) : written;
    if (/[^\0-\xff]/.test(text)) throw new Error(`no byte for what is in ${written}`);
    pieces.set(start, { end, text });
  });
  return { names, pieces };
}

/** Whether two characters that were separate would have another meaning side by side. */
function mustStayApart(before: string, after: string): boolean {
  if (/[-+/]/.test(before)) return before === after;
  return /[\w$]/.test(before) && (/[\w$]/.test(after) || (after === '.' && /\d/.test(before)));
}

/**
 * Returns the same program with one byte for each reserved word and each operator of several characters, with longer
 * strings raw, without comments, and without unneeded white space.
 * @param code a script of characters up to 255, those above 127 only inside strings and templates
 * @returns one character per byte
 * @throws Error if a character has no byte, or would be read as a word
 */
export function tokenise(code: string): string {
  const tokens: Token[] = [];
  const program = parse(code, { ecmaVersion: 'latest', sourceType: 'script', onToken: tokens }) as AnyNode;
  const { names, pieces } = exceptions(program, code);
  let out = '';
  let last = 0;
  for (const { start, end } of tokens) {
    // Inside a template, or at the end.
    if (start < last || start === end) continue;
    const word = code.slice(start, end);
    const piece = pieces.get(start);
    if (!piece && /[^\0-\x7f]/.test(word)) throw new Error(`no byte for what is in ${word}`);
    const text = piece?.text ?? (names.has(start) ? word : (BYTES.get(word) ?? word));
    if (out !== '' && code.slice(last, start).includes('\n')) out += '\n';
    else if (last < start && mustStayApart(out.charAt(out.length - 1), text.charAt(0))) out += ' ';
    out += text;
    last = piece?.end ?? end;
  }
  return out;
}
