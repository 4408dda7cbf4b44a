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
 * The need for Espruino's firmware for the Espruino Pico: `ESPRUINO_ARM` names files, several with colons between.
 *
 * @throws when it names a file that cannot be read
 */
export function needsEspruinosArm(): Need<string[]> {
  const paths = (process.env.ESPRUINO_ARM ?? '').split(delimiter).filter(Boolean);
  for (const path of paths) accessSync(path, constants.R_OK);
  return {
    name: 'ESPRUINO_ARM=<paths to firmware of an Espruino Pico>',
    found: paths.length > 0 ? paths : undefined,
  };
}

/** The need for Espruino's firmware for the Espruino WiFi. @throws when it names a file that cannot be read */
export function needsEspruinosWifi(): Need<string[]> {
  const paths = (process.env.ESPRUINO_WIFI ?? '').split(delimiter).filter(Boolean);
  for (const path of paths) accessSync(path, constants.R_OK);
  return {
    name: 'ESPRUINO_WIFI=<paths to firmware of an Espruino WiFi>',
    found: paths.length > 0 ? paths : undefined,
  };
}

/** Espruino's firmware for the RP2040, and the boot ROM that it calls. */
export interface Rp2040Files {
  /** Paths of .uf2 or .bin files. */
  readonly firmware: readonly string[];
  readonly bootRom: string;
}

/**
 * The need for Espruino's firmware for the Raspberry Pi Pico: `ESPRUINO_RP2040` names files, several with colons between,
 * and `RP2040_BOOTROM` the chip's boot ROM.
 *
 * @throws when one of them cannot be read, or firmware is named without a boot ROM
 */
export function needsEspruinosRp2040(): Need<Rp2040Files> {
  const firmware = (process.env.ESPRUINO_RP2040 ?? '').split(delimiter).filter(Boolean);
  const bootRom = process.env.RP2040_BOOTROM ?? '';
  if (firmware.length > 0 && bootRom === '') throw new Error('ESPRUINO_RP2040 needs RP2040_BOOTROM, too');
  for (const path of [...firmware, bootRom].filter(Boolean)) accessSync(path, constants.R_OK);
  return {
    name: 'ESPRUINO_RP2040=<paths to firmware of a Raspberry Pi Pico>',
    found: firmware.length > 0 ? { firmware, bootRom } : undefined,
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
