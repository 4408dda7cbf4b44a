import { UF2_BLOCK_BYTES, UF2_DATA_BYTES } from 'passfob/flash/limits';

/** UF2 files as picotool writes them, for tests. */

export const FAMILY = { RP2040: 0xe48bff56, RP2350: 0xe48bff59, absolute: 0xe48bff57 } as const;
/** Where the fields of a block begin. */
export const FIELDS = {
  magic: 0,
  secondMagic: 4,
  flags: 8,
  address: 12,
  bytes: 16,
  number: 20,
  count: 24,
  family: 28,
  endMagic: 508,
} as const;

type Fields = Partial<Record<keyof typeof FIELDS, number>>;

function block(fields: Fields, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(UF2_BLOCK_BYTES);
  const view = new DataView(bytes.buffer);
  const all = { magic: 0x0a324655, secondMagic: 0x9e5d5157, endMagic: 0x0ab16f30, flags: 0x2000, ...fields };
  for (const [name, value] of Object.entries(all))
    view.setUint32(FIELDS[name as keyof typeof FIELDS], value, true);
  bytes.set(data, 32);
  return bytes;
}

/** The block that picotool puts before those for an RP2350. */
export function absoluteBlock(): Uint8Array {
  const bytes = block(
    {
      flags: 0xa000,
      address: 0x10ffff00,
      bytes: UF2_DATA_BYTES,
      number: 0,
      count: 2,
      family: FAMILY.absolute,
    },
    new Uint8Array(UF2_DATA_BYTES).fill(0xef),
  );
  new DataView(bytes.buffer).setUint32(32 + UF2_DATA_BYTES, 0x9957e304, true);
  return bytes;
}

/** A whole file. @param count of blocks with data */
export function uf2(chip: 'RP2040' | 'RP2350', count: number, isMarked = chip === 'RP2350'): Uint8Array {
  const blocks = Array.from({ length: count }, (_, number) =>
    block(
      {
        address: 0x10000000 + number * UF2_DATA_BYTES,
        bytes: UF2_DATA_BYTES,
        number,
        count,
        family: FAMILY[chip],
      },
      new Uint8Array(UF2_DATA_BYTES).fill(number),
    ),
  );
  return new Uint8Array(Buffer.concat(isMarked ? [absoluteBlock(), ...blocks] : blocks));
}
