import type { AnyNode, CallExpression, MemberExpression } from 'acorn';
import { bodyOf, type Fn, returned } from './bodies.ts';
import { type CallSite, inlineAt } from './call-sites.ts';
import { type Edit, edited } from './edits.ts';
import { outermost } from './order.ts';
import { parsed, walk } from './tree.ts';

/** A function, method or getter that may be inlined. */
interface Callee {
  readonly fn: Fn;
  readonly isGetter: boolean;
  /** Its whole declaration, which is removed. */
  readonly whole: AnyNode;
}

interface Use {
  readonly node: AnyNode;
  readonly ancestors: readonly AnyNode[];
}

/** The functions declared under a name, and the other uses of the name. */
interface Named {
  readonly callees: Callee[];
  readonly uses: Use[];
  /** Some use is ambiguous. */
  isUnclear: boolean;
}

/** Finds functions by their name, and methods by a dot and their name. */
function survey(program: AnyNode): Map<string, Named> {
  const all = new Map<string, Named>();
  const named = (key: string): Named => {
    const found = all.get(key) ?? { callees: [], uses: [], isUnclear: false };
    all.set(key, found);
    return found;
  };
  walk(program, (node, ancestors) => {
    const parent = ancestors[ancestors.length - 1];
    if (node.type === 'MethodDefinition' && node.key.type === 'Identifier') {
      const { kind, key, value } = node;
      if (node.static) named(`.${key.name}`).isUnclear = true;
      else if (kind === 'method' || kind === 'get')
        named(`.${key.name}`).callees.push({ fn: value, isGetter: kind === 'get', whole: node });
    } else if (node.type === 'Property' || node.type === 'PropertyDefinition') {
      if (node.key.type === 'Identifier' && !node.computed) named(`.${node.key.name}`).isUnclear = true;
    } else if (node.type === 'MemberExpression') {
      const { computed, property } = node;
      if (property.type === 'Identifier' && !computed)
        named(`.${property.name}`).uses.push({ node, ancestors: [...ancestors] });
      if (property.type === 'Literal') named(`.${property.value}`).isUnclear = true;
    } else if (node.type === 'FunctionDeclaration') {
      const key = parent?.type === 'Program' && node.id ? node.id.name : '';
      named(key).callees.push({ fn: node as Fn, isGetter: false, whole: node });
    } else if (node.type === 'Identifier') {
      const isName =
        (parent?.type === 'MemberExpression' && parent.property === node && !parent.computed) ||
        ((parent?.type === 'MethodDefinition' || parent?.type === 'Property') && parent.key === node) ||
        (parent?.type === 'FunctionDeclaration' && parent.id === node);
      if (!isName) named(node.name).uses.push({ node, ancestors: [...ancestors] });
    }
  });
  return all;
}

/** Returns the call site of a use of a callee; undefined if the use is no call. */
function siteOf({ isGetter }: Callee, { node, ancestors }: Use): CallSite | undefined {
  const parent = ancestors[ancestors.length - 1];
  const receiver = node.type === 'MemberExpression' ? (node as MemberExpression).object : undefined;
  if (receiver?.type === 'Super') return undefined;
  const isCalled = parent?.type === 'CallExpression' && parent.callee === node;
  if (isGetter) {
    const isSet =
      (parent?.type === 'AssignmentExpression' && parent.left === node) ||
      parent?.type === 'UpdateExpression';
    return isCalled || isSet ? undefined : { call: node, receiver, given: [], ancestors };
  }
  if (!isCalled) return undefined;
  const call = parent as CallExpression;
  return { call, receiver, given: call.arguments, ancestors: ancestors.slice(0, -1) };
}

/** Largest number of nodes of an expression that is inlined at every call, about as many as in the call. */
const SMALL = 11;

function isSmall(fn: Fn): boolean {
  const expression = returned(fn);
  let nodes = 0;
  if (expression) walk(expression, () => nodes++);
  return nodes > 0 && nodes <= SMALL;
}

/** Returns edits that remove a function and write its body at its calls; undefined if that is impossible. */
function moved(code: string, callee: Callee, uses: readonly Use[], number: number): Edit[] | undefined {
  const { start, end } = callee.whole;
  const edits: Edit[] = [{ start, end, text: '' }];
  for (const use of uses) {
    const place = siteOf(callee, use);
    // A recursive function cannot be inlined.
    if (!place || use.ancestors.includes(callee.fn)) return undefined;
    const body = bodyOf(code, callee.fn, place, number);
    if (!body || (uses.length > 1 && !body.expression)) return undefined;
    const written = inlineAt(code, body, place, number);
    if (!written || edits.some(one => one.start < written.end && written.start < one.end)) return undefined;
    edits.push(written);
  }
  return edits;
}

/** Whether an earlier edit overlaps the node. */
function isTouched(node: AnyNode, touched: readonly AnyNode[]): boolean {
  return touched.some(one => one.start < node.end && node.start < one.end);
}

/**
 * Inlines each function, method and getter that the program uses in only one place, and small expressions at every
 * call. A function costs the interpreter four variables, and one more for each parameter, as long as the power is on;
 * and a call costs more than most function bodies.
 * @param code a bundle that is not minified: TypeScript has checked that a name refers to the function of that name
 * @param apart names that are not inlined: functions called by their name as text, functions that the device calls,
 * and functions rarely called by frequently run ones
 */
export function inlined(code: string, apart: ReadonlySet<string>): string {
  let out = code;
  for (let number = 0, changed = true; changed; ) {
    changed = false;
    const program = parsed(out);
    const edits: Edit[] = [];
    const touched: AnyNode[] = [];
    for (const [key, { callees, uses, isUnclear }] of survey(program)) {
      const [callee] = callees;
      if (isUnclear || callees.length !== 1 || !callee || apart.has(key.replace('.', ''))) continue;
      if (uses.length === 0 || (uses.length > 1 && !isSmall(callee.fn))) continue;
      const around = uses.map(({ node, ancestors }) => outermost(ancestors) ?? node);
      if ([callee.whole, ...around].some(node => isTouched(node, touched))) continue;
      const done = moved(out, callee, uses, number);
      if (!done) continue;
      number++;
      edits.push(...done);
      touched.push(callee.whole, ...around);
      changed = true;
    }
    out = edited(out, edits);
  }
  return out;
}

/**
 * Rewrites getters as methods and their uses as calls, because a getter costs the interpreter two more variables.
 * Only if the name belongs to the getter alone.
 */
export function withoutGetters(code: string, apart: ReadonlySet<string>): string {
  const edits: Edit[] = [];
  for (const [key, { callees, uses, isUnclear }] of survey(parsed(code))) {
    const [callee] = callees;
    if (isUnclear || callees.length !== 1 || !callee?.isGetter || apart.has(key.slice(1))) continue;
    if (!uses.every(use => siteOf(callee, use))) continue;
    edits.push({ start: callee.whole.start, end: callee.whole.start + 'get '.length, text: '' });
    for (const { node } of uses) edits.push({ start: node.end, end: node.end, text: '()' });
  }
  return edited(code, edits);
}
