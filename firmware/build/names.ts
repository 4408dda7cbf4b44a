import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMAND_TEXT } from '@passfob/protocol/command-text';
import { COMMANDS, type CommandRow } from '@passfob/protocol/commands';
import { optionalIn, placeOptional } from './optional.ts';
import { holders, propertyName, share } from './sharing.ts';
import { parsed, walk } from './tree.ts';

/** Keys that leave an image as text, on the bench's control channel. */
const SPOKEN: Readonly<Record<string, string>> = {
  'bench/main.ts': 'ms utc down key lose battery keys meter typed screen deadline usage peak link control',
};

/** Names that belong to the device in the boards' files, and to us elsewhere. */
const SHARED = ['mode', 'state', 'iterations'];
/** Names that belong to the device on its objects in the boards' files, and to us on all other objects. */
const OFFERED = ['read', 'write', 'erase', 'encrypt', 'decrypt', 'clear'];
const OBJECTS = String.raw`storage|graphics|g|require\('Storage'\)|AES|USB|Serial1|Serial2|Bluetooth`;

const INDEX = /\[\w+: number\]/g;
const NAME = /[A-Za-z_$][\w$]*/g;
const COMMENTS = /\/\*[\s\S]*?\*\/|\/\/.*/g;
/** Words of TypeScript that are no names at run time. */
const TYPE_WORDS = 'number string boolean declare readonly unknown type interface this'.split(' ');
/** Short names with a meaning on every object of the device, or for the lint: never given to a property. */
const TAKEN = 'at of on do if in as is'.split(' ');
/** A field's name in a layout. */
const FIELD = /\w+(?=:)/g;
/** A handler's name after its code. */
const HANDLER = /(!\d+;)(\w+)/g;
/** Names of the language. */
const LANGUAGE = ['constructor', 'prototype'];

/** Returns declarations without their parameters; keys of object parameters stay. */
function withoutParameters(text: string): string {
  const inner = /\(([^()]*)\)/g;
  const outer = text.replace(inner, (_, list: string) => (list.match(/\{[^{}]*\}/g) ?? []).join(' '));
  return outer === text ? text : withoutParameters(outer);
}

/**
 * Returns a board's file with quotes around the device's names that are ours elsewhere: quoted names are not
 * shortened.
 */
export function quoteShared(text: string): string {
  const words = SHARED.join('|');
  return text
    .replace(new RegExp(`\\.(${words})\\b(?!\\()`, 'g'), '["$1"]')
    .replace(new RegExp(`([{,]\\s*)(${words}):`, 'g'), '$1"$2":')
    .replace(new RegExp(`\\b(${OBJECTS})\\.(${OFFERED.join('|')})\\(`, 'g'), '$1["$2"](');
}

/** Returns property names that must not be shortened: those of the device and of the language's built-ins. */
function keptNames(root: string, entry: string): Set<string> {
  const kept = new Set((SPOKEN[entry] ?? '').split(' '));
  for (const file of ['firmware/boards/device.d.ts', 'protocol/builtins.d.ts']) {
    const text = withoutParameters(readFileSync(join(root, file), 'utf8').replace(COMMENTS, '')).replace(
      INDEX,
      '',
    );
    for (const name of text.match(NAME) ?? []) kept.add(name);
  }
  for (const word of [...TYPE_WORDS, ...SHARED, ...OFFERED]) kept.delete(word);
  for (const word of LANGUAGE) kept.add(word);
  return kept;
}

/** Returns names of methods that are called in other ways than by a dot: by the device, or by their name as text. */
export function calledNames(root: string, entry: string): Set<string> {
  const handlers = [...COMMAND_TEXT.matchAll(HANDLER)].map(([, , name]) => name ?? '');
  return new Set([...keptNames(root, entry), ...SHARED, ...OFFERED, ...handlers]);
}

/** Returns the layouts of all commands. */
function layouts(): string[] {
  return (Object.values(COMMANDS) as CommandRow[])
    .flatMap(row => [row[3], row[4]])
    .filter(text => text !== '');
}

/**
 * Returns a short name for every property of `code` that may be shortened. Long names cost bytes of flash, variables
 * and time, because the interpreter looks them up as text.
 * @param entry the board's main file, by its path in `firmware/boards`
 * @param code the bundle, not minified, with the fields of classes declared
 * @param sources texts of the files of the bundle
 */
export function shortened(
  root: string,
  entry: string,
  code: string,
  sources: readonly string[],
): Record<string, string> {
  const kept = keptNames(root, entry);
  const counts = new Map<string, number>();
  const taken = new Set(TAKEN);
  const count = (name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);
  const program = parsed(code);
  walk(program, node => {
    const name = propertyName(node)?.name;
    if (name === undefined) return;
    if (kept.has(name)) taken.add(name);
    else if (node.type !== 'PropertyDefinition') count(name);
  });
  const wire = new Set<string>();
  for (const layout of layouts()) for (const [name] of layout.matchAll(FIELD)) wire.add(name);
  for (const layout of layouts().filter(text => code.includes(text)))
    for (const [name] of layout.matchAll(FIELD)) if (!kept.has(name)) count(name);
  // A handler may use the values of one command as those of another, so all fields count as fields of one object.
  const groups = [...holders(program), wire];
  const alone = placeOptional(groups, sources.flatMap(optionalIn));
  return share(counts, groups, alone, taken);
}

/**
 * Renames handlers and fields in the text of the commands like the code's properties. The wire carries only codes and
 * values.
 * @param renamed new names by old
 */
export function renameFields(code: string, renamed: Readonly<Record<string, string>>): string {
  const short = (name: string) => renamed[name] || name;
  const text = COMMAND_TEXT.replace(FIELD, short).replace(
    HANDLER,
    (_, head: string, name: string) => head + short(name),
  );
  return code.replace(JSON.stringify(COMMAND_TEXT), JSON.stringify(text));
}
