import type { Reader } from '../bytes.ts';
import { decodeFields } from '../layout.ts';
import { serialText } from './serial-text.ts';
import { textOfBytes } from './unicode.ts';
import { ALPHABET_NAMES, entryOf, NAMED_VALUES, SECRET_FIELDS, SUMS, TEXT_FIELDS } from './values.ts';

/** One field of a message. */
export interface TraceField {
  readonly name: string;
  /** A number, or bytes in hexadecimal; empty where a secret is left out. */
  readonly value: number | string;
  /** For people: a name, a text, a serial. */
  readonly text: string;
  readonly isSecret: boolean;
}

/** Returns the fields of a layout, in order: name and letter of the kind. */
export function layoutFields(layout: string): { readonly name: string; readonly kind: string }[] {
  return layout
    .split(' ')
    .filter(field => field !== '')
    .map(field => {
      const [name = '', kind = ''] = field.split(':');
      return { name, kind };
    });
}

/**
 * Returns the fields of a message, or undefined unless the bytes are exactly one such message.
 * @param command its name, which some numbers are named by
 * @param showsSecrets whether the values of secrets and passcodes are among them
 */
export function fieldsOf(
  command: string,
  layout: string,
  from: Reader,
  showsSecrets: boolean,
): TraceField[] | undefined {
  const values = decodeFields(layout, from);
  return (
    values && layoutFields(layout).map(({ name }) => fieldOf(command, name, values[name] ?? 0, showsSecrets))
  );
}

function fieldOf(
  command: string,
  name: string,
  value: number | Uint8Array,
  showsSecrets: boolean,
): TraceField {
  if (typeof value === 'number')
    return { name, value, text: numberText(command, name, value), isSecret: false };
  const isSecret = SECRET_FIELDS.includes(name);
  if (isSecret && !showsSecrets)
    return { name, value: '', text: `left out (${value.length} bytes)`, isSecret };
  return { name, value: hexOf(value), text: bytesText(name, value), isSecret };
}

function hexOf(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}

function bytesText(name: string, value: Uint8Array): string {
  if (name === 'serial') return serialText(value);
  return TEXT_FIELDS.includes(name) ? JSON.stringify(textOfBytes(value)) : hexOf(value);
}

function numberText(command: string, name: string, value: number): string {
  const named = entryOf(NAMED_VALUES, command, name)?.[value];
  if (named !== undefined) return named;
  const bits = entryOf(SUMS, command, name);
  if (bits !== undefined) return sumText(bits, value);
  if (name === 'utc' && value > 0) return utcText(value);
  // OCRA has digits alone, and a policy for PINs as well (docs/protocol.md).
  const alphabet = name === 'digits' && command !== 'putOcra' ? ALPHABET_NAMES[value >> 4] : undefined;
  return alphabet === undefined ? String(value) : `${value & 15} ${alphabet}`;
}

/** The names of the bits; those without a name as a number. */
function sumText(bits: Readonly<Record<number, string>>, value: number): string {
  const parts = Object.entries(bits).filter(([bit]) => (value & Number(bit)) !== 0);
  const left = parts.reduce((rest, [bit]) => rest & ~Number(bit), value);
  const names = [...parts.map(([, name]) => name), ...(left === 0 ? [] : [String(left)])];
  return names.length === 0 ? 'none' : names.join(' + ');
}

const DAY_SECONDS = 86_400;
/** Days of 400 years of the Gregorian calendar, after which it repeats. */
const DAYS_OF_400 = 146_097;

/**
 * Returns seconds since 1970 as date and time in UTC. The calendar begins in March, so that a leap day is the last of
 * its year (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days).
 */
export function utcText(seconds: number): string {
  const days = Math.floor(seconds / DAY_SECONDS) + 719_468;
  const era = Math.floor(days / DAYS_OF_400);
  const day = days - era * DAYS_OF_400;
  const yearOfEra = Math.floor(
    (day - Math.floor(day / 1460) + Math.floor(day / 36_524) - Math.floor(day / 146_096)) / 365,
  );
  const dayOfYear = day - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const fromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const date = dayOfYear - Math.floor((153 * fromMarch + 2) / 5) + 1;
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const two = (value: number) => String(value).padStart(2, '0');
  const left = seconds % DAY_SECONDS;
  const time = [Math.floor(left / 3600), Math.floor(left / 60) % 60, Math.floor(left % 60)]
    .map(two)
    .join(':');
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(date)}T${time}Z`;
}
