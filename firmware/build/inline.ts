import type { AnyNode, CallExpression, MemberExpression } from 'acorn';
import { type Body, bodyOf, type Fn, type Place } from './bodies.ts';
import { type Edit, edited } from './edits.ts';
import { outermost, placeOf } from './places.ts';
import { parsed, walk } from './tree.ts';

/** A function or method that the program may call in one place only. */
interface Callee {
  readonly fn: Fn;
  readonly isGetter: boolean;
  /** What declares it, which goes. */
  readonly whole: AnyNode;
}

interface Use {
  readonly node: AnyNode;
  readonly ancestors: readonly AnyNode[];
}

/** Where a name stands: what declares it as a function, and what else names it. */
interface Named {
  readonly callees: Callee[];
  readonly uses: Use[];
  /** Named in a way in which it cannot be told what is meant. */
  isUnclear: boolean;
}

/** Functions by their name, methods by a dot and their name. */
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
      if (kind === 'method' || kind === 'get')
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

/** The one call of a callee, as a place to write its body in; undefined where it is none. */
function siteOf({ isGetter }: Callee, { node, ancestors }: Use): Place | undefined {
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

/** Edits that take a function away and write its body where it is called; undefined where that cannot be done. */
function moved(code: string, callee: Callee, use: Use, number: number): Edit[] | undefined {
  const place = siteOf(callee, use);
  // A function that calls itself stays one.
  if (!place || use.ancestors.includes(callee.fn)) return undefined;
  const body: Body | undefined = bodyOf(code, callee.fn, place, number);
  const written = body && placeOf(code, body, place, number);
  return written && [written, { start: callee.whole.start, end: callee.whole.end, text: '' }];
}

/** Whether something has been changed there already. */
function isTouched(node: AnyNode, touched: readonly AnyNode[]): boolean {
  return touched.some(one => one.start < node.end && node.start < one.end);
}

/**
 * Writes the body of each function, method and getter that the program names in one place only in that place: a
 * function costs the interpreter four variables, and one more for each parameter, for as long as the power is on; and
 * a call costs more than most of what is called.
 * @param code a bundle that is not minified: TypeScript has checked that what is called by a name is what has it
 * @param apart names that stay as they are: what is called by its name as text, what the device calls, and what is
 * seldom run by something that often is
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
      const [use] = uses;
      if (isUnclear || callees.length !== 1 || uses.length !== 1 || !callee || !use) continue;
      if (apart.has(key.replace('.', ''))) continue;
      const around = outermost(use.ancestors) ?? use.node;
      if (isTouched(callee.whole, touched) || isTouched(around, touched)) continue;
      const done = moved(out, callee, use, number);
      if (!done) continue;
      number++;
      edits.push(...done);
      touched.push(callee.whole, around);
      changed = true;
    }
    out = edited(out, edits);
  }
  return out;
}
