import { isMap, isScalar, isSeq, type Node, type Pair, type Scalar } from 'yaml';
import { nearestName } from '../../base/nearest-name.ts';
import { type Place, ScenarioError } from './place.ts';

/** A JSON Schema, as editors read it. */
export type EditorSchema = Readonly<Record<string, unknown>>;

/** A node of a parsed file, with the place where it begins. */
export interface ScenarioValue {
  /** Absent where only a name is written, such as `press`. */
  readonly node: Node | undefined;
  readonly place: Place;
  /** Names the value in errors: `press`, `owner: enrol`. */
  readonly name: string;
  /** How many lists of steps it stands in. */
  readonly depth: number;
  /** Returns a part of it, or nothing at the same place. */
  at(node: Node | undefined, name: string, depth?: number): ScenarioValue;
}

/** A kind of value: how it is read, and the schema that describes the same to an editor. */
export interface Shape<T> {
  readonly schema: EditorSchema;
  /** In errors: "a duration, such as 1.5 s". */
  readonly words: string;
  /** Whether a name alone has this value. */
  readonly takesNothing?: boolean;
  /** @throws ScenarioError */
  read(given: ScenarioValue): T;
}

/** Kinds of YAML nodes, in words of the documents. */
type Kind = 'nothing' | 'value' | 'list' | 'map';

function kindOf({ node }: ScenarioValue): Kind {
  if (node === undefined) return 'nothing';
  if (isMap(node)) return 'map';
  if (isSeq(node)) return 'list';
  return isScalar(node) && sourceOf(node) === '' && node.type === 'PLAIN' ? 'nothing' : 'value';
}

/** The text as it is written: `005924` is no number here, and `~` not nothing. */
function sourceOf(node: Scalar): string {
  return node.type === 'PLAIN' ? (node.source ?? '') : String(node.value);
}

export function wrong(given: ScenarioValue, words: string): ScenarioError {
  return new ScenarioError(given.place, `"${given.name}" takes ${words}.`);
}

/** A value that is written as one text and checked by `parse`, which returns undefined for what it does not take. */
export function written<T>(
  words: string,
  schema: EditorSchema,
  parse: (text: string) => T | undefined,
): Shape<T> {
  return {
    words,
    schema,
    read(given) {
      const value =
        isScalar(given.node) && kindOf(given) === 'value' ? parse(sourceOf(given.node)) : undefined;
      if (value === undefined) throw wrong(given, words);
      return value;
    },
  };
}

/** YAML takes digits for a number and `yes` for a text; both are texts here. */
const ANY_SCALAR = { type: ['string', 'number', 'boolean'] };

export const text = (words: string): Shape<string> => written(words, ANY_SCALAR, value => value);

export function choice<const T extends string>(...names: readonly T[]): Shape<T> {
  const words = `one of ${names.join(', ')}`;
  return {
    words,
    schema: { enum: names },
    read(given) {
      const value = text(words).read(given);
      const found = names.find(name => name === value);
      if (found !== undefined) return found;
      const meant = nearestName(value, names);
      const hint = meant === undefined ? '' : ` Did you mean "${meant}"?`;
      throw new ScenarioError(given.place, `"${given.name}" takes ${words}.${hint}`);
    },
  };
}

export function number(
  min: number,
  max: number,
  { isWhole = true, unit = '' }: { readonly isWhole?: boolean; readonly unit?: string } = {},
): Shape<number> {
  const words = `a${isWhole ? ' whole' : ''} number from ${min} to ${max}${unit && ` ${unit}`}`;
  const schema = { type: isWhole ? 'integer' : 'number', minimum: min, maximum: max };
  return written(words, schema, value => {
    const parsed = /^[+-]?\d+(\.\d+)?$/.test(value) ? Number(value) : Number.NaN;
    const fits = parsed >= min && parsed <= max && (!isWhole || Number.isInteger(parsed));
    return fits ? parsed : undefined;
  });
}

