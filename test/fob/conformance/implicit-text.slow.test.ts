import { builtImage } from '@passfob/simulator/fob/built-image';
import { spelled } from '@passfob/simulator/interpreter/realm/tokens';
import { type AnyNode, parse } from 'acorn';
import { describe, expect, it } from 'vitest';
import { run } from '../../unit/simulator/kit.ts';
import { BangleDriver } from './banglejs2-driver.ts';
import { conformance } from './suite.ts';

/**
 * Espruino writes other digits of a fraction than V8, which tells nobody when `+` or a template makes text of a number.
 * So the image, on all ways of the conformance suite, must do that with whole numbers only. Here each `+`, `+=` and
 * template of it calls a function that checks its numbers. It is the image of the watch, whose Storage has the room; the
 * core is the same in all of them.
 */
const CHECKED = `function __text(v) {
  if (typeof v === "number" && (v !== Math.floor(v) || v > 9007199254740991 || v < -9007199254740991)) print("text of a fraction");
  return v;
}
function __sum(a, b) { return typeof a === "string" ? a + __text(b) : typeof b === "string" ? __text(a) + b : a + b; }
`;

/** Whether evaluating it twice is like once. */
function isSimple(node: AnyNode): boolean {
  if (node.type === 'Identifier' || node.type === 'ThisExpression') return true;
  return node.type === 'MemberExpression' && !node.computed && isSimple(node.object);
}

function childrenOf(node: AnyNode): AnyNode[] {
  const isNode = (value: unknown): value is AnyNode =>
    typeof value === 'object' && value !== null && 'start' in value && 'type' in value;
  return Object.values(node)
    .flat()
    .filter(isNode)
    .sort((a, b) => a.start - b.start);
}

/** Returns the code of a node in which each text of a number is checked. */
function checked(node: AnyNode, code: string): string {
  const of = (child: AnyNode) => `(${checked(child, code)})`;
  if (node.type === 'BinaryExpression' && node.operator === '+' && node.left.type !== 'PrivateIdentifier')
    return `__sum(${of(node.left)},${of(node.right)})`;
  if (node.type === 'AssignmentExpression' && node.operator === '+=' && isSimple(node.left)) {
    const left = checked(node.left, code);
    return `${left}=__sum(${left},${of(node.right)})`;
  }
  let text = '';
  let at = node.start;
  for (const child of childrenOf(node)) {
    // The name and the value of a short property are one word.
    if (child.start < at) continue;
    const isPart = node.type === 'TemplateLiteral' && child.type !== 'TemplateElement';
    text += code.slice(at, child.start) + (isPart ? `__text(${of(child)})` : checked(child, code));
    at = child.end;
  }
  return text + code.slice(at, node.end);
}

function checkedCode(code: string): string {
  return CHECKED + checked(parse(code, { ecmaVersion: 'latest', sourceType: 'script' }), code);
}

function checkedImage(): Record<string, Uint8Array> {
  const { app, '.bootcde': _loader, ...others } = builtImage('banglejs2');
  const code = spelled(Buffer.from(app ?? []).toString('latin1'));
  return { ...others, '.bootcde': new Uint8Array(Buffer.from(checkedCode(code), 'latin1')) };
}

describe('the image makes text of whole numbers only', () => {
  it('a check of the image notices a fraction in a sum and in a template, and changes nothing else', () => {
    const place = '$' + '{o.n}';
    const source = `var o = {n: 1, t: "a"}, f = (a, b) => a + b * 2; o.n += 2; o.t += o.n; print(f(1, 2) + \`${place}\` + (1, 2), o.t);`;
    const told = (more: string) => {
      const fob = run(checkedCode(source + more));
      fob.close();
      return fob.consoleText();
    };
    expect(told('')).toBe('532 a3\n');
    for (const more of ['"" + 0.5', `o.n = 0.5; \`${place}\``, 'o.t += 0.5', '0.5 + o.t'])
      expect(told(`${more};`)).toContain('text of a fraction');
  });

  // Each sentence ends with a console on which nothing was printed.
  conformance(() => new BangleDriver({ image: checkedImage() }));
});
