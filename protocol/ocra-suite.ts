import { OCRA_DIGITS_MAX, OCRA_DIGITS_MIN, QUESTION_CHARS_MAX, QUESTION_CHARS_MIN } from './limits.ts';
import type { OcraSuite } from './ocra.ts';
import { ocraSuiteText } from './ocra.ts';

/** A whole number from `min` to `max`, or -1. */
function numberOf(text: string, min: number, max: number): number {
  const value = +text;
  return Math.floor(value) === value && value >= min && value <= max ? value : -1;
}

function hashOf(name: string | undefined): number {
  return name === 'SHA1' ? 1 : name === 'SHA256' ? 2 : name === 'SHA512' ? 3 : 0;
}

/** One part after the question: PIN hash or time. */
interface Part {
  readonly inputs: number;
  readonly step: number;
}

function partOf(text: string): Part | undefined {
  if (text.charAt(0) === 'P') {
    const hash = hashOf(text.slice(1));
    return hash ? { inputs: hash << 1, step: 0 } : undefined;
  }
  const unit = 'SMH'.indexOf(text.charAt(text.length - 1)) + 1;
  if (text.charAt(0) !== 'T' || text.length < 3 || !unit) return undefined;
  const step = numberOf(text.slice(1, text.length - 1), 1, unit === 3 ? 48 : 59);
  return step < 0 ? undefined : { inputs: unit << 3, step };
}

/**
 * Parses the text of an OCRA suite (RFC 6287 §6), as `ocraSuiteText` writes it.
 * @returns undefined for other text, and for features that a fob lacks: session data (S), no truncation (0 digits), a
 * time step of 0
 */
export function parseOcraSuite(text: string): OcraSuite | undefined {
  const parts = text.split(':');
  const crypto = (parts[1] ?? '').split('-');
  const data = (parts[2] ?? '').split('-');
  const counter = data[0] === 'C' ? 1 : 0;
  const asked = data[counter] ?? '';
  let inputs = counter;
  let step = 0;
  for (let i = counter + 1; i < data.length; i++) {
    const part = partOf(data[i] as string);
    if (!part) return undefined;
    inputs |= part.inputs;
    step += part.step;
  }
  const suite: OcraSuite = {
    algorithm: hashOf(crypto[1]),
    digits: numberOf(crypto[2] ?? '', OCRA_DIGITS_MIN, OCRA_DIGITS_MAX),
    question: 'NAH'.indexOf(asked.charAt(1)),
    length: numberOf(asked.slice(2), QUESTION_CHARS_MIN, QUESTION_CHARS_MAX),
    inputs,
    step,
  };
  const { algorithm, digits, question, length } = suite;
  const known = algorithm > 0 && digits > 0 && question >= 0 && length > 0;
  // Comparing with the canonical text refuses repeated parts, another order and another spelling.
  return known && ocraSuiteText(suite) === text ? suite : undefined;
}
