import { DESCRIBE_MAX_DEPTH } from '../../base/limits.ts';
import { type ImageObject, isFunction, isRecord, type Value } from './held.ts';
import { bytesOf, isArray, isArrayBuffer, isDate, typeName } from './kinds.ts';
import { numberText } from './number-text.ts';
import type { Realm } from './realm.ts';

function describeObject(realm: Realm, value: ImageObject, depth: number): string {
  const inside = realm
    .entries(value)
    .map(([name, each]) => `${JSON.stringify(name)}: ${nested(realm, each, depth)}`);
  return inside.length === 0 ? '{  }' : `{ ${inside.join(', ')} }`;
}

function nested(realm: Realm, value: Value, depth: number): string {
  if (typeof value === 'string') return JSON.stringify(value);
  return describe(realm, value, depth + 1);
}

/** Returns a value as the console shows it: strings bare, objects much like JSON. */
export function describe(realm: Realm, value: Value, depth = 0): string {
  if (typeof value === 'string') return value;
  if (isFunction(value)) return 'function () { ... }';
  if (typeof value === 'number') return numberText(value);
  if (!isRecord(value)) return String(value);
  if (depth > DESCRIBE_MAX_DEPTH) return '...';
  const type = typeName(value);
  if (type !== undefined)
    return `new ${type}([${realm
      .elements(value)
      .map(each => numberText(Number(each)))
      .join(', ')}])`;
  if (isArray(value)) {
    const elements = realm.elements(value).map(each => nested(realm, each, depth));
    return `[ ${elements.join(', ')} ]`;
  }
  if (isArrayBuffer(value)) return `new ArrayBuffer([${bytesOf(value).join(', ')}])`;
  if (isDate(value) || realm.isError(value)) return realm.text(value);
  return describeObject(realm, value, depth);
}
