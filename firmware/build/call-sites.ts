import type { AnyNode, Statement } from 'acorn';
import type { Edit } from './edits.ts';
import { isFirst, isFunction, outermost } from './order.ts';
import { walk } from './tree.ts';

/** A call, or a read of a getter. */
export interface CallSite {
  readonly call: AnyNode;
  /** The object of a method call; undefined for a function. */
  readonly receiver: AnyNode | undefined;
  readonly given: readonly AnyNode[];
  readonly ancestors: readonly AnyNode[];
}

/** A function's body, with unique names. */
export interface Body {
  /** Declarations of its arguments, before the body. */
  readonly head: string;
  readonly text: string;
  readonly statements: readonly Statement[];
  /** The body as one expression in place of the call, if possible. */
  readonly expression: string | undefined;
}

function hasReturn(statement: AnyNode): boolean {
  let found = false;
  // Returns of arrow functions count too, which does no harm.
  walk(statement, node => {
    if (node.type === 'ReturnStatement') found = true;
  });
  return found;
}

/** Whether the code after these statements is unreachable. */
function ends(statements: readonly Statement[]): boolean {
  return statements.some(
    one =>
      one.type === 'ReturnStatement' ||
      one.type === 'ThrowStatement' ||
      (one.type === 'BlockStatement' && ends(one.body)) ||
      (one.type === 'IfStatement' && !!one.alternate && ends([one.consequent]) && ends([one.alternate])),
  );
}

/**
 * Rewrites statements so that a return does not leave the function: `kept` writes the returned value, and code that
 * the return would skip goes into `else`. Undefined if a loop or similar is left.
 */
function flowing(
  text: string,
  statements: readonly Statement[],
  kept: (value: string) => string,
): string | undefined {
  const [first, ...rest] = statements;
  if (!first) return '';
  const written = (node: AnyNode) => text.slice(node.start, node.end);
  if (!hasReturn(first)) {
    const more = flowing(text, rest, kept);
    return more === undefined ? undefined : `${written(first)}\n${more}`;
  }
  if (first.type === 'ReturnStatement') return first.argument ? kept(written(first.argument)) : '';
  if (first.type === 'BlockStatement') return flowing(text, [...first.body, ...rest], kept);
  if (first.type !== 'IfStatement') return undefined;
  const { consequent, alternate } = first;
  const other = alternate ? [alternate] : [];
  const isWhole = rest.length === 0;
  if (!isWhole && !ends([consequent]) && !ends(other)) return undefined;
  const yes = flowing(text, isWhole || ends([consequent]) ? [consequent] : [consequent, ...rest], kept);
  const no = flowing(
    text,
    isWhole || (ends(other) && !ends([consequent])) ? other : [...other, ...rest],
    kept,
  );
  if (yes === undefined || no === undefined) return undefined;
  return `if (${written(first.test)}) {\n${yes}}${no ? ` else {\n${no}}` : ''}\n`;
}

/** Returns the body as statements that assign the returned value to a variable, and declare it if it is new. */
function setting(body: Body, target: string, isNew: boolean): string | undefined {
  const { statements, text } = body;
  const last = statements[statements.length - 1];
  const isStraight = last?.type === 'ReturnStatement' && !statements.slice(0, -1).some(hasReturn);
  // An existing variable keeps its value if nothing is returned.
  if (!isNew && !ends(statements)) return undefined;
  const flow = flowing(
    text,
    statements,
    value => `${isNew && isStraight ? 'let ' : ''}${target} = ${value};\n`,
  );
  return flow === undefined || !isNew || isStraight ? flow : `let ${target};\n${flow}`;
}

/** Returns the body in place of a statement, if the call is the whole statement or is evaluated first in it. */
function inStatement(code: string, body: Body, place: CallSite, statement: AnyNode, number: number) {
  const { call } = place;
  const { statements, text } = body;
  if (statement.type === 'ReturnStatement' && statement.argument === call) {
    const whole = statements.map(one => text.slice(one.start, one.end)).join('\n');
    return `${whole}\n${ends(statements) ? '' : 'return;\n'}`;
  }
  let root: AnyNode | null | undefined;
  if (statement.type === 'ExpressionStatement') {
    root = statement.expression;
    if (root === call) return flowing(text, statements, value => `(${value});\n`);
    if (root.type === 'AssignmentExpression' && root.right === call && root.left.type === 'Identifier')
      if (root.operator === '=') return setting(body, root.left.name, false);
  } else if (statement.type === 'VariableDeclaration') {
    const [{ id, init } = { id: undefined, init: undefined }] = statement.declarations;
    root = init;
    if (init === call && id?.type === 'Identifier' && statement.declarations.length === 1)
      return setting(body, id.name, true);
  } else if (statement.type === 'ReturnStatement') root = statement.argument;
  else if (statement.type === 'IfStatement') root = statement.test;
  if (!root || !isFirst(root, call, place.ancestors)) return undefined;
  const name = `result$${number}`;
  const flow = setting(body, name, true);
  const rest = code.slice(statement.start, call.start) + name + code.slice(call.end, statement.end);
  return flow === undefined ? undefined : `${flow}${rest}\n`;
}

/** Returns the edit that writes a body in place of its call; undefined if that is impossible. */
export function inlineAt(code: string, body: Body, place: CallSite, number: number): Edit | undefined {
  const { call, ancestors } = place;
  if (body.expression !== undefined) return { start: call.start, end: call.end, text: body.expression };
  // Variables outside functions exist for the whole run of the program.
  if (!outermost(ancestors)) return undefined;
  for (let at = ancestors.length - 1; at > 0; at--) {
    const node = ancestors[at] as AnyNode;
    const { start, end } = node;
    if (node.type === 'ArrowFunctionExpression') {
      if (node.body !== call) return undefined;
      const { statements, text } = body;
      const whole = statements.map(one => text.slice(one.start, one.end)).join('\n');
      return { start: call.start, end: call.end, text: `{\n${body.head}${whole}\n}` };
    }
    if (isFunction(node)) return undefined;
    if (!/(Statement|VariableDeclaration)$/.test(node.type)) continue;
    const parent = ancestors[at - 1];
    const isListed = parent?.type === 'BlockStatement' || parent?.type === 'Program';
    if (!isListed && node.type === 'VariableDeclaration') return undefined;
    const text = inStatement(code, body, place, node, number);
    if (text === undefined) return undefined;
    return { start, end, text: isListed ? body.head + text : `{\n${body.head}${text}}` };
  }
  return undefined;
}