/** Milliseconds of each unit. */
const UNITS = new Map([
  ['ms', 1],
  ['s', 1000],
  ['min', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);
const DURATION = /^(\d+(?:\.\d+)?) ?(ms|s|min|h|d)$/;

/** A duration with its unit, in milliseconds. */
export function duration(maxMs: number): Shape<number> {
  const words = 'a duration, such as 500 ms, 1.5 s, 2 min, 3 h or 180 d';
  return written(words, { type: 'string', pattern: DURATION.source }, value => {
    const [, count, unit] = DURATION.exec(value) ?? [];
    const unitMs = UNITS.get(unit ?? '');
    if (count === undefined || unitMs === undefined) return undefined;
    const ms = Number(count) * unitMs;
    return ms <= maxMs ? ms : undefined;
  });
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/;

/** A time of UTC, in milliseconds since 1970. */
export const instant: Shape<number> = written(
  'a time of UTC, such as 2026-01-01T00:00:00Z',
  { type: 'string', pattern: INSTANT.source },
  value => {
    const ms = INSTANT.test(value) ? Date.parse(value) : Number.NaN;
    return Number.isNaN(ms) ? undefined : ms;
  },
);

/** No value at all: a step that stands alone. */
export const nothing: Shape<null> = {
  words: 'nothing',
  takesNothing: true,
  schema: { type: 'null' },
  read(given) {
    if (kindOf(given) !== 'nothing') throw new ScenarioError(given.place, `"${given.name}" takes no value.`);
    return null;
  },
};

export function list<T>(item: Shape<T>, words: string, max: number): Shape<readonly T[]> {
  return {
    words,
    schema: { type: 'array', items: item.schema, minItems: 1, maxItems: max },
    read(given) {
      const { node, name } = given;
      if (!isSeq(node) || node.items.length === 0 || node.items.length > max) throw wrong(given, words);
      return node.items.map(one => item.read(given.at(one as Node, name)));
    },
  };
}

/** A field of a map. */
export interface Field<T> {
  readonly shape: Shape<T>;
  readonly describe: string;
  readonly isRequired: boolean;
}
export const field = <T>(shape: Shape<T>, describe: string): Field<T | undefined> => ({
  shape,
  describe,
  isRequired: false,
});
export const required = <T>(shape: Shape<T>, describe: string): Field<T> => ({
  shape,
  describe,
  isRequired: true,
});

type Fields = Readonly<Record<string, Field<unknown>>>;
type Values<F extends Fields> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never };

const fieldSchemas = (fields: Fields): EditorSchema =>
  Object.fromEntries(
    Object.entries(fields).map(([name, { shape, describe }]) => [
      name,
      { description: describe, ...shape.schema },
    ]),
  );

/** Returns the name and the value of one line of a map. */
export function entryOf(
  given: ScenarioValue,
  pair: Pair,
): { name: string; key: ScenarioValue; value: ScenarioValue } {
  const { key, value } = pair;
  const name = isScalar(key) ? sourceOf(key) : '';
  return { name, key: given.at(key as Node, name), value: given.at((value ?? key) as Node, name) };
}

/** Says that a name is unknown, and which one was probably meant. */
export function unknownName(what: string, given: ScenarioValue, known: readonly string[]): ScenarioError {
  const meant = nearestName(given.name, known);
  const hint = meant === undefined ? `Known: ${known.join(', ')}.` : `Did you mean "${meant}"?`;
  return new ScenarioError(given.place, `Unknown ${what} "${given.name}". ${hint}`);
}

export function map<F extends Fields>(fields: F): Shape<Values<F>> {
  const names = Object.keys(fields);
  const words = `{ ${names.map(name => (fields[name]?.isRequired ? name : `${name}?`)).join(', ')} }`;
  const needed = names.filter(name => fields[name]?.isRequired);
  return {
    words,
    schema: {
      type: 'object',
      properties: fieldSchemas(fields),
      additionalProperties: false,
      ...(needed.length > 0 && { required: needed }),
    },
    read(given) {
      if (!isMap(given.node)) throw wrong(given, words);
      const values: Record<string, unknown> = Object.fromEntries(names.map(name => [name, undefined]));
      for (const pair of given.node.items) {
        const { name, key, value } = entryOf(given, pair);
        const found = Object.hasOwn(fields, name) ? fields[name] : undefined;
        if (found === undefined) throw unknownName('field', key, names);
        values[name] = found.shape.read(value);
      }
      const missing = needed.find(name => values[name] === undefined);
      if (missing !== undefined) {
        throw new ScenarioError(
          given.place,
          `"${given.name}" lacks "${missing}": ${fields[missing]?.describe}.`,
        );
      }
      return values as Values<F>;
    },
  };
}

/** A map whose names are whole numbers from 1 to `max`, such as `{ 12: fail }`. */
export function numbered<T>(value: Shape<T>, max: number): Shape<Readonly<Record<number, T>>> {
  const words = `numbers from 1 to ${max}, each with ${value.words}`;
  return {
    words,
    schema: {
      type: 'object',
      propertyNames: { pattern: '^[1-9]\\d*$' },
      additionalProperties: value.schema,
      minProperties: 1,
    },
    read(given) {
      if (!isMap(given.node) || given.node.items.length === 0) throw wrong(given, words);
      const values: Record<number, T> = {};
      for (const pair of given.node.items) {
        const { name, key, value: content } = entryOf(given, pair);
        if (!/^[1-9]\d*$/.test(name) || Number(name) > max) throw wrong(key, words);
        values[Number(name)] = value.read(content);
      }
      return values;
    },
  };
}

/** A value whose shape depends on how it is written: nothing, one value, a list, or a map. */
export function byKind<S extends Readonly<Partial<Record<Kind, Shape<unknown>>>>>(
  shapes: S,
): Shape<{ readonly [K in keyof S]: S[K] extends Shape<infer T> ? T : never }[keyof S]> {
  const words = Object.values(shapes)
    .map(shape => shape.words)
    .join(', or ');
  return {
    words,
    takesNothing: shapes.nothing !== undefined,
    schema: { anyOf: Object.values(shapes).map(shape => shape.schema) },
    read(given) {
      const shape = shapes[kindOf(given)];
      if (shape === undefined) throw wrong(given, words);
      return shape.read(given) as never;
    },
  };
}
