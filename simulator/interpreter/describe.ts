import { DESCRIBE_MAX_DEPTH } from '../base/limits.ts';
import { isRecord } from './bytes.ts';
import { isArrayBuffer, isDate, isTypedArray, typeName } from './kinds.ts';
import { numberText } from './number-text.ts';
import type { Named, Value } from './realm.ts';

function describeObject(value: Named, depth: number): string {
  if (depth > DESCRIBE_MAX_DEPTH) return '...';
  const inside = Object.entries(value).map(
    ([name, each]) => `${JSON.stringify(name)}: ${nested(each, depth)}`,
  );
  return inside.length === 0 ? '{  }' : `{ ${inside.join(', ')} }`;
}

function nested(value: Value, depth: number): string {
  if (typeof value === 'string') return JSON.stringify(value);
  return describe(value, depth + 1);
}

function isError(value: Named): boolean {
  return typeof value.message === 'string' && Object.hasOwn(value, 'message');
}

/** Returns a value as the console shows it: strings bare, objects much like JSON. */
export function describe(value: Value, depth = 0): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'function') return 'function () { ... }';
  if (typeof value === 'number') return numberText(value);
  if (!isRecord(value)) return String(value);
  if (depth > DESCRIBE_MAX_DEPTH) return '...';
  if (Array.isArray(value)) return `[ ${value.map(each => nested(each, depth)).join(', ')} ]`;
  if (isArrayBuffer(value)) return `new ArrayBuffer([${new Uint8Array(value).join(', ')}])`;
  if (isTypedArray(value)) return `new ${typeName(value)}([${value.join(', ')}])`;
  if (isDate(value) || isError(value)) return String(value);
  return describeObject(value, depth);
}
