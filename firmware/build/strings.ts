import type { AnyNode, Identifier } from 'acorn';
import { type Edit, edited } from './edits.ts';
import { parsed, walk } from './tree.ts';

/** Longest literal, with its quotes, that is written wherever it is used: not longer than the name it would have. */
const SHORT = 3;

interface Text {
  /** The declaration, which is not among the uses. */
  readonly id: Identifier;
  readonly written: string;
  readonly uses: Identifier[];
  /** Another meaning of the name, or a place where only a name can be. */
  isName: boolean;
}

/** Whether an identifier is a property or a key, no variable. */
function isProperty(node: Identifier, parent: AnyNode): boolean {
  if (parent.type === 'MemberExpression') return parent.property === node && !parent.computed;
  if (parent.type === 'Property') return parent.key === node && !parent.computed && !parent.shorthand;
  return parent.type === 'MethodDefinition';
}

/** Whether a literal cannot stand there: what declares or sets a variable, and `{ name }`. */
function isTarget(node: Identifier, parent: AnyNode): boolean {
  if ('id' in parent && parent.id === node) return true;
  if ('params' in parent && Array.isArray(parent.params) && parent.params.includes(node as never))
    return true;
  if (
    parent.type === 'AssignmentExpression' ||
    parent.type === 'ForInStatement' ||
    parent.type === 'ForOfStatement'
  )
    return parent.left === node;
  return (
    parent.type === 'CatchClause' ||
    parent.type === 'UpdateExpression' ||
    (parent.type === 'Property' && parent.shorthand)
  );
}

/** The texts that variables of the whole program hold, by the names of these. */
function textsOf(program: AnyNode, code: string): Map<string, Text> {
  const texts = new Map<string, Text>();
  for (const statement of program.type === 'Program' ? program.body : []) {
    for (const { id, init } of statement.type === 'VariableDeclaration' ? statement.declarations : []) {
      if (id.type !== 'Identifier' || init?.type !== 'Literal' || typeof init.value !== 'string') continue;
      texts.set(id.name, { id, written: code.slice(init.start, init.end), uses: [], isName: false });
    }
  }
  walk(program, (node, ancestors) => {
    const text = node.type === 'Identifier' ? texts.get(node.name) : undefined;
    const parent = ancestors[ancestors.length - 1];
    if (node.type !== 'Identifier' || !text || !parent || node === text.id || isProperty(node, parent))
      return;
    if (isTarget(node, parent)) text.isName = true;
    else text.uses.push(node);
  });
  return texts;
}

/**
 * Writes each text where it is used, if that is in one place or the text is no longer than a name: a bundler does so
 * with numbers only. The variables, then unused, are for the bundler to take away.
 */
export function placeTexts(code: string): string {
  const program = parsed(code);
  const edits = [...textsOf(program, code).values()]
    .filter(({ isName, uses, written }) => !isName && (uses.length === 1 || written.length <= SHORT))
    .flatMap(({ uses, written }) => uses.map(({ start, end }) => ({ start, end, text: written })));
  return edited(code, edits);
}

/** Writes the bytes themselves where a program would decode them from base64. */
export function decodeTexts(code: string): string {
  const edits: Edit[] = [];
  walk(parsed(code), node => {
    if (node.type !== 'CallExpression' || node.callee.type !== 'Identifier' || node.callee.name !== 'atob')
      return;
    const [encoded] = node.arguments;
    if (encoded?.type !== 'Literal' || typeof encoded.value !== 'string') return;
    const text = JSON.stringify(Buffer.from(encoded.value, 'base64').toString('latin1'));
    edits.push({ start: node.start, end: node.end, text });
  });
  return edited(code, edits);
}
