import type { AnyNode, ClassDeclaration, ClassExpression, Identifier } from 'acorn';
import { walk } from './tree.ts';

/**
 * Decides which properties may share a short name: those that no object holds together. TypeScript has checked that a
 * property is looked up only on objects that hold it, except optional ones. So two names conflict only if one object
 * holds both. Objects come from classes, from literals and from the layouts of the wire.
 */

type Class = ClassDeclaration | ClassExpression;

/** Returns the property name in a node, if there is one. */
export function propertyName(node: AnyNode): Identifier | undefined {
  const name =
    node.type === 'MemberExpression' && !node.computed
      ? node.property
      : (node.type === 'Property' ||
            node.type === 'MethodDefinition' ||
            node.type === 'PropertyDefinition') &&
          !node.computed
        ? node.key
        : undefined;
  return name?.type === 'Identifier' ? name : undefined;
}

function isClass(node: AnyNode): node is Class {
  return node.type === 'ClassDeclaration' || node.type === 'ClassExpression';
}

function isFunction(node: AnyNode): boolean {
  return /^(Arrow)?Function(Expression|Declaration)$/.test(node.type);
}

/** Returns the class of `this`. */
function classOfThis(ancestors: readonly AnyNode[]): Class {
  for (let at = ancestors.length - 1; at > 0; at--) {
    const node = ancestors[at] as AnyNode;
    if (isClass(node)) return node;
    const isMethod = ancestors[at - 1]?.type === 'MethodDefinition';
    if (isFunction(node) && node.type !== 'ArrowFunctionExpression' && !isMethod) break;
  }
  throw new Error('this outside a class: whose property is it?');
}

/**
 * Returns the function or statement around a literal, within which TypeScript may see several literals as one type
 * with options.
 */
function scopeOf(ancestors: readonly AnyNode[]): AnyNode | undefined {
  return [...ancestors].reverse().find(isFunction) ?? ancestors[1];
}

/** Returns the names of a class and of its parents. */
function withParents(node: Class, own: Map<Class, Set<string>>, byName: Map<string, Class>): Set<string> {
  const all = new Set(own.get(node));
  if (!node.superClass) return all;
  const parent = node.superClass.type === 'Identifier' ? byName.get(node.superClass.name) : undefined;
  if (!parent) throw new Error('a class extends what is no class of the bundle');
  for (const name of withParents(parent, own, byName)) all.add(name);
  return all;
}

/**
 * Returns the sets of property names that one object may hold together.
 * @param program a bundle that is not minified, with the fields of classes declared
 * @throws Error if an object gets unknown properties
 */
export function holders(program: AnyNode): Set<string>[] {
  const classes = new Map<Class, Set<string>>();
  const byName = new Map<string, Class>();
  const literals = new Map<AnyNode | undefined, Set<string>>();
  const put = <K>(groups: Map<K, Set<string>>, key: K, name?: string) => {
    const group = groups.get(key) ?? new Set();
    groups.set(key, name ? group.add(name) : group);
  };
  walk(program, (node, ancestors) => {
    if (node.type === 'BinaryExpression' && node.operator === 'in')
      throw new Error('`in` asks for a property that an object may lack');
    const parent = ancestors[ancestors.length - 1];
    const name = propertyName(node)?.name;
    if (isClass(node)) {
      put(classes, node);
      if (node.id) byName.set(node.id.name, node);
      if (parent?.type === 'VariableDeclarator' && parent.id.type === 'Identifier')
        byName.set(parent.id.name, node);
    }
    if (node.type === 'SpreadElement' && parent?.type === 'ObjectExpression')
      throw new Error('an object is spread');
    if (name === undefined) return;
    if (node.type === 'Property') put(literals, scopeOf(ancestors), name);
    else if (node.type !== 'MemberExpression') put(classes, ancestors[ancestors.length - 2] as Class, name);
    else if (node.object.type === 'ThisExpression') put(classes, classOfThis(ancestors), name);
    else if (node.object.type === 'Identifier' && node.object.name === 'Object')
      throw new Error(`Object.${name} may give an object properties that cannot be told`);
  });
  return [...classes.keys()].map(one => withParents(one, classes, byName)).concat([...literals.values()]);
}

const LETTERS = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ$_'];
const DIGITS = [...'0123456789'];

/** Yields short names, shortest first. */
function* shortNames(taken: ReadonlySet<string>): Generator<string> {
  const seconds = [...LETTERS, ...DIGITS];
  for (const one of LETTERS) if (!taken.has(one)) yield one;
  for (const one of LETTERS) for (const two of seconds) if (!taken.has(one + two)) yield one + two;
}

/**
 * Returns a short name for each property.
 * @param counts number of uses of each
 * @param groups names that one object may hold together
 * @param alone names that share with no other, besides those in no group
 * @param taken names that must not be given
 */
export function share(
  counts: ReadonlyMap<string, number>,
  groups: readonly ReadonlySet<string>[],
  alone: ReadonlySet<string>,
  taken: ReadonlySet<string>,
): Record<string, string> {
  const names = [...shortNames(taken)];
  const given: Record<string, string> = {};
  const used = new Set<string>();
  const order = [...counts.keys()].sort(
    (a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0) || (a < b ? -1 : 1),
  );
  const own = new Map(order.map(name => [name, groups.filter(group => group.has(name))]));
  const isAlone = (name: string) => alone.has(name) || own.get(name)?.length === 0;
  for (const name of order.filter(one => !isAlone(one))) {
    const near = new Set((own.get(name) ?? []).flatMap(group => [...group]).map(one => given[one]));
    const short = names.find(one => !near.has(one)) as string;
    given[name] = short;
    used.add(short);
  }
  // Last, because a single letter for one unshared name would be lost to many shared ones.
  for (const name of order.filter(isAlone)) {
    const short = names.find(one => !used.has(one)) as string;
    given[name] = short;
    used.add(short);
  }
  return given;
}
