import type { AnyNode } from 'acorn';
import { declaredNames, walk } from './tree.ts';

export function isFunction(node: AnyNode): boolean {
  return /^(Arrow)?Function(Expression|Declaration)$/.test(node.type);
}

/** Returns the outermost function around a place. */
export function outermost(ancestors: readonly AnyNode[]): AnyNode | undefined {
  return ancestors.find(isFunction);
}

const ASSIGNED = new WeakMap<AnyNode, Set<string>>();

/** Returns names of variables that are assigned after their declaration. */
export function assignedNames(node: AnyNode): Set<string> {
  const known = ASSIGNED.get(node);
  if (known) return known;
  const names = new Set<string>();
  ASSIGNED.set(node, names);
  walk(node, one => {
    const target =
      one.type === 'AssignmentExpression' || one.type === 'ForInStatement' || one.type === 'ForOfStatement'
        ? one.left
        : one.type === 'UpdateExpression'
          ? one.argument
          : undefined;
    if (target?.type === 'Identifier') names.add(target.name);
  });
  return names;
}

/** Whether no code at this place can change a variable. */
export function isStable(name: string, ancestors: readonly AnyNode[]): boolean {
  const around = outermost(ancestors);
  const [program] = ancestors;
  const owner = around && declaredNames(around).has(name) ? around : program;
  return owner !== undefined && !assignedNames(owner).has(name);
}

/** Whether `wanted` is evaluated before any code that it could affect or that could affect it. */
export function isFirst(root: AnyNode, wanted: AnyNode, ancestors: readonly AnyNode[]): boolean {
  return search(root, wanted, ancestors) === FOUND;
}

const FOUND = 1;
/** No effects so far, and all values read so far are stable. */
const PURE = 0;
const IMPURE = -1;

function searchAll(
  nodes: readonly (AnyNode | null)[],
  wanted: AnyNode,
  ancestors: readonly AnyNode[],
): number {
  for (const node of nodes) {
    const found = node ? search(node, wanted, ancestors) : PURE;
    if (found !== PURE) return found;
  }
  return PURE;
}

function search(node: AnyNode, wanted: AnyNode, ancestors: readonly AnyNode[]): number {
  if (node === wanted) return FOUND;
  const only = (found: number) => (found === FOUND ? FOUND : IMPURE);
  switch (node.type) {
    case 'Literal':
    case 'ThisExpression':
    case 'ArrowFunctionExpression':
      return PURE;
    case 'Identifier':
      return isStable(node.name, ancestors) ? PURE : IMPURE;
    case 'UnaryExpression':
      return search(node.argument, wanted, ancestors);
    case 'BinaryExpression':
      return searchAll([node.left, node.right], wanted, ancestors);
    case 'LogicalExpression':
      return only(search(node.left, wanted, ancestors));
    case 'ConditionalExpression':
      return only(search(node.test, wanted, ancestors));
    case 'AssignmentExpression': {
      const { left, operator, right } = node;
      const isSimple =
        left.type === 'Identifier' ||
        (left.type === 'MemberExpression' &&
          !left.computed &&
          search(left.object, wanted, ancestors) === PURE);
      return operator === '=' && isSimple ? only(search(right, wanted, ancestors)) : IMPURE;
    }
    case 'MemberExpression':
      return only(search(node.object, wanted, ancestors));
    case 'CallExpression':
    case 'NewExpression': {
      const { callee } = node;
      // The method itself never changes.
      const before = callee.type === 'MemberExpression' && !callee.computed ? callee.object : callee;
      return only(searchAll([before, ...node.arguments], wanted, ancestors));
    }
    case 'TemplateLiteral':
      return searchAll(node.expressions, wanted, ancestors);
    case 'ArrayExpression':
      return searchAll(node.elements, wanted, ancestors);
    case 'ObjectExpression':
      return searchAll(
        node.properties.map(one => (one.type === 'Property' ? one.value : one)),
        wanted,
        ancestors,
      );
    default:
      return IMPURE;
  }
}
