import { rotateRight } from './shifts.ts';

/** A constant of 32-bit data processing. */
export interface ExpandedImmediate {
  readonly value: number;
  /** The carry flag that logical operations take from it; undefined where they leave the flag. */
  readonly carry: 0 | 1 | undefined;
}

/**
 * Expands the twelve bits of a modified immediate (ARMv7-M ARM A5.3.2, ThumbExpandImm_C): a byte once, twice or four
 * times, or a byte with its top bit set, rotated.
 */
export function expandImmediate(code: number): ExpandedImmediate {
  const byte = code & 0xff;
  if (code >>> 10 === 0) {
    const spread = [0x0000_0001, 0x0001_0001, 0x0100_0100, 0x0101_0101][(code >>> 8) & 3] ?? 0;
    return { value: Math.imul(byte, spread), carry: undefined };
  }
  const value = rotateRight(0x80 | (code & 0x7f), code >>> 7);
  return { value, carry: value < 0 ? 1 : 0 };
}
