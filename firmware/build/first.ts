import type { AnyNode } from 'acorn';
import { parsed, walk } from './tree.ts';

/** The name that a statement of the top level declares, if it is one. */
function declaredBy(statement: AnyNode): string | undefined {
  if (statement.type === 'FunctionDeclaration') return statement.id?.name;
  if (statement.type !== 'VariableDeclaration' || statement.declarations.length !== 1) return undefined;
  const id = statement.declarations[0]?.id;
  return id?.type === 'Identifier' ? id.name : undefined;
}

/** The names that are read when a statement is run: not those in the bodies of functions. */
function readBy(statement: AnyNode): Set<string> {
  const names = new Set<string>();
  walk(statement, (node, ancestors) => {
    if (node.type === 'Identifier' && ![...ancestors, node].some(at => /Function/.test(at.type)))
      names.add(node.name);
  });
  return names;
}

/**
 * Returns a program with some declarations of its top level first, in the order given, behind its constants. The interpreter keeps the names
 * of the top level in a list and searches it from its beginning for each use, so that a name costs some 20 instructions
 * for each that was declared before it. Names that the program does not have are passed over.
 * @throws Error if what a declaration reads is declared after it
 */
export function declaredFirst(code: string, names: readonly string[]): string {
  const program = parsed(code);
  if (program.type !== 'Program') return code;
  const declared = new Map(program.body.map(statement => [declaredBy(statement), statement]));
  const moved = new Set<AnyNode>();
  const before = new Set<string>();
  for (const name of names) {
    const statement = declared.get(name);
    if (!statement) continue;
    before.add(name);
    const late = [...readBy(statement)].filter(read => declared.has(read) && !before.has(read));
    if (late.length > 0) throw new Error(`${name} cannot be declared before ${late}, which it reads`);
    moved.add(statement);
  }
  const text = ({ start, end }: AnyNode) => code.slice(start, end);
  // Constants are in nobody's list: what reads them has their numbers.
  const isConstant = (statement: AnyNode) =>
    statement.type === 'VariableDeclaration' && statement.kind === 'const';
  const constants = program.body.filter(isConstant);
  const rest = program.body.filter(statement => !isConstant(statement) && !moved.has(statement));
  return [...constants, ...moved, ...rest].map(text).join('\n');
}
