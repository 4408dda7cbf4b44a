import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, it } from 'vitest';

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** The path of a program on `PATH`, or undefined where it is not installed. */
export function tool(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return folders.map(folder => join(folder, name)).find(isExecutable);
}

/**
 * The real Espruino interpreter: the Linux build named by `ESPRUINO`, or undefined where none is named.
 *
 * @throws when `ESPRUINO` names something that cannot be run: a run meant to use it must not quietly go without
 */
export function espruino(): string | undefined {
  const path = process.env.ESPRUINO;
  if (!path) return undefined;
  if (!isExecutable(path)) throw new Error('ESPRUINO does not name a program that can be run');
  return path;
}

/** What a test cannot run without: its name for the title, and the thing itself where it is there. */
export interface Need<T> {
  readonly name: string;
  readonly found: T | undefined;
}

/** The need for a program on `PATH`; the test is given its path. */
export function needsTool(name: string): Need<string> {
  return { name, found: tool(name) };
}

/** The need for the Espruino interpreter; the test is given its path. */
export function needsEspruino(): Need<string> {
  return { name: 'ESPRUINO=<path to a Linux build>', found: espruino() };
}

/** A test that runs where `need` is met, with what was found, and otherwise is skipped with the reason in its title. */
export function itNeeds<T>(need: Need<T>, title: string, run: (found: T) => void | Promise<void>): void {
  const { name, found } = need;
  if (found === undefined) it.skip(`${title} (needs ${name})`, () => {});
  else it(title, () => run(found));
}

/** The same for a group of tests; a skipped group counts as one skipped test. */
export function describeNeeds<T>(need: Need<T>, title: string, define: (found: T) => void): void {
  const { name, found } = need;
  if (found === undefined) it.skip(`${title} (needs ${name})`, () => {});
  else describe(title, () => define(found));
}
