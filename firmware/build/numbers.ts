import { readFileSync } from 'node:fs';
import * as commandText from '@passfob/protocol/command-text';
import type { AnyNode } from 'acorn';
import type { Plugin } from 'esbuild';
import * as entryRows from '../core/entry-rows.ts';
import * as views from '../core/screens/views.ts';
import * as settingRows from '../core/setting-rows.ts';
import { type Edit, edited } from './edits.ts';
import { quoteShared } from './names.ts';
import { assignedNames } from './order.ts';
import { parsed, walk } from './tree.ts';

/** A field that is only declared. */
const DECLARED = /^( +)declare /gm;

/** Files that the build evaluates, by their names: the image has only the numbers and texts that they export. */
const EVALUATED: Readonly<Record<string, object>> = {
  'command-text': commandText,
  views,
  'entry-rows': entryRows,
  'setting-rows': settingRows,
};

/** Returns the source of a constant. An enumeration is the one kind of object whose numbers esbuild inlines. */
function constantOf([name, value]: [string, unknown]): string {
  if (typeof value !== 'object') return `export const ${name} = ${JSON.stringify(value)};`;
  const numbers = Object.entries(value ?? {}).map(([key, number]) => `${key} = ${number}`);
  return `export enum ${name} { ${numbers.join(', ')} }`;
}

/**
 * Moves the constant numbers of every module into a module of its own, named after it. Esbuild inlines a constant
 * number only if its module imports nothing.
 */
export const numbersApart: Plugin = {
  name: 'numbers-apart',
  setup({ onLoad, onResolve }) {
    const constant = /^(export )?const (\w+) = (-?\d\w*);$/gm;
    onResolve({ filter: /\.ts#numbers$/ }, ({ path }) => ({ path, namespace: 'numbers' }));
    onLoad({ filter: /./, namespace: 'numbers' }, ({ path }) => {
      const text = readFileSync(path.slice(0, -'#numbers'.length), 'utf8');
      const lines = [...text.matchAll(constant)].map(
        ([, , name, value]) => `export const ${name} = ${value};`,
      );
      return { contents: lines.join('\n'), loader: 'ts' };
    });
    for (const [file, exported] of Object.entries(EVALUATED))
      onLoad({ filter: new RegExp(`[\\\\/]${file}\\.ts$`) }, () => ({
        contents: Object.entries(exported).map(constantOf).join('\n'),
        loader: 'ts',
      }));
    onLoad({ filter: /\.ts$/ }, ({ path }) => {
      // Fields that are only declared have names that conflict with others, too: see `shortNames`.
      const written = readFileSync(path, 'utf8').replace(DECLARED, '$1');
      const text = /[\\/]firmware[\\/]boards[\\/]/.test(path) ? quoteShared(written) : written;
      const found = [...text.matchAll(constant)];
      const names = found.map(([, , name]) => name);
      const shared = found.filter(([, isExported]) => isExported).map(([, , name]) => name);
      const from = JSON.stringify(`${path}#numbers`);
      const head = `import {${names}} from ${from}; export {${shared}} from ${from};`;
      return { contents: names.length > 0 ? head + text.replace(constant, '') : text, loader: 'ts' };
    });
  },
};

const OPERAND = '-?[\\w.]+';
const NUMBER = new RegExp(`^(?:var|const) (\\w+) = (${OPERAND}(?: (?:<<|\\|) ${OPERAND})*);$`, 'gm');

/** Returns the value of numbers, and of names of numbers, joined by `<<` and `|`; NaN if it is none. */
function numberOf(expression: string, known: ReadonlyMap<string, number>): number {
  const operand = (text: string): number =>
    text.startsWith('-') ? -operand(text.slice(1)) : (known.get(text) ?? Number(text));
  const joined = (terms: number[], by: (a: number, b: number) => number) =>
    terms.some(Number.isNaN) ? Number.NaN : terms.reduce(by);
  const shifted = (text: string) => joined(text.split(' << ').map(operand), (a, b) => a << b);
  return joined(expression.split(' | ').map(shifted), (a, b) => a | b);
}

/** Returns the same program with its constant numbers first, as constants, so that a bundler inlines them. */
export function numbersFirst(code: string): string {
  const assigned = assignedNames(parsed(code));
  const known = new Map<string, number>();
  let head = '';
  const rest = code.replace(NUMBER, (written, name: string, expression: string) => {
    const value = numberOf(expression, known);
    if (assigned.has(name) || Number.isNaN(value)) return written;
    known.set(name, value);
    head += `const ${name} = ${/^-?\d\w*$/.test(expression) ? expression : value};\n`;
    return '';
  });
  return head + rest;
}

/** Shorter numbers are read faster than a variable is found. */
const LONG = 8;
const OFTEN = 3;

/** Puts long numbers that are used often into variables. */
export function shareNumbers(code: string): string {
  const places = new Map<string, AnyNode[]>();
  walk(parsed(code), (node, ancestors) => {
    const parent = ancestors[ancestors.length - 1];
    if (node.type !== 'Literal' || typeof node.value !== 'number' || parent?.type === 'Property') return;
    const written = code.slice(node.start, node.end);
    places.set(written, [...(places.get(written) ?? []), node]);
  });
  const edits: Edit[] = [];
  let head = '';
  for (const [written, nodes] of places) {
    if (written.length < LONG || nodes.length < OFTEN) continue;
    head += `var number${written} = ${written};`;
    for (const { start, end } of nodes) edits.push({ start, end, text: `number${written}` });
  }
  return head + edited(code, edits);
}
