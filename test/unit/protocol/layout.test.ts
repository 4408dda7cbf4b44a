import { Reader, Writer } from '@passfob/protocol/bytes';
import { COMMANDS, type CommandName } from '@passfob/protocol/commands';
import { decodeFields, encodeFields, type Values } from '@passfob/protocol/layout';
import { PAYLOAD_BYTES_MAX } from '@passfob/protocol/limits';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** A field as this test reads it, independently of the codec, which is thus not checked against itself. */
interface Field {
  readonly name: string;
  readonly kind: string;
  readonly size: number;
}

function fieldsOf(layout: string): Field[] {
  return [...layout.matchAll(/(\w+):([ubv])(\d+)/g)].map(([, name = '', kind = '', size]) => ({
    name,
    kind,
    size: Number(size),
  }));
}

function valueFor({ kind, size }: Field): fc.Arbitrary<number | Uint8Array> {
  if (kind === 'b') return fc.uint8Array({ minLength: size, maxLength: size });
  if (kind === 'v') return fc.uint8Array({ maxLength: size });
  const max = size === 64 ? Number.MAX_SAFE_INTEGER : 2 ** size - 1;
  return fc.oneof(fc.integer({ min: 0, max }), fc.constantFrom(0, 1, max));
}

function valuesFor(layout: string): fc.Arbitrary<Values> {
  return fc.record(Object.fromEntries(fieldsOf(layout).map(field => [field.name, valueFor(field)])));
}

/** Returns the bytes of a value, written without the codec. */
function written({ name, kind, size }: Field, values: Values): number[] {
  const value = values[name];
  if (typeof value !== 'number')
    return kind === 'v' ? [value?.length ?? 0, ...(value ?? [])] : [...(value ?? [])];
  const digits = BigInt(value)
    .toString(16)
    .padStart(size / 4, '0');
  return [...Buffer.from(digits, 'hex')];
}

function encoded(layout: string, values: Values): Uint8Array {
  const out = new Writer(PAYLOAD_BYTES_MAX);
  encodeFields(layout, values, out);
  expect(out.full).toBe(false);
  return new Uint8Array(out.done());
}

const LAYOUTS = (Object.keys(COMMANDS) as CommandName[]).flatMap(name =>
  [COMMANDS[name][3], COMMANDS[name][4]].map((layout, i): [title: string, layout: string] => [
    `${name} ${i === 0 ? 'request' : 'response'}`,
    layout,
  ]),
);

describe.each(LAYOUTS)('%s', (_, layout) => {
  const values = valuesFor(layout);

  it('a layout is fields of known kinds, one space between them', () => {
    const fields = fieldsOf(layout);
    expect(fields.map(({ name, kind, size }) => `${name}:${kind}${size}`).join(' ')).toBe(layout);
    expect(new Set(fields.map(({ name }) => name)).size).toBe(fields.length);
    for (const { kind, size } of fields) expect(kind === 'u' ? [8, 16, 32, 64] : [size]).toContain(size);
  });

  it('a layout is written most significant byte first, lengths before variable fields', () => {
    fc.assert(
      fc.property(values, made => {
        expect([...encoded(layout, made)]).toEqual(fieldsOf(layout).flatMap(field => written(field, made)));
      }),
    );
  });

  it('a layout reads back as it was written, at any offset', () => {
    fc.assert(
      fc.property(values, fc.uint8Array({ maxLength: 5 }), (made, before) => {
        const bytes = Uint8Array.of(...before, ...encoded(layout, made));
        expect(decodeFields(layout, new Reader(bytes, before.length))).toEqual(made);
      }),
    );
  });

  it('a layout is refused cut anywhere or with extra bytes', () => {
    fc.assert(
      fc.property(values, fc.uint8Array({ minLength: 1, maxLength: 5 }), (made, behind) => {
        const bytes = encoded(layout, made);
        for (let length = 0; length < bytes.length; length++) {
          expect(decodeFields(layout, new Reader(bytes.subarray(0, length), 0))).toBeUndefined();
        }
        expect(decodeFields(layout, new Reader(Uint8Array.of(...bytes, ...behind), 0))).toBeUndefined();
      }),
    );
  });

  it('a layout reads copies, so that the next frame does not change them', () => {
    fc.assert(
      fc.property(values, made => {
        const bytes = encoded(layout, made);
        const read = decodeFields(layout, new Reader(bytes, 0));
        bytes.fill(0xee);
        expect(read).toEqual(made);
      }),
    );
  });
});

it('the codec refuses more bytes than a field takes', () => {
  const lengths = fc.tuple(fc.nat({ max: 40 }), fc.integer({ min: 1, max: 40 }));
  fc.assert(
    fc.property(lengths, ([size, excess]) => {
      const long = new Uint8Array(size + excess);
      for (const kind of ['b', 'v']) {
        const out = new Writer(PAYLOAD_BYTES_MAX);
        encodeFields(`x:${kind}${size}`, { x: long }, out);
        expect(out.full).toBe(true);
      }
      const bytes = Uint8Array.of(long.length, ...long);
      expect(decodeFields(`x:v${size}`, new Reader(bytes, 0))).toBeUndefined();
    }),
  );
});

it('the codec refuses fewer bytes than a field of fixed length has', () => {
  const out = new Writer(PAYLOAD_BYTES_MAX);
  encodeFields('x:b4', { x: new Uint8Array(3) }, out);
  expect(out.full).toBe(true);
});

it('the codec refuses numbers that a double does not hold exactly', () => {
  const over = fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n });
  fc.assert(
    fc.property(over, value => {
      const bytes = new Uint8Array(Buffer.from(value.toString(16).padStart(16, '0'), 'hex'));
      expect(decodeFields('x:u64', new Reader(bytes, 0))).toBeUndefined();
    }),
    { examples: [[2n ** 53n], [2n ** 53n + 1n], [2n ** 64n - 1n]] },
  );
});

it('the codec reports a message that does not fit its memory, and writes nothing past it', () => {
  const any = fc
    .constantFrom(...LAYOUTS.map(([, layout]) => layout))
    .chain(layout => fc.tuple(fc.constant(layout), valuesFor(layout), fc.nat({ max: 300 })));
  fc.assert(
    fc.property(any, ([layout, values, room]) => {
      const length = fieldsOf(layout).flatMap(field => written(field, values)).length;
      const out = new Writer(room);
      encodeFields(layout, values, out);
      expect(out.full).toBe(length > room);
      expect(out.done().length).toBeLessThanOrEqual(room);
    }),
  );
});
