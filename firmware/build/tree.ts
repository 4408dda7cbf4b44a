import { type AnyNode, type Identifier, type Node, parse } from 'acorn';

/** Returns the tree of a script. */
export function parsed(code: string): AnyNode {
  return parse(code, { ecmaVersion: 'latest', sourceType: 'script' });
}

export type NodeVisitor = (node: AnyNode, ancestors: readonly AnyNode[]) => void;

function isNode(value: unknown): value is AnyNode {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}

/** Visits a node and all nodes below it, each with its ancestors, outermost first. */
export function walk(node: AnyNode, visit: NodeVisitor, ancestors: AnyNode[] = []): void {
  visit(node, ancestors);
  ancestors.push(node);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value])
      if (isNode(child)) walk(child, visit, ancestors);
  }
  ancestors.pop();
}

/** Returns every name that the program declares anywhere: enough to tell a global from one of our names. */
export function declaredNames(program: AnyNode): Set<string> {
  const names = new Set<string>();
  const add = (node: AnyNode | null | undefined) => {
    if (node?.type === 'Identifier') names.add(node.name);
  };
  walk(program, node => {
    if (node.type === 'VariableDeclarator') add(node.id);
    if (node.type === 'CatchClause') add(node.param);
    if (node.type === 'ClassDeclaration' || node.type === 'ClassExpression') add(node.id);
    if ('params' in node && Array.isArray(node.params)) {
      if ('id' in node) add(node.id as Identifier | null);
      for (const param of node.params) add(param);
    }
  });
  return names;
}

/** Whether an identifier reads a variable, and is not a property, a key or a declaration. */
export function isReference(node: Identifier, parent: AnyNode | undefined): boolean {
  if (!parent) return true;
  if (parent.type === 'MemberExpression') return parent.computed || parent.object === node;
  if (parent.type === 'Property') return parent.value === node;
  if (parent.type === 'MethodDefinition') return false;
  return true;
}
