import { expect, it } from 'vitest';
import { BOOT_ROM_BYTES, trappedRom } from './boot-rom.ts';
import { FLASH_ADDRESS, programOf } from './firmware-file.ts';

/** A block of a UF2 file with four bytes. */
function uf2Block(address: number, bytes: readonly number[]): number[] {
  const block = new Uint8Array(512);
  const view = new DataView(block.buffer);
  const words = [0x0a32_4655, 0x9e5d_5157, 0, address, bytes.length];
  for (const [nth, word] of words.entries()) view.setUint32(4 * nth, word, true);
  block.set(bytes, 32);
  return [...block];
}

it('the blocks of a UF2 file land at their addresses, and the gap between them is erased', () => {
  const file = Uint8Array.from([
    ...uf2Block(FLASH_ADDRESS + 6, [5, 6]),
    ...uf2Block(FLASH_ADDRESS, [1, 2, 3, 4]),
  ]);
  expect([...programOf(file)]).toEqual([1, 2, 3, 4, 0xff, 0xff, 5, 6]);
});

it('a file that is no UF2 is the program itself', () => {
  expect([...programOf(Uint8Array.of(9, 8, 7))]).toEqual([9, 8, 7]);
});

it('a UF2 file for another address is refused', () => {
  expect(() => programOf(Uint8Array.from(uf2Block(0x2000_0000, [1])))).toThrow(
    'not for the flash of a Raspberry Pi Pico',
  );
});

it('a boot ROM of another size, or without functions for the flash, is refused', () => {
  expect(() => trappedRom(new Uint8Array(100))).toThrow('16384 bytes');
  expect(() => trappedRom(new Uint8Array(BOOT_ROM_BYTES))).toThrow('lacks functions');
});
