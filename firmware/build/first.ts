import type { AnyNode } from 'acorn';
import { parsed, walk } from './tree.ts';

/** The name that a statement of the top level declares, if it is one. */
function declaredBy(statement: AnyNode): string | undefined {
  if (statement.type === 'FunctionDeclaration') return statement.id?.name;
  if (statement.type !== 'VariableDeclaration' || statement.declarations.length !== 1) return undefined;
  const id = statement.declarations[0]?.id;
  return id?.type === 'Identifier' ? id.name : undefined;
}

/** What is run with a statement: the names that it reads, and whether it calls. Bodies of functions are not run. */
function runBy(statement: AnyNode): { readonly names: Set<string>; readonly calls: boolean } {
  const names = new Set<string>();
  let calls = false;
  walk(statement, (node, ancestors) => {
    if ([...ancestors, node].some(at => /Function/.test(at.type))) return;
    if (node.type === 'Identifier') names.add(node.name);
    if (node.type === 'CallExpression' || node.type === 'NewExpression') calls = true;
  });
  return { names, calls };
}

/**
 * Returns a program with some declarations of its top level first, in the order given, behind its constants. The interpreter keeps the names
 * of the top level in a list and searches it from its beginning for each use, so that a name costs some 20 instructions
 * for each that was declared before it. Names that the program does not have are passed over.
 * @throws Error if a declaration reads what is declared after it, or calls: a call may tell the time at which it was made
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
    const { names: read, calls } = runBy(statement);
    if (calls) throw new Error(`${name} calls, and so stays where it is`);
    const late = [...read].filter(other => declared.has(other) && !before.has(other));
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
