import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COMMANDS, type CommandRow } from '../../protocol/commands.ts';

/** Keys that leave the image as text: the bench's control channel. */
const SPOKEN = 'ms utc down key lose battery meter typed screen deadline usage peak link control'.split(' ');

const NAME = /[A-Za-z_$][\w$]*/g;
const COMMENTS = /\/\*[\s\S]*?\*\/|\/\/.*/g;
/** Words of TypeScript that are no names in what runs. */
const TYPE_WORDS = ['number', 'string', 'boolean', 'declare', 'readonly', 'unknown', 'type'];

/**
 * Property names that must stay as they are written: those of the device and of the language's built-ins (every
 * word of their declarations), and those that are text on the wire (commands and the fields of their layouts).
 */
function keptNames(root: string): Set<string> {
  const kept = new Set(SPOKEN);
  for (const file of ['firmware/boards/device.d.ts', 'protocol/builtins.d.ts']) {
    const text = readFileSync(join(root, file), 'utf8').replace(COMMENTS, '');
    for (const name of text.match(NAME) ?? []) kept.add(name);
  }
  for (const word of TYPE_WORDS) kept.delete(word);
  for (const [name, row] of Object.entries(COMMANDS) as [string, CommandRow][]) {
    kept.add(name);
    for (const field of `${row[3]} ${row[4]}`.match(NAME) ?? []) kept.add(field);
  }
  return kept;
}

/**
 * Matches the property names that may be shortened in `code`: every name read or written as a property there that
 * is not kept. Long names cost bytes of flash, variables and time in an interpreter that looks them up as text.
 */
export function shortenable(root: string, code: string): RegExp {
  const kept = keptNames(root);
  const names = new Set<string>();
  for (const [, name = ''] of code.matchAll(/(?:\.|\bget |^\s*)([A-Za-z_]\w{2,})/gm)) {
    if (!kept.has(name)) names.add(name);
  }
  return new RegExp(`^(?:${[...names].join('|')})$`);
}
