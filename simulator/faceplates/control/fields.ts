import type { FaultPlan } from '../../base/fault-plan.ts';
import { BadPlan, planOfText } from '../../faults/plan.ts';
import type { ControlTarget } from './target.ts';

/** A fault of a request, in one sentence. The request has not touched the fob. */
export class BadRequest extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BadRequest';
  }
}

/** Checks one field of a request (`undefined` if absent) and returns its value. */
export type FieldReader<T> = (value: unknown, name: string, target: ControlTarget) => T;

/** Reads a whole number from `least` to `most`; without a default the field is required. */
export function wholeNumber(least: number, most: number, byDefault?: number): FieldReader<number> {
  return (value = byDefault, name) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most) {
      throw new BadRequest(`"${name}" must be a whole number from ${least} to ${most}`);
    }
    return value;
  };
}

/** Reads one of the listed strings; the first is the default. */
export function oneOf<const T extends string>(...choices: readonly [T, ...T[]]): FieldReader<T> {
  return (value = choices[0], name) => {
    const chosen = choices.find(choice => choice === value);
    if (chosen === undefined) throw new BadRequest(`"${name}" must be one of ${choices.join(', ')}`);
    return chosen;
  };
}

/** Reads `true` or `false`. */
export const flag: FieldReader<boolean> = (value, name) => {
  if (typeof value !== 'boolean') throw new BadRequest(`"${name}" must be true or false`);
  return value;
};

/** Reads a text of at most so many characters. */
export function textUpTo(most: number): FieldReader<string> {
  return (value, name) => {
    if (typeof value !== 'string' || value.length > most) {
      throw new BadRequest(`"${name}" must be a text of at most ${most} characters`);
    }
    return value;
  };
}

/** Reads so many bytes as hexadecimal digits; undefined where the field is absent. Never quotes them. */
export function hexBytes(count: number): FieldReader<Uint8Array | undefined> {
  return (value, name) => {
    if (value === undefined) return undefined;
    if (typeof value !== 'string' || value.length !== 2 * count || !/^[0-9a-f]*$/i.test(value)) {
      throw new BadRequest(`"${name}" must be ${2 * count} hexadecimal digits`);
    }
    return Uint8Array.from({ length: count }, (_, at) =>
      Number.parseInt(value.slice(2 * at, 2 * at + 2), 16),
    );
  };
}

/** Reads the number of a key on the fob's case; 0 is the default. */
export const keyNumber: FieldReader<number> = (value, name, target) =>
  wholeNumber(0, target.fob.keys - 1, 0)(value, name, target);

/** Reads a plan of faults such as `wire.drop=1/20`, empty for none; undefined where the field is absent. */
export const faultPlan: FieldReader<FaultPlan | undefined> = (value, name) => {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw new BadRequest(`"${name}" must be a text`);
  try {
    return planOfText(value);
  } catch (error) {
    throw error instanceof BadPlan ? new BadRequest(`"${name}": ${error.message}`) : error;
  }
};
