import { FobError } from '../errors.ts';
import type { RpChip } from './boards.ts';
import { UF2_BLOCK_BYTES, UF2_DATA_BYTES } from './limits.ts';

/**
 * UF2, the file format of the boot loaders of RP2040 and RP2350 (github.com/microsoft/uf2): blocks of 512 bytes, each with a
 * piece of 256 bytes and its address. The boot loader ignores a block that it does not understand and programs the others, so a
 * damaged file leaves half a program: all of it is checked before.
 */

const MAGIC_START = 0x0a324655;
const MAGIC_SECOND = 0x9e5d5157;
const MAGIC_END = 0x0ab16f30;
const DATA_AT = 32;
const END_AT = 508;

const FLAG_FAMILY = 0x2000;
const FLAG_TAGS = 0x8000;

/**
 * A block that belongs to no program: picotool writes it before the blocks of an RP2350 because of an erratum of its boot loader
 * (RP2350-E10). It is one of two, of which the other never comes, with a tag by which readers ignore it.
 */
const ABSOLUTE_FAMILY = 0xe48bff57;
const ABSOLUTE_ADDRESS = 0x10ffff00;
const ABSOLUTE_FILL = 0xef;
const ABSOLUTE_COUNT = 2;
const IGNORE_TAG = 0x9957e304;
const TAG_AT = DATA_AT + UF2_DATA_BYTES;

interface Uf2Family {
  readonly id: number;
  /** Where Storage begins, which a firmware leaves alone (`saved_code` in `boards/RP2040_PICO.py`, `RP2350_PICO2.py`). */
  readonly storageAt: number;
}

const FLASH_AT = 0x10000000;
const FAMILIES: Readonly<Record<RpChip, Uf2Family>> = {
  RP2040: { id: 0xe48bff56, storageAt: 0x101c0000 },
  // ARM, secure: the one of three that Espruino is built for.
  RP2350: { id: 0xe48bff59, storageAt: 0x10100000 },
};

const CHIPS = Object.keys(FAMILIES) as RpChip[];

/** The longest file of a firmware that leaves Storage alone. */
export const UF2_BYTES_MAX =
  (Math.max(...CHIPS.map(chip => (FAMILIES[chip].storageAt - FLASH_AT) / UF2_DATA_BYTES)) + 1) *
  UF2_BLOCK_BYTES;

/** A block's header. */
interface Block {
  readonly flags: number;
  readonly address: number;
  readonly bytes: number;
  readonly number: number;
  readonly count: number;
  readonly family: number;
}

/**
 * Checks every block of a UF2 file that holds a firmware for a Raspberry Pi Pico or Pico 2.
 * @returns the chip that it is for
 * @throws FobError `bad-input` that says what is wrong, and in which block
 */
export function chipOfUf2(bytes: Uint8Array): RpChip {
  if (bytes.length === 0 || bytes.length % UF2_BLOCK_BYTES !== 0) {
    throw unfit('its length is no multiple of 512 bytes, so it is cut off or of another kind');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const blocks = Array.from({ length: bytes.length / UF2_BLOCK_BYTES }, (_, index) => blockAt(view, index));
  const first = isIgnored(view, blocks[0]) ? 1 : 0;
  const chip = CHIPS.find(name => FAMILIES[name].id === blocks[first]?.family);
  if (chip === undefined) throw unfit('it is for another chip than RP2040 and RP2350');
  if (first > 0 && chip !== 'RP2350') throw unfit('a block for RP2350 precedes those for RP2040');
  checkRun(blocks.slice(first), first, FAMILIES[chip]);
  return chip;
}

/** @throws FobError `bad-input` if it is no block of UF2 */
function blockAt(view: DataView, index: number): Block {
  const at = index * UF2_BLOCK_BYTES;
  const word = (offset: number) => view.getUint32(at + offset, true);
  if (word(0) !== MAGIC_START || word(4) !== MAGIC_SECOND || word(END_AT) !== MAGIC_END) {
    throw unfit(`block ${index + 1} is no block of UF2`);
  }
  return {
    flags: word(8),
    address: word(12),
    bytes: word(16),
    number: word(20),
    count: word(24),
    family: word(28),
  };
}

function isIgnored(view: DataView, block: Block | undefined): boolean {
  if (block?.family !== ABSOLUTE_FAMILY) return false;
  const isMarked =
    block.flags === (FLAG_FAMILY | FLAG_TAGS) &&
    block.address === ABSOLUTE_ADDRESS &&
    block.bytes === UF2_DATA_BYTES &&
    block.number === 0 &&
    block.count === ABSOLUTE_COUNT &&
    view.getUint32(TAG_AT, true) === IGNORE_TAG;
  const data = new Uint8Array(view.buffer, view.byteOffset + DATA_AT, UF2_DATA_BYTES);
  if (isMarked && data.every(byte => byte === ABSOLUTE_FILL)) return true;
  throw unfit('block 1 is for addresses that no firmware has');
}

/** Checks the blocks of a program: complete, in order, without gaps, in the flash before Storage. */
function checkRun(blocks: readonly Block[], first: number, { id, storageAt }: Uf2Family): void {
  for (const [index, { flags, address, bytes, number, count, family }] of blocks.entries()) {
    const name = `block ${index + first + 1}`;
    if (family !== id) throw unfit(`${name} is for another chip than those before it`);
    if (flags !== FLAG_FAMILY) throw unfit(`${name} has flags that no firmware needs`);
    if (bytes !== UF2_DATA_BYTES) throw unfit(`${name} holds ${bytes} bytes instead of ${UF2_DATA_BYTES}`);
    if (count !== blocks.length) throw unfit(`it has ${blocks.length} blocks of ${count}`);
    if (number !== index) throw unfit(`${name} is out of order`);
    if (address !== FLASH_AT + index * UF2_DATA_BYTES) throw unfit(`${name} is for an unexpected address`);
    if (address >= storageAt) throw unfit(`${name} would overwrite the Storage of the board`);
  }
}

function unfit(why: string): FobError {
  return new FobError('bad-input', {
    sentence: `The UF2 file holds no firmware that passfob installs: ${why}.`,
    next: 'Get the file again, or build it as docs/espruino-rpi.md says. Nothing was written.',
  });
}
