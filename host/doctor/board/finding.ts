import type { FindingState } from '../base/finding.ts';
import { BOARD_TEXTS } from './texts.ts';

/** The checks of a board, in the order of the report. */
export const BOARD_CHECKS = [
  'version',
  'memory',
  'supply',
  'random',
  'lines',
  'display',
  'clock',
  'eeprom',
  'wire',
  'rate',
  'button',
] as const;
export type BoardCheck = (typeof BOARD_CHECKS)[number];

/** Measured values: numbers, and words of this program. Never a secret, and nothing that names the chip or a person. */
export type Measured = Readonly<Record<string, number | string | boolean>>;

/** The result of one check of a board. */
export interface BoardFinding {
  readonly check: BoardCheck;
  /** unknown: the check was left out. */
  readonly state: FindingState;
  readonly sentence: string;
  /** Empty if there is nothing to do. */
  readonly next: string;
  readonly values: Measured;
}

/**
 * Makes a finding with a text of `texts.ts`.
 * @param values for the report; they also fill `{name}` of the text
 * @param words only for the text
 */
export function boardFinding(
  check: BoardCheck,
  state: FindingState,
  text: keyof typeof BOARD_TEXTS,
  values: Measured = {},
  words: Readonly<Record<string, string>> = {},
): BoardFinding {
  const [sentence, next] = BOARD_TEXTS[text];
  const all: Readonly<Record<string, unknown>> = { ...values, ...words };
  const fill = (line: string) => line.replace(/\{(\w+)\}/g, (_, name: string) => String(all[name] ?? ''));
  return { check, state, sentence: fill(sentence), next: fill(next), values };
}
