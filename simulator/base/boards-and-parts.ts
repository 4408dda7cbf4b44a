/** The boards and parts that options, scenarios, recordings and pages may name. The compiler asks for a new one here. */

import type { BoardName, PartName, PartsOptions } from './fob.ts';

const BOARDS: Readonly<Record<BoardName, true>> = {
  pico: true,
  'pico-hid': true,
  'espruino-wifi': true,
  'rpi-pico': true,
  'rpi-pico2': true,
  banglejs2: true,
  bench: true,
};

export const BOARD_NAMES = Object.keys(BOARDS) as [BoardName, ...BoardName[]];

/** The values of each part in `parts`. */
const PART_VALUES: Readonly<Record<PartName, readonly (string | boolean)[]>> = {
  display: [true, false],
  clock: [true, false],
  eeprom: ['AT24C32', 'AT24C256', 'none'],
};

export const PART_NAMES = Object.keys(PART_VALUES) as [PartName, ...PartName[]];

/** Makes a value for each part. */
export function partRecord<T>(make: (name: PartName) => T): Readonly<Record<PartName, T>> {
  const values = PART_NAMES.map(name => [name, make(name)] as const);
  return Object.fromEntries(values) as Record<PartName, T>;
}

/** Whether a board with these options has a part. */
export function isFitted(parts: PartsOptions, name: PartName): boolean {
  return parts[name] !== false && parts[name] !== 'none';
}

/** @throws TypeError for a name that no type has checked, in JavaScript */
export function checkPartName(name: unknown): void {
  if (!PART_NAMES.some(known => known === name)) {
    throw new TypeError(`there is no part ${JSON.stringify(name)}: the parts are ${PART_NAMES.join(', ')}`);
  }
}

/** @throws TypeError for `parts` that no type has checked, in JavaScript or in a file */
export function checkedParts(parts: object): PartsOptions {
  for (const [name, value] of Object.entries(parts)) {
    checkPartName(name);
    const values = PART_VALUES[name as PartName];
    if (value === undefined || values.includes(value)) continue;
    throw new TypeError(`parts.${name} is ${values.join(' or ')}, and not ${JSON.stringify(value)}`);
  }
  return parts;
}
