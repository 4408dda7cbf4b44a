import { type AnyNode, parse } from 'acorn';
import { SHORT_NAMES_MAX } from './limits.ts';
import { declaredNames, isReference, walk } from './tree.ts';

/** Built-ins whose functions do not ask for their `this`. */
const LIBRARIES = ['Math', 'E'];
/** Other built-ins worth a short name where they are used often. */
const BUILT_INS = ['Uint8Array', 'Int32Array', 'I2C1', 'getTime'];

interface Place {
  readonly start: number;
  readonly end: number;
}

function parsed(code: string): AnyNode {
  return parse(code, { ecmaVersion: 'latest', sourceType: 'script' });
}

function replaced(code: string, edits: readonly (Place & { readonly text: string })[]): string {
  let out = '';
  let last = 0;
  for (const { start, end, text } of [...edits].sort((a, b) => a.start - b.start)) {
    out += code.slice(last, start) + text;
    last = end;
  }
  return out + code.slice(last);
}

/** The built-in that a node names, as text, or undefined where it names none. */
function builtIn(
  node: AnyNode,
  parent: AnyNode | undefined,
  declared: ReadonlySet<string>,
): string | undefined {
  if (node.type === 'Identifier') {
    return BUILT_INS.includes(node.name) && !declared.has(node.name) && isReference(node, parent)
      ? node.name
      : undefined;
  }
  if (node.type !== 'MemberExpression' || node.computed || node.property.type !== 'Identifier')
    return undefined;
  const { object } = node;
  return object.type === 'Identifier' && LIBRARIES.includes(object.name) && !declared.has(object.name)
    ? `${object.name}.${node.property.name}`
    : undefined;
}

/** Names of one letter or two that `program` does not use, shortest first. */
function freeNames(program: AnyNode): string[] {
  const used = new Set<string>();
  walk(program, node => {
    if (node.type === 'Identifier') used.add(node.name);
  });
  const letters = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_$'];
  const pairs = letters.flatMap(first => letters.map(second => first + second));
  // Reserved words have two letters too.
  return [...letters, ...pairs].filter(name => !used.has(name) && !/^(do|if|in|of)$/.test(name));
}

/**
 * Gives built-ins that `code` names often a short name of its own, where that is fewer bytes: `Math.floor` and
 * `Uint8Array` are looked up by their text each time, and their text is in the image each time.
 */
export function nameBuiltIns(code: string): string {
  const program = parsed(code);
  const declared = declaredNames(program);
  const places = new Map<string, Place[]>();
  walk(program, (node, ancestors) => {
    const name = builtIn(node, ancestors[ancestors.length - 1], declared);
    if (name) places.set(name, [...(places.get(name) ?? []), node]);
  });
  const free = freeNames(program);
  const saved = (name: string, count: number) => count * (name.length - 2) - name.length - 4;
  const worth = [...places]
    .map(([name, found]) => ({ name, found, gain: saved(name, found.length) }))
    .filter(({ gain }) => gain > 0)
    .sort((a, b) => b.gain - a.gain)
    .slice(0, SHORT_NAMES_MAX)
    .map((each, index) => ({ ...each, short: free[index] ?? each.name }));
  if (worth.length === 0) return code;
  const edits = worth.flatMap(({ found, short }) =>
    found.map(({ start, end }) => ({ start, end, text: short })),
  );
  const head = `var ${worth.map(({ name, short }) => `${short}=${name}`).join()};`;
  return head + replaced(code, edits);
}

/** Writes `true`, `false` and `undefined`, which will be one byte each, where a minifier has `!0`, `!1` and `void 0`. */
export function spellConstants(code: string): string {
  const edits: (Place & { text: string })[] = [];
  walk(parsed(code), node => {
    if (node.type !== 'UnaryExpression' || node.argument.type !== 'Literal') return;
    const { value } = node.argument;
    const text =
      node.operator === 'void'
        ? 'undefined'
        : node.operator === '!' && (value === 0 || value === 1)
          ? String(value === 0)
          : undefined;
    // A space on both sides: `return!0` and `!0in x` have none.
    if (text) edits.push({ start: node.start, end: node.end, text: ` ${text} ` });
  });
  return replaced(code, edits);
}
