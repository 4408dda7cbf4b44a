import type { Reader, Writer } from './bytes.ts';

/**
 * A layout names the fields of a message in their order on the wire, each `name:kind`, separated by one space: `u8
 * u16 u32 u64` are unsigned integers, most significant byte first; `bN` is exactly N bytes; `vN` is a length byte
 * followed by at most N bytes. Each message is one string, because a table of objects costs ten times the memory on
 * the device. The TypeScript types derive from the same string.
 */
type Field<S extends string> = S extends `${infer Name}:${infer Kind}`
  ? { [K in Name]: Kind extends `u${string}` ? number : Uint8Array }
  : unknown;
type FieldsOf<S extends string> = S extends `${infer First} ${infer Rest}`
  ? Field<First> & FieldsOf<Rest>
  : Field<S>;
/** The object type that a layout describes. */
export type Fields<S extends string> = { [K in keyof FieldsOf<S>]: FieldsOf<S>[K] };

/** Values by field name, as the codec sees them. */
export type Values = Record<string, number | Uint8Array>;

/** Calls `visit` for each field: its name, the letter of its kind and the number behind the letter. */
function eachField(layout: string, visit: (name: string, kind: string, size: number) => void): void {
  let from = 0;
  while (from < layout.length) {
    let end = layout.indexOf(' ', from);
    if (end < 0) end = layout.length;
    const colon = layout.indexOf(':', from);
    visit(
      layout.slice(from, colon),
      layout[colon + 1] as string,
      // A number of one to three digits. Unary plus is native on the device; a parser would not be.
      +layout.slice(colon + 2, end),
    );
    from = end + 1;
  }
}

/** Appends the values to `out`. A value of the wrong length sets `out.full`, which the caller must check. */
export function encodeFields(layout: string, values: Values, out: Writer): void {
  eachField(layout, (name, kind, size) => {
    const value = values[name] as number | Uint8Array;
    if (kind === 'u') out.number(value as number, size / 8);
    else {
      const bytes = value as Uint8Array;
      if (kind === 'v') out.byte(bytes.length);
      if (kind === 'v' ? bytes.length > size : bytes.length !== size) out.full = true;
      else out.raw(bytes);
    }
  });
}

/** Returns the values, or undefined unless the bytes are exactly one such message. */
export function decodeFields(layout: string, from: Reader): Values | undefined {
  const values: Values = {};
  eachField(layout, (name, kind, size) => {
    if (kind === 'u') values[name] = from.number(size / 8);
    else {
      const length = kind === 'v' ? from.number(1) : size;
      if (length > size) from.bad = true;
      else values[name] = from.raw(length);
    }
  });
  return from.ended ? values : undefined;
}
