import { readdirSync } from 'node:fs';
import { inventoryDirectory } from '../inventory/directory.ts';
import { type FobNames, namesIn } from '../inventory/names.ts';
import { COMPLETIONS_MAX } from '../limits.ts';
import type { Completion } from './base/outline.ts';
import { printable } from './base/terminal.ts';

/** The line that is being completed. */
interface Line {
  readonly before: readonly string[];
  readonly last: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * Returns what an argument or option can be, from the inventory and the names of ports.
 * @param name of the argument or option, one of `COMPLETED_NAMES`
 */
export function namesFor(name: string, line: Line): readonly Completion[] {
  const fobs = name === 'port' ? [] : namesIn(inventoryDirectory(line.environment));
  return all(name, line, fobs).filter(isTypeable).slice(0, COMPLETIONS_MAX);
}

function all(name: string, { before, last }: Line, fobs: readonly FobNames[]): readonly Completion[] {
  switch (name) {
    case 'account':
      return accountNames(chosen(before, fobs), last);
    case 'port':
      return ports();
    case 'device':
      return [...fobNames(fobs), ...ports()];
    default:
      return fobNames(fobs);
  }
}

function fobNames(fobs: readonly FobNames[]): Completion[] {
  const count = (number: number) => (number === 1 ? '1 account' : `${number} accounts`);
  return [
    ...fobs.map(({ serial, holder, accounts }) => ({
      value: serial,
      about: [holder, count(accounts.length)].filter(text => text !== null).join(', '),
    })),
    ...fobs.flatMap(({ serial, holder }) => (holder === null ? [] : [{ value: holder, about: serial }])),
  ];
}

/** Full names, and labels alone where somebody begins to type one. */
function accountNames(fobs: readonly FobNames[], last: string): Completion[] {
  const accounts = fobs.flatMap(({ serial, accounts: held }) =>
    held.map(({ issuer, label }) => ({ issuer, label, about: serial })),
  );
  return [
    ...accounts.map(({ issuer, label, about }) => ({
      value: issuer === '' ? label : `${issuer}:${label}`,
      about,
    })),
    ...(last === '' ? [] : accounts.map(({ label, about }) => ({ value: label, about }))),
  ];
}

/** Returns the fobs that the words choose, or all of them. */
function chosen(words: readonly string[], fobs: readonly FobNames[]): readonly FobNames[] {
  const named = fobs.filter(({ serial, holder }) =>
    words.some(word => word.toUpperCase() === serial || word === holder),
  );
  return named.length > 0 ? named : fobs;
}

/** Names of boards' ports on Linux and macOS. Listing a folder opens none of them. */
function ports(): Completion[] {
  try {
    const names = readdirSync('/dev').filter(name =>
      /^(?:tty(?:ACM|USB)\d+|cu\.usb(?:modem|serial).*)$/.test(name),
    );
    return names.sort().map(name => ({ value: `/dev/${name}`, about: 'serial port' }));
  } catch {
    return [];
  }
}

/** A name with invisible characters cannot be shown as it is, and one with a dash would be read as an option. */
function isTypeable({ value, about }: Completion): boolean {
  return value !== '' && !value.startsWith('-') && printable(value + about) === value + about;
}
