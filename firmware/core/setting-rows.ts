import { bitsOf, numbersOf, textOf } from './base/rows.ts';

/** The settings, one row each, in their order. The build evaluates this file. */

interface Row {
  readonly name: string;
  /** Only shows a fact, or leads back, so that nothing can be changed. */
  readonly isFixed?: 1;
}

const ROWS = {
  about: { name: 'About', isFixed: 1 },
  clock: { name: 'Clock (UTC)', isFixed: 1 },
  battery: { name: 'Battery', isFixed: 1 },
  screen: { name: 'Screen off' },
  light: { name: 'Brightness' },
  types: { name: 'Type out' },
  pin: { name: 'Change PIN' },
  erase: { name: 'Erase' },
  back: { name: 'Back', isFixed: 1 },
} as const satisfies Record<string, Row>;

export const SETTING = numbersOf(ROWS);
export const SETTINGS_COUNT: number = SETTING.back + 1;
export const SETTING_NAMES: string = textOf<Row>(ROWS, 'name', ',');
export const ARE_FIXED: number = bitsOf<Row>(ROWS, 'isFixed');
