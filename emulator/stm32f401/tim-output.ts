/** The modes of an output: OC1M of CCMR1 (RM0368 §13.4.7). */
export const OUTPUT_MODES = [
  'frozen',
  'active on match',
  'inactive on match',
  'toggle on match',
  'forced inactive',
  'forced active',
  'PWM 1',
  'PWM 2',
] as const;

export type OutputMode = (typeof OUTPUT_MODES)[number];

/** A signal of pulses. */
export interface PulseTrain {
  /** Pulses a second. */
  readonly hz: number;
  /** The part of the time, from 0 to 1, for which the pin is high. */
  readonly duty: number;
}

/** Returns the reference level OCxREF after `matches` comparisons were true. */
export function afterMatches(mode: OutputMode, reference: boolean, matches: number): boolean {
  switch (mode) {
    case 'active on match':
      return true;
    case 'inactive on match':
      return false;
    case 'toggle on match':
      return matches % 2 === 1 ? !reference : reference;
    default:
      return reference;
  }
}

/** The counter of an output, as the comparison sees it. */
export interface Compared {
  readonly value: number;
  readonly reload: number;
  readonly isDown: boolean;
}

/**
 * Returns the reference level OCxREF (RM0368 §13.3.8–13.3.9).
 * @param reference the level that matches have left
 */
export function referenceLevel(
  mode: OutputMode,
  { value, isDown }: Compared,
  compare: number,
  reference: boolean,
): boolean {
  switch (mode) {
    case 'forced inactive':
      return false;
    case 'forced active':
      return true;
    case 'PWM 1':
      return isDown ? value <= compare : value < compare;
    case 'PWM 2':
      return isDown ? value > compare : value >= compare;
    default:
      return reference;
  }
}

/** Returns the part of a period for which the reference level is high; undefined in modes other than PWM. */
export function pwmDuty(mode: OutputMode, counter: Compared, compare: number): number | undefined {
  if (mode !== 'PWM 1' && mode !== 'PWM 2') return undefined;
  const values = counter.reload + 1;
  const active = Math.min(counter.isDown ? compare + 1 : compare, values) / values;
  return mode === 'PWM 1' ? active : 1 - active;
}
