/**
 * UF2, the format that the boot ROM's drive takes: blocks of 512 bytes, each with 256 of a program and their address
 * (microsoft/uf2, README).
 */
const UF2_BLOCK_BYTES = 512;
const UF2_MAGIC = 0x0a32_4655;
const ADDRESS_AT = 12;
const LENGTH_AT = 16;
const DATA_AT = 32;

/** Where the flash is in the address space of an RP2040. */
export const FLASH_ADDRESS = 0x1000_0000;
export const FLASH_BYTES = 2 * 1024 * 1024;

/** Returns the bytes that a firmware puts at the beginning of the flash, of the contents of a .uf2 or .bin file. */
export function programOf(file: Uint8Array): Uint8Array {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  if (file.length < UF2_BLOCK_BYTES || view.getUint32(0, true) !== UF2_MAGIC) return file;
  const program = new Uint8Array(FLASH_BYTES).fill(0xff);
  let end = 0;
  for (let at = 0; at < file.length; at += UF2_BLOCK_BYTES) {
    const offset = view.getUint32(at + ADDRESS_AT, true) - FLASH_ADDRESS;
    const length = view.getUint32(at + LENGTH_AT, true);
    if (offset < 0 || offset + length > FLASH_BYTES)
      throw new Error('this firmware is not for the flash of a Raspberry Pi Pico');
    program.set(file.subarray(at + DATA_AT, at + DATA_AT + length), offset);
    end = Math.max(end, offset + length);
  }
  return program.subarray(0, end);
}
