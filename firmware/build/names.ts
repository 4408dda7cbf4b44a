import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AnyNode, parse } from 'acorn';
import { COMMANDS, type CommandRow } from '../../protocol/commands.ts';
import { walk } from './tree.ts';

/** Keys that leave an image as text: the bench's control channel. */
const SPOKEN: Readonly<Record<string, string>> = {
  'bench/main.ts': 'ms utc down key lose battery meter typed screen deadline usage peak link control',
};

/** Words of the device in the boards' files, and of ours in all others. */
const SHARED = ['mode', 'state'];

const INDEX = /\[\w+: number\]/g;
const NAME = /[A-Za-z_$][\w$]*/g;
const COMMENTS = /\/\*[\s\S]*?\*\/|\/\/.*/g;
/** Words of TypeScript that are no names in what runs. */
const TYPE_WORDS = 'number string boolean declare readonly unknown type interface this'.split(' ');
/** The language's own. */
const LANGUAGE = ['constructor', 'prototype'];

/** Declarations without their parameters; the keys of an object that is a parameter stay. */
function withoutParameters(text: string): string {
  const inner = /\(([^()]*)\)/g;
  const outer = text.replace(inner, (_, list: string) => (list.match(/\{[^{}]*\}/g) ?? []).join(' '));
  return outer === text ? text : withoutParameters(outer);
}

/** A board's file with the device's words quoted that elsewhere are ours: quoted names are not shortened. */
export function quoteShared(text: string): string {
  const words = SHARED.join('|');
  return text
    .replace(new RegExp(`\\.(${words})\\b`, 'g'), '["$1"]')
    .replace(new RegExp(`([{,]\\s*)(${words}):`, 'g'), '$1"$2":');
}

/** Property names that must stay as they are written: those of the device and of the language's built-ins. */
function keptNames(root: string, entry: string): Set<string> {
  const kept = new Set((SPOKEN[entry] ?? '').split(' '));
  for (const file of ['firmware/boards/device.d.ts', 'protocol/builtins.d.ts']) {
    const text = withoutParameters(readFileSync(join(root, file), 'utf8').replace(COMMENTS, '')).replace(
      INDEX,
      '',
    );
    for (const name of text.match(NAME) ?? []) kept.add(name);
  }
  for (const word of [...TYPE_WORDS, ...SHARED]) kept.delete(word);
  for (const word of LANGUAGE) kept.add(word);
  return kept;
}

/**
 * Matches the property names that may be shortened in `code`: every name of a property there that is not kept. Long
 * names cost bytes of flash, variables and time in an interpreter that looks them up as text.
 * @param entry the board's main file, by its path in `firmware/boards`
 */
export function shortenable(root: string, entry: string, code: string): RegExp {
  const kept = keptNames(root, entry);
  const names = new Set<string>();
  walk(parse(code, { ecmaVersion: 'latest', sourceType: 'script' }) as AnyNode, node => {
    const name =
      node.type === 'MemberExpression' && !node.computed
        ? node.property
        : (node.type === 'Property' || node.type === 'MethodDefinition') && !node.computed
          ? node.key
          : undefined;
    if (name?.type === 'Identifier' && name.name.length > 1 && !kept.has(name.name)) names.add(name.name);
  });
  return new RegExp(`^(?:${[...names].join('|')})$`);
}

/**
 * Gives the fields in the commands' layouts the names that the code's properties have got: on the wire are only
 * their values.
 * @param renamed new names by old
 */
export function renameFields(code: string, renamed: Readonly<Record<string, string | false>>): string {
  const shortened = (text: string) => text.replace(/\w+(?=:)/g, name => renamed[name] || name);
  // A layout that goes on where another one ends.
  let out = code.replace(/`\$\{[\w$]+\}(?: \w+:[ubv]\d+)+`/g, shortened);
  for (const row of Object.values(COMMANDS) as CommandRow[]) {
    for (const layout of [row[3], row[4]].filter(text => text !== '')) {
      out = out.replaceAll(JSON.stringify(layout), JSON.stringify(shortened(layout)));
    }
  }
  return out;
}
