/** A JSON Schema (2020-12, which OpenAPI 3.1 uses unchanged). */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The shape of a value on the wire: one definition for the schema and for the type. */
export interface FieldShape<T> {
  readonly schema: JsonSchema;
  /** Never set: it carries the type. */
  readonly type?: T;
}

export type TypeOf<S> = S extends FieldShape<infer T> ? T : never;
type Fields = Readonly<Record<string, FieldShape<unknown>>>;
type NoFields = Readonly<Record<never, never>>;

/** Text with limits of its length, in UTF-16 units. */
export function text(
  max: number,
  more: JsonSchema & { readonly minLength?: number } = {},
): FieldShape<string> {
  return { schema: { type: 'string', maxLength: max, ...more } };
}

/** Text that the service writes, without a stated limit. */
export const serviceText: FieldShape<string> = { schema: { type: 'string' } };

/** A whole number within its bounds. */
export function whole(minimum: number, maximum: number): FieldShape<number> {
  return { schema: { type: 'integer', minimum, maximum } };
}

/** A whole number that the service counts. */
export const count: FieldShape<number> = { schema: { type: 'integer' } };
export const number: FieldShape<number> = { schema: { type: 'number' } };
export const flag: FieldShape<boolean> = { schema: { type: 'boolean' } };
/** Milliseconds since 1970 (UTC). */
export const time: FieldShape<number> = {
  schema: { type: 'integer', description: 'Milliseconds since 1970 (UTC).' },
};

export function oneOf<const T extends string>(...values: readonly T[]): FieldShape<T> {
  return { schema: { type: 'string', enum: values } };
}

export function nullable<T>({ schema }: FieldShape<T>): FieldShape<T | null> {
  if (Array.isArray(schema.enum))
    return { schema: { ...schema, type: ['string', 'null'], enum: [...schema.enum, null] } };
  if (typeof schema.type === 'string' && schema.type !== 'object')
    return { schema: { ...schema, type: [schema.type, 'null'] } };
  return { schema: { anyOf: [schema, { type: 'null' }] } };
}

export function list<T>({ schema }: FieldShape<T>, maxItems?: number): FieldShape<readonly T[]> {
  return { schema: { type: 'array', items: schema, ...(maxItems !== undefined && { maxItems }) } };
}

/** A value that is always the same. */
export function constant<const T extends string | number | boolean>(value: T): FieldShape<T> {
  return { schema: { const: value } };
}

/** An answer without a body. */
export const nothing: FieldShape<null> = { schema: { type: 'null' } };

/** An answer of another media type than JSON, or of one of several. */
export function media(
  types: string | readonly string[],
  { schema }: FieldShape<unknown>,
): FieldShape<string> {
  return { schema: { content: Object.fromEntries([types].flat().map(type => [type, { schema }])) } };
}

/** Facts without fixed names, as the audit holds them. */
export const facts: FieldShape<Readonly<Record<string, unknown>>> = {
  schema: { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean', 'null'] } },
};

/** An object with these fields and no others; those of the second group are optional. */
export function object<R extends Fields, O extends Fields = NoFields>(
  required: R,
  optional?: O,
): FieldShape<{ readonly [K in keyof R]: TypeOf<R[K]> } & { readonly [K in keyof O]?: TypeOf<O[K]> }> {
  const fields = Object.entries({ ...required, ...optional });
  return {
    schema: {
      type: 'object',
      additionalProperties: false,
      required: Object.keys(required),
      properties: Object.fromEntries(fields.map(([name, { schema }]) => [name, schema])),
    },
  };
}

/** An object with exactly one of these fields. */
export function justOne<T>({ schema }: FieldShape<T>): FieldShape<T> {
  return { schema: { ...schema, minProperties: 1, maxProperties: 1 } };
}

/** Adds a sentence of description to a shape. */
export function described<T>({ schema }: FieldShape<T>, description: string): FieldShape<T> {
  return { schema: { ...schema, description } };
}

/** Gives a shape its own name in the API's description. */
export function named<T>({ schema }: FieldShape<T>, title: string): FieldShape<T> {
  return { schema: { ...schema, title } };
}
