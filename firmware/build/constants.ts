import { type Edit, edited } from './edits.ts';
import { parsed, walk } from './tree.ts';

/**
 * Writes `true`, `false` and `undefined`, which become one byte each, instead of a minifier's `!0`, `!1` and `void
 * 0`.
 */
export function spellConstants(code: string): string {
  const edits: Edit[] = [];
  walk(parsed(code), node => {
    if (node.type !== 'UnaryExpression' || node.argument.type !== 'Literal') return;
    const { value } = node.argument;
    const text =
      node.operator === 'void'
        ? 'undefined'
        : node.operator === '!' && (value === 0 || value === 1)
          ? String(value === 0)
          : undefined;
    // Spaces on both sides, because `return!0` and `!0in x` have none.
    if (text) edits.push({ start: node.start, end: node.end, text: ` ${text} ` });
  });
  return edited(code, edits);
}
