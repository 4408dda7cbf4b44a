import { badInput } from '../../enrol/enrolment.ts';
import { NESTING_DEPTH_MAX, VALUES_MAX } from '../base/limits.ts';

/** A value of a JSON file, whose shape is not guaranteed. */
export type Json = Readonly<Record<string, unknown>>;

/** @throws FobError `bad-input` if the text is not JSON, is nested too deeply or holds too many values */
export function parseJsonValue(text: string): unknown {
  checkShape(text);
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    // The parser's message quotes the unreadable text, which may be a secret.
    throw badInput('The file is not well-formed JSON.', 'Export it again; it may have been cut off.');
  }
}

/** @throws FobError `bad-input`, as `parseJsonValue`, or if the text is not an object */
export function parseJson(text: string): Json {
  const value = parseJsonValue(text);
  if (isObject(value)) return value;
  throw badInput(
    'The file holds no JSON object.',
    'Name a file that one of the known programs has exported.',
  );
}

/** Counts brackets and commas outside strings, before anything is built from them. */
function checkShape(text: string): void {
  let depth = 0;
  let values = 0;
  let isString = false;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (isString) {
      if (char === BACKSLASH) at++;
      else if (char === QUOTE) isString = false;
    } else if (char === QUOTE) isString = true;
    else if (char === COMMA) values++;
    else if (char === BRACE || char === BRACKET) {
      values++;
      depth++;
      if (depth > NESTING_DEPTH_MAX) throw badInput('The file is nested too deeply.', 'Export it again.');
    } else if (char === BRACE_END || char === BRACKET_END) depth--;
    if (values > VALUES_MAX)
      throw badInput('The file holds too many values.', 'Export fewer accounts at once.');
  }
}

const COMMA = 0x2c;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BRACE = 0x7b;
const BRACE_END = 0x7d;
const BRACKET = 0x5b;
const BRACKET_END = 0x5d;

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns the object in a field; an empty one if there is none. */
export function objectIn(from: Json, field: string): Json {
  const value = from[field];
  return isObject(value) ? value : {};
}

/** Returns the list in a field. @throws FobError `bad-input` if there is none */
export function listIn(from: Json, field: string): readonly unknown[] {
  const value = from[field];
  if (Array.isArray(value)) return value;
  throw badInput(
    `The file has no list "${field}".`,
    'Export it again; it may be of a version that is not known.',
  );
}

/** Returns the list that the text is. @throws FobError `bad-input`, as `parseJsonValue`, or if it is no list */
export function parseJsonList(text: string): readonly unknown[] {
  const value = parseJsonValue(text);
  if (Array.isArray(value)) return value;
  throw badInput('The file holds no JSON list.', 'Name a file that one of the known programs has exported.');
}

/** Returns the text in a field; an empty one if there is none. */
export function textIn(from: Json, field: string): string {
  const value = from[field];
  return typeof value === 'string' ? value : '';
}
