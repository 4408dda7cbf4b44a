/** A JSON schema, as far as the service's description uses it. */
export interface DescribedType {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly properties?: Readonly<Record<string, DescribedType>>;
  readonly required?: readonly string[];
  readonly items?: DescribedType;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly DescribedType[];
  readonly $ref?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxItems?: number;
}

/** Escapes what a cell of a table would end at. */
const inCell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

/** Returns the fields of an object as a table. `objects` is the page of the named objects, empty on that page. */
export function fieldsTable(schema: DescribedType, objects: string): string {
  const required = new Set(schema.required);
  const rows = Object.entries(schema.properties ?? {}).map(([name, field]) => {
    const optional = required.has(name) ? '' : ', optional';
    return `| \`${name}\` | ${typeText(field, objects)}${optional} | ${inCell(field.description ?? '')} |`;
  });
  return rows.length === 0
    ? typeText(schema, objects)
    : `| field | type | description |\n| --- | --- | --- |\n${rows.join('\n')}`;
}

/** Returns the type of a value in words, for a cell of a table. */
export function typeText(schema: DescribedType, objects = './objects.md'): string {
  const { $ref, anyOf, items, properties, type } = schema;
  if ($ref !== undefined) {
    const name = $ref.replace(/^.*\//, '');
    return `[${name}](${objects}#${name.toLowerCase()})`;
  }
  if (anyOf !== undefined) return anyOf.map(one => typeText(one, objects)).join(' or ');
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map(value => `\`${value}\``).join(', ');
  if (items !== undefined) return `list of ${typeText(items, objects)}${upTo(schema.maxItems, '')}`;
  if (properties !== undefined) {
    const fields = Object.entries(properties).map(
      ([name, field]) => `\`${name}\`: ${typeText(field, objects)}`,
    );
    return `object with ${fields.join('; ')}`;
  }
  const types = typeof type === 'string' ? [type] : (type ?? ['any value']);
  return `${types.join(' or ')}${boundsText(schema)}`;
}

const upTo = (most: number | undefined, unit: string): string =>
  most === undefined ? '' : `, up to ${most}${unit}`;

function boundsText({ minLength, maxLength, minimum, maximum }: DescribedType): string {
  if (maxLength !== undefined)
    return minLength === undefined || minLength < 2
      ? `, up to ${maxLength} characters`
      : `, ${minLength} to ${maxLength} characters`;
  if (minimum !== undefined && maximum !== undefined) return `, ${minimum} to ${maximum}`;
  return minimum === undefined ? upTo(maximum, '') : `, at least ${minimum}`;
}
