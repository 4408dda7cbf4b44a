import { BadFirmware, firmwareOf, holdsFirmware, programmed } from '@passfob/emulator/board/firmware';
import { expect, it } from 'vitest';

const HANDLERS = 15;

/** A program whose handlers all lie at one address. */
function programAt(handler: number, stack = 0x2001_8000, bytes = 0x1000): Uint8Array {
  const program = new Uint8Array(bytes);
  const view = new DataView(program.buffer);
  view.setUint32(0, stack, true);
  for (let number = 1; number <= HANDLERS; number++) view.setUint32(4 * number, handler | 1, true);
  return program;
}

it.each([
  ['where the flash begins', 0x0800_0200, 0x0800_0000],
  ['behind Storage', 0x0801_0200, 0x0801_0000],
  ['behind Storage, linked for the alias of the flash at 0', 0x0001_0200, 0x0801_0000],
  ['where the flash begins, linked for address 0', 0x0000_0200, 0x0800_0000],
])('firmware belongs %s by its vectors', (_where, handler, address) =>
  expect(firmwareOf(programAt(handler)).address).toBe(address),
);

it.each([
  ['is too long for the flash', new Uint8Array(384 * 1024 + 1), 'give a .bin file, not .hex, .elf or .lst'],
  ['is too long behind Storage', programAt(0x0801_0200, 0x2001_8000, 330_000), 'there are 327680'],
  ['is empty', new Uint8Array(0), 'too short'],
  ['is text', new TextEncoder().encode(':020000040800F2\n'.repeat(100)), 'no firmware of an STM32F401'],
  ['has its stack elsewhere', programAt(0x0800_0200, 0x2002_0000), 'stack'],
  ['has vectors behind its end', programAt(0x0805_0000), 'perhaps a part of the file is missing'],
  ['has ARM code', programAt(0x0800_0200).map((byte, at) => (at === 4 ? byte & 0xfe : byte)), 'Thumb'],
])('firmware is refused if it %s', (_what, bytes, message) => {
  expect(() => firmwareOf(bytes)).toThrow(BadFirmware);
  expect(() => firmwareOf(bytes)).toThrow(message);
});

it('firmware behind Storage is started from the two words at the beginning of the flash', () => {
  const firmware = firmwareOf(programAt(0x0001_0200));
  const flash = programmed(firmware);
  expect(flash.length).toBe(384 * 1024);
  expect(flash.subarray(0, 8)).toEqual(firmware.bytes.subarray(0, 8));
  expect(flash.subarray(8, 0x1_0000).every(byte => byte === 0xff)).toBe(true);
  expect(flash.subarray(0x1_0000, 0x1_1000)).toEqual(firmware.bytes);
  expect(holdsFirmware(flash, firmware)).toBe(true);
  flash[0x1_0500] = 1;
  expect(holdsFirmware(flash, firmware)).toBe(false);
});
