import type { AnyNode, Identifier } from 'acorn';
import { type Edit, edited } from './edits.ts';
import { parsed, walk } from './tree.ts';

/** Longest literal, with its quotes, that is inlined at every use, since its name would not be shorter. */
const SHORT = 3;

interface Text {
  /** The declaration, which is not one of the uses. */
  readonly id: Identifier;
  readonly written: string;
  readonly uses: Identifier[];
  /** The name has another meaning, or is used where only a name is allowed. */
  isName: boolean;
}

/** Whether an identifier is a property or a key, not a variable. */
function isProperty(node: Identifier, parent: AnyNode): boolean {
  if (parent.type === 'MemberExpression') return parent.property === node && !parent.computed;
  if (parent.type === 'Property') return parent.key === node && !parent.computed && !parent.shorthand;
  return parent.type === 'MethodDefinition';
}

/** Whether a literal is not allowed there: in a declaration, an assignment, or `{ name }`. */
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

/** Returns the texts in variables of the whole program, by variable name. */
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
 * Inlines each text that is used in one place only, or is no longer than a name: a bundler does so only with numbers.
 * The bundler then removes the unused variables.
 */
export function placeTexts(code: string): string {
  const program = parsed(code);
  const edits = [...textsOf(program, code).values()]
    .filter(({ isName, uses, written }) => !isName && (uses.length === 1 || written.length <= SHORT))
    .flatMap(({ uses, written }) => uses.map(({ start, end }) => ({ start, end, text: written })));
  return edited(code, edits);
}

/** Replaces base64 that the program would decode with the bytes themselves. */
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
