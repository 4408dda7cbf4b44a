import type { AnyNode, TemplateLiteral } from 'acorn';
import { type Edit, edited } from './edits.ts';
import { parsed, walk } from './tree.ts';

/** Nodes that need no parentheses beside a plus. */
const TIGHT = /^(Identifier|Literal|MemberExpression|CallExpression|ThisExpression)$/;
/** Parents in which a sum needs no parentheses. */
const LOOSE =
  /^(VariableDeclarator|AssignmentExpression|ReturnStatement|ArrayExpression|Property|LogicalExpression)$/;

/** Whether a sum in place of `node` needs no parentheses. */
function standsAlone(node: AnyNode, parent: AnyNode | undefined): boolean {
  if (parent?.type === 'CallExpression') return parent.callee !== node;
  if (parent?.type === 'ConditionalExpression') return parent.test !== node;
  return parent !== undefined && LOOSE.test(parent.type);
}

function sumOf(template: TemplateLiteral, code: string): string {
  const parts: string[] = [];
  template.quasis.forEach((quasi, at) => {
    if (quasi.value.cooked) parts.push(JSON.stringify(quasi.value.cooked));
    const inner = template.expressions[at];
    if (!inner) return;
    const text = code.slice(inner.start, inner.end);
    parts.push(TIGHT.test(inner.type) ? text : `(${text})`);
  });
  // Without a text at the start, two numbers would be added as numbers.
  if (!parts.slice(0, 2).some(part => part.startsWith('"'))) parts.unshift('""');
  return parts.join('+');
}

/** Returns edits for the templates that contain no others. */
function innermost(code: string): Edit[] {
  const found: { template: TemplateLiteral; parent: AnyNode | undefined }[] = [];
  const outer = new Set<AnyNode>();
  walk(parsed(code), (node, ancestors) => {
    if (node.type !== 'TemplateLiteral') return;
    for (const ancestor of ancestors) outer.add(ancestor);
    found.push({ template: node, parent: ancestors[ancestors.length - 1] });
  });
  return found
    .filter(({ template }) => !outer.has(template))
    .map(({ template, parent }) => {
      const sum = sumOf(template, code);
      const text = standsAlone(template, parent) ? sum : `(${sum})`;
      return { start: template.start, end: template.end, text };
    });
}

/**
 * Writes each template as a sum of texts. The interpreter evaluates the expressions of a template from a copy of its
 * text, where reserved words and operators cannot be written as one byte.
 */
export function withSums(code: string): string {
  const edits = innermost(code);
  return edits.length > 0 ? withSums(edited(code, edits)) : code;
}
