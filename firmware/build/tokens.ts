import { type AnyNode, parse, type Token } from 'acorn';
import { walk } from './tree.ts';

/**
 * Espruino's lexer takes one byte for each of these, from 138 up (`LEX_TYPES` in its `jslex.h`, an order that it
 * promises to keep for code tokenised elsewhere). `??`, which was added later, stays text.
 */
const WORDS = (
  '== === != !== <= << <<= >= >> >>> >>= >>>= += -= ++ -- *= /= %= &= && |= || ^= => ' +
  'if else do while for break continue function return var let const this throw try catch finally true false null ' +
  'undefined new in instanceof switch case default delete typeof void debugger class extends super static of'
).split(' ');
const BYTES = new Map(WORDS.map((word, index) => [word, String.fromCharCode(138 + index)]));

/** Where property names begin, which stay text, and the templates, which stay as they are: their parts are evaluated as text. */
function untouched(program: AnyNode): { names: Set<number>; templates: [number, number][] } {
  const names = new Set<number>();
  const templates: [number, number][] = [];
  walk(program, node => {
    if (node.type === 'MemberExpression' && !node.computed) names.add(node.property.start);
    if (node.type === 'Property' || node.type === 'MethodDefinition' || node.type === 'PropertyDefinition') {
      if (!node.computed) names.add(node.key.start);
    }
    if (node.type === 'TemplateLiteral' && node.start >= (templates.at(-1)?.[1] ?? 0))
      templates.push([node.start, node.end]);
  });
  return { names, templates: templates.sort(([a], [b]) => a - b) };
}

/** Whether two characters that were apart would be read as something else side by side. */
function mustStayApart(before: string, after: string): boolean {
  if (/[-+/]/.test(before)) return before === after;
  return /[\w$]/.test(before) && (/[\w$]/.test(after) || (after === '.' && /\d/.test(before)));
}

/**
 * The same program with a byte in place of each reserved word and each operator of several characters, without
 * comments, and without the white space that is then no longer needed.
 * @param code a script of characters up to 255, those above 127 only inside strings
 * @returns one character a byte
 * @throws Error where a character has no byte, or would be read as a word
 */
export function tokenise(code: string): string {
  const tokens: Token[] = [];
  const program = parse(code, { ecmaVersion: 'latest', sourceType: 'script', onToken: tokens }) as AnyNode;
  const { names, templates } = untouched(program);
  let out = '';
  let last = 0;
  const put = (text: string, start: number, end: number) => {
    if (code.slice(last, start).includes('\n') && out !== '') out += '\n';
    else if (last < start && mustStayApart(out.charAt(out.length - 1), text.charAt(0))) out += ' ';
    out += text;
    last = end;
  };
  for (const { start, end, type } of tokens) {
    if (start < last || type.label === 'eof') continue;
    const template = templates.find(([from]) => from === start);
    if (template) {
      put(code.slice(...template), ...template);
      continue;
    }
    const text = code.slice(start, end);
    if (type.label === 'string' ? /[^\0-\xff]/.test(text) : /[^\0-\x7f]/.test(text))
      throw new Error(`no byte for what is in ${JSON.stringify(text)}`);
    put(names.has(start) ? text : (BYTES.get(text) ?? text), start, end);
  }
  return out;
}
