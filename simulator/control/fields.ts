import type { ControlTarget } from './target.ts';

/** What is wrong with a request, in one sentence; the fob has not been touched. */
export class BadRequest extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BadRequest';
  }
}

/** Checks one field of a request (`undefined` where it is absent) and gives its value. */
export type FieldReader<T> = (value: unknown, name: string, target: ControlTarget) => T;

/** A whole number of at least `least` and at most `most`; without a default the field must be there. */
export function wholeNumber(least: number, most: number, byDefault?: number): FieldReader<number> {
  return (value = byDefault, name) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
      throw new BadRequest(`"${name}" must be a whole number from ${least} to ${most}`);
    }
    return value;
  };
}

/** One of the strings listed; the first is the default. */
export function oneOf<const T extends string>(...choices: readonly [T, ...T[]]): FieldReader<T> {
  return (value = choices[0], name) => {
    const chosen = choices.find(choice => choice === value);
    if (chosen === undefined) throw new BadRequest(`"${name}" must be one of ${choices.join(', ')}`);
    return chosen;
  };
}

/** The number of a key on the fob's case; 0 is the default. */
export const keyNumber: FieldReader<number> = (value, name, target) =>
  wholeNumber(0, target.fob.keys - 1, 0)(value, name, target);
