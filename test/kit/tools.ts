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

/** Returns the path of a program on `PATH`, or undefined where it is not installed. */
export function tool(name: string): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  return folders.map(folder => join(folder, name)).find(isExecutable);
}

/**
 * Returns the real Espruino interpreter: the Linux build named by `ESPRUINO`, or undefined where none is named.
 *
 * @throws when `ESPRUINO` names something that cannot be run: a run that needs it must not silently go without
 */
export function espruino(): string | undefined {
  const path = process.env.ESPRUINO;
  if (!path) return undefined;
  if (!isExecutable(path)) throw new Error('ESPRUINO does not name a program that can be run');
  return path;
}

/**
 * Returns the builds of the interpreter that are like a board: 32-bit, with a fixed number of variables. `ESPRUINO_32`
 * names them, several with colons between; none where it is not set.
 *
 * @throws when it names something that cannot be run
 */
function espruinos32(): string[] {
  const paths = (process.env.ESPRUINO_32 ?? '').split(delimiter).filter(Boolean);
  if (!paths.every(isExecutable)) throw new Error('ESPRUINO_32 names a program that cannot be run');
  return paths;
}

/** A requirement of a test: its name for the title, and the thing itself where it is there. */
export interface Need<T> {
  readonly name: string;
  readonly found: T | undefined;
}

/** The need for a program on `PATH`; the test gets its path. */
export function needsTool(name: string): Need<string> {
  return { name, found: tool(name) };
}

/** The need for the Espruino interpreter; the test gets its path. */
export function needsEspruino(): Need<string> {
  return { name: 'ESPRUINO=<path to a Linux build>', found: espruino() };
}

/** The need for builds like a board; the test gets their paths. */
export function needsEspruinos32(): Need<string[]> {
  const found = espruinos32();
  return {
    name: 'ESPRUINO_32=<paths to 32-bit builds with fixed variables>',
    found: found.length > 0 ? found : undefined,
  };
}

/**
 * The need for Espruino's firmware for the Pico: `ESPRUINO_ARM` names files, several with colons between.
 *
 * @throws when it names a file that cannot be read
 */
export function needsEspruinosArm(): Need<string[]> {
  const paths = (process.env.ESPRUINO_ARM ?? '').split(delimiter).filter(Boolean);
  for (const path of paths) accessSync(path, constants.R_OK);
  return {
    name: 'ESPRUINO_ARM=<paths to firmware of a Pico>',
    found: paths.length > 0 ? paths : undefined,
  };
}

/** Runs a test with the found thing where `need` is met, and otherwise skips it with the reason in its title. */
export function itNeeds<T>(need: Need<T>, title: string, run: (found: T) => void | Promise<void>): void {
  const { name, found } = need;
  if (found === undefined) it.skip(`${title} (needs ${name})`, () => {});
  else it(title, () => run(found));
}

/** Does the same for a group of tests; a skipped group counts as one skipped test. */
export function describeNeeds<T>(need: Need<T>, title: string, define: (found: T) => void): void {
  const { name, found } = need;
  if (found === undefined) it.skip(`${title} (needs ${name})`, () => {});
  else describe(title, () => define(found));
}
