import type { AnyNode } from 'acorn';
import { declaredNames, isReference, parsed, walk } from './tree.ts';

/** Globals of the boards that the image may use. */
const GLOBALS = new Set(
  (
    'Array ArrayBuffer DataView E Graphics I2C1 Int32Array JSON LED1 BTN1 A9 B8 B9 D4 D5 D15 Math Object Serial1 Serial2 String ' +
    'AES Bangle Bluetooth NRF g setTime USB Uint8Array BENCH atob btoa clearTimeout digitalWrite pinMode eval getSerial ' +
    'getTime isNaN print peek32 poke32 process require setDeepSleep setTimeout setWatch undefined arguments'
  ).split(' '),
);

/** Methods of JavaScript that the interpreter lacks, or implements differently (docs/boards.md). */
const MISSING = new Set(
  (
    'at flat flatMap findLast lastIndexOf reduceRight copyWithin toSorted codePointAt trimStart trimEnd matchAll ' +
    'search localeCompare normalize toPrecision toExponential freeze isFrozen hasOwn from of isInteger ' +
    'isSafeInteger imul trunc clz32 hypot log2 fround cbrt race allSettled any finally entries keys values'
  ).split(' '),
);

/** Names of class methods that the interpreter does not parse. */
const RESERVED = new Set('delete catch static of new in for default if while do return'.split(' '));

/** Node types that the interpreter does not parse, or understands differently. */
const REFUSED: Record<string, string> = {
  LabeledStatement: 'label',
  WithStatement: 'with',
  TaggedTemplateExpression: 'tagged template',
  SpreadElement: 'spread',
  RestElement: 'rest parameter or pattern',
  AssignmentPattern: 'default value',
  ObjectPattern: 'destructuring',
  ArrayPattern: 'destructuring',
  ChainExpression: 'optional chaining',
  YieldExpression: 'generator',
  AwaitExpression: 'await',
  PrivateIdentifier: 'private name',
  PropertyDefinition: 'class field',
  StaticBlock: 'static block',
  ImportExpression: 'import()',
  MetaProperty: 'new.target or import.meta',
};

function nodeFault(node: AnyNode, ancestors: readonly AnyNode[]): string | undefined {
  const refused = REFUSED[node.type];
  if (refused) return refused;
  const parent = ancestors[ancestors.length - 1];
  switch (node.type) {
    case 'BinaryExpression':
    case 'AssignmentExpression':
      return /^(\*\*=?|&&=|\|\|=|\?\?=)$/.test(node.operator) ? `operator ${node.operator}` : undefined;
    case 'Property':
      return node.computed ? 'computed key' : undefined;
    case 'MethodDefinition':
      if (node.computed || node.key.type !== 'Identifier') return 'computed or quoted method name';
      return RESERVED.has(node.key.name) ? `method named ${node.key.name}` : undefined;
    case 'SwitchStatement': {
      const at = node.cases.findIndex(one => one.test === null);
      return at >= 0 && at < node.cases.length - 1 ? 'case after default' : undefined;
    }
    case 'Super': {
      const owner = [...ancestors]
        .reverse()
        .find(one => one.type === 'FunctionExpression' || one.type === 'ArrowFunctionExpression');
      return owner?.type === 'ArrowFunctionExpression' ? 'super in an arrow function' : undefined;
    }
    case 'Identifier':
      return node.name === 'arguments' && isReference(node, parent) ? 'arguments' : undefined;
    case 'MemberExpression':
      return parent?.type === 'CallExpression' &&
        parent.callee === node &&
        !node.computed &&
        node.property.type === 'Identifier' &&
        MISSING.has(node.property.name)
        ? `.${node.property.name}`
        : undefined;
    case 'Literal':
      if ('bigint' in node && node.bigint) return 'BigInt';
      return 'regex' in node && node.regex && /[{?]|\\b|\(\?/.test(node.regex.pattern)
        ? 'regular expression'
        : undefined;
    default:
      return undefined;
  }
}

/** Returns the name of a class: its own, or that of the variable it is assigned to. */
function className(node: AnyNode, owner: AnyNode | undefined): string | undefined {
  if (node.type !== 'ClassDeclaration' && node.type !== 'ClassExpression') return undefined;
  if (node.id) return node.id.name;
  return owner?.type === 'VariableDeclarator' && owner.id.type === 'Identifier' ? owner.id.name : '';
}

/** Finds classes that are both parent and child and use `super.x`: there `super` finds itself again, without end. */
function classFaults(program: AnyNode): string[] {
  const parents = new Map<string, string>();
  const faults: string[] = [];
  const calling = new Set<string>();
  walk(program, (node, ancestors) => {
    if (node.type === 'MemberExpression' && node.object.type === 'Super') {
      ancestors.forEach((one, at) => {
        const name = className(one, ancestors[at - 1]);
        if (name) calling.add(name);
      });
    }
    if (node.type !== 'ClassDeclaration' && node.type !== 'ClassExpression') return;
    const parent = node.superClass?.type === 'Identifier' ? node.superClass.name : undefined;
    const name = className(node, ancestors[ancestors.length - 1]);
    if (name && parent) parents.set(name, parent);
    const own = node.body.body.some(
      member => member.type === 'MethodDefinition' && member.kind === 'constructor',
    );
    if (parent && !own) faults.push('derived class without a constructor');
  });
  for (const parent of parents.values()) {
    if (parents.has(parent) && calling.has(parent)) faults.push('super.x in the middle of three levels');
  }
  return faults;
}

/**
 * Returns one sentence for each construct of a bundle that the interpreter cannot parse, lacks or understands
 * differently, and that esbuild accepts. Empty for an image that may run.
 */
export function lint(code: string): string[] {
  const program = parsed(code);
  const names = declaredNames(program);
  const faults = classFaults(program);
  walk(program, (node, ancestors) => {
    const near = () => JSON.stringify(code.slice(Math.max(0, node.start - 20), node.start + 40));
    const fault = nodeFault(node, ancestors);
    if (fault) faults.push(`${fault} near ${near()}`);
    if (node.type === 'Identifier' && isReference(node, ancestors[ancestors.length - 1])) {
      if (!names.has(node.name) && !GLOBALS.has(node.name)) faults.push(`global ${node.name} near ${near()}`);
    }
  });
  return faults;
}
