import type { AnyNode, Expression, FunctionDeclaration, FunctionExpression } from 'acorn';
import type { Body, CallSite } from './call-sites.ts';
import { type Edit, edited } from './edits.ts';
import { assignedNames, isFirst, isStable, outermost } from './order.ts';
import { declaredNames, isReference, parsed, walk } from './tree.ts';

export type Fn = FunctionDeclaration | FunctionExpression;

/** Whether a function contains code that would have another meaning inside another function. */
function isBound(fn: Fn): boolean {
  let found = fn.params.some(param => param.type !== 'Identifier') || fn.generator || fn.async;
  walk(fn.body, node => {
    if (node.type === 'Super' || node.type === 'FunctionExpression' || node.type === 'FunctionDeclaration')
      found = true;
    if (node.type === 'Identifier' && node.name === 'arguments') found = true;
  });
  return found;
}

/** Whether code at the call site runs in a loop, where the interpreter has each variable only once. */
function isRepeated({ ancestors }: CallSite): boolean {
  return ancestors.some(node => /^(For|While|DoWhile)/.test(node.type));
}

function hasArrow(fn: Fn): boolean {
  let found = false;
  walk(fn.body, node => {
    if (node.type === 'ArrowFunctionExpression') found = true;
  });
  return found;
}

/** Names that a function uses and does not declare. */
function freeNames(fn: Fn): Set<string> {
  const own = declaredNames(fn);
  const free = new Set<string>();
  walk(fn, (node, ancestors) => {
    if (node.type !== 'Identifier' || own.has(node.name)) return;
    if (isReference(node, ancestors[ancestors.length - 1])) free.add(node.name);
  });
  return free;
}

/**
 * Whether an expression can be written anywhere, any number of times: it always has the same value and no effects.
 */
function isPlain(node: AnyNode, place: CallSite): boolean {
  return (
    node.type === 'ThisExpression' ||
    (node.type === 'Literal' && (typeof node.value !== 'string' || node.value.length < 4)) ||
    (node.type === 'UnaryExpression' && node.argument.type === 'Literal') ||
    (node.type === 'Identifier' && isStable(node.name, place.ancestors))
  );
}

/** Whether reading it has no effects. */
function isRead(node: AnyNode): boolean {
  if (node.type === 'MemberExpression') return !node.computed && isRead(node.object);
  return node.type === 'Identifier' || node.type === 'ThisExpression' || node.type === 'Literal';
}

/** Returns its text, in parentheses unless it can stand beside any operator. */
function writtenApart(code: string, node: AnyNode): string {
  const written = code.slice(node.start, node.end);
  return isRead(node) ? written : `(${written})`;
}

/** Returns the arguments by their parameter names, and the receiver as `this`. */
function givenTo(fn: Fn, place: CallSite): Map<string, AnyNode | undefined> {
  const given = new Map<string, AnyNode | undefined>();
  if (place.receiver) given.set('this', place.receiver);
  fn.params.forEach((param, i) => {
    if (param.type === 'Identifier') given.set(param.name, place.given[i]);
  });
  return given;
}

/** Finds the nodes by which a function reads its parameters, `this` and other names that it declares. */
function namesIn(fn: Fn): { name: string; node: AnyNode; isShort: boolean }[] {
  const own = declaredNames(fn);
  const found: { name: string; node: AnyNode; isShort: boolean }[] = [];
  walk(fn.body, (node, ancestors) => {
    const parent = ancestors[ancestors.length - 1];
    if (node.type === 'ThisExpression') found.push({ name: 'this', node, isShort: false });
    if (node.type !== 'Identifier' || !own.has(node.name) || !isReference(node, parent)) return;
    // For `{ a }` the tree has the key and the value at the same place.
    const isShort = parent?.type === 'Property' && parent.shorthand;
    found.push({ name: node.name, node, isShort });
  });
  return found;
}

/** Returns the expression of a function whose only statement is a return. */
export function returned(fn: Fn): Expression | undefined {
  const [only, more] = fn.body.body;
  return only?.type === 'ReturnStatement' && !more ? (only.argument ?? undefined) : undefined;
}

function does(node: AnyNode): boolean {
  let found = false;
  walk(node, one => {
    if (/^(Call|New|Assignment|Update|Await|Yield)/.test(one.type)) found = true;
  });
  return found;
}

/** Returns the text of a node of the body, with its names replaced by `written`. */
function withNames(
  code: string,
  fn: Fn,
  node: AnyNode,
  written: (name: string, node: AnyNode) => string,
): string {
  const edits: Edit[] = namesIn(fn).map(({ name, node: { start, end }, node: one, isShort }) => ({
    start: start - node.start,
    end: end - node.start,
    text: isShort ? `${name}: ${written(name, one)}` : written(name, one),
  }));
  return edited(
    code.slice(node.start, node.end),
    edits.filter(({ start, end }) => start >= 0 && end <= node.end - node.start),
  );
}

/** Returns the body as one expression with its arguments in place. */
function asExpression(
  code: string,
  fn: Fn,
  place: CallSite,
  fresh: (name: string) => string,
): string | undefined {
  const expression = returned(fn);
  if (!expression) return undefined;
  const given = givenTo(fn, place);
  const assigned = assignedNames(fn);
  let moving = 0;
  for (const [name, node] of given) {
    if (assigned.has(name)) return undefined;
    if (node && isPlain(node, place)) continue;
    const uses = namesIn(fn).filter(one => one.name === name);
    const [use] = uses;
    if (!node || uses.length !== 1 || !use) return undefined;
    // Evaluated once, and nothing happens between its old place and its new one.
    const isNext = isFirst(expression, use.node, [fn]) && moving === 0;
    if (!isNext && !(isRead(node) && !does(expression))) return undefined;
    moving++;
  }
  if (place.given.length > fn.params.length) return undefined;
  const text = withNames(code, fn, expression, name => {
    const node = given.get(name);
    if (!node) return fresh(name);
    return writtenApart(code, node);
  });
  return `(${text})`;
}

/**
 * Returns the body of a function in the form for its call site; undefined if it would have another meaning there.
 * @param number makes its names unique
 */
export function bodyOf(code: string, fn: Fn, place: CallSite, number: number): Body | undefined {
  if (isBound(fn) || (hasArrow(fn) && isRepeated(place))) return undefined;
  if (place.given.some(node => node.type === 'SpreadElement')) return undefined;
  const around = outermost(place.ancestors);
  const names = around && declaredNames(around);
  if (names && [...freeNames(fn)].some(name => names.has(name))) return undefined;
  const fresh = (name: string) => `${name}$${number}`;
  const assigned = assignedNames(fn);
  const plain = new Map<string, string>();
  let head = '';
  if (place.given.length > fn.params.length) return undefined;
  for (const [name, node] of givenTo(fn, place)) {
    const text = node && writtenApart(code, node);
    if (node && text && isPlain(node, place) && !assigned.has(name)) plain.set(name, text);
    else head += `let ${fresh(name)}${text ? ` = ${text}` : ''};\n`;
  }
  const text = withNames(code, fn, fn.body, name => plain.get(name) ?? fresh(name));
  const wrapped = parsed(`function body() ${text}`);
  const [parsedFn] = wrapped.type === 'Program' ? wrapped.body : [];
  if (parsedFn?.type !== 'FunctionDeclaration') return undefined;
  return {
    head,
    text: `function body() ${text}`,
    statements: parsedFn.body.body,
    expression: asExpression(code, fn, place, fresh),
  };
}
